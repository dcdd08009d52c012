import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { compile } from '../programs';
import { waitFor } from '../until';
import { type Account, accountOf } from './account';
import { parseTraceLine, receiverOf, type TraceLine } from './line';

/** The PID namespace that the kernel itself counts in: PROC_PID_INIT_INO, include/linux/proc_ns.h. */
const firstNamespace = 'pid:[4026531836]';

/** How long a trace is kept running when no sandbox is open, in milliseconds: to set one up takes some fifty. */
const LINGER = 2_000;

/** How much of a trace is kept while sandboxes are open, in characters; an event has some hundred. */
const MOST = 100_000_000;

/** What came at once, of those followed or of others; `lines` when it has been read. */
interface Piece {
  of: 'followed:' | 'others:';
  text: string;
  lines?: TraceLine[];
}

const textLines = (text: string): string[] => text.split('\n').slice(0, -1);

/** Why this process cannot have the kernel's trace, or that nothing is known against it. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'tracefs needs root';
  if (readlinkSync('/proc/self/ns/pid') !== firstNamespace)
    return 'tracefs gives PIDs of the host, which are not known in this PID namespace';
  return undefined;
}

/** What the kernel records for one sandbox: from before its first process is there. */
export interface Following {
  /** All that happened until now below init, whose PID is `task` for the host and `pid` inside. */
  account(init: { task: number; pid: number }): Promise<Account>;
  end(): void;
}

/**
 * An instance of tracefs, held by a process of its own (tracefs.c), which removes it when this one ends in any way. It
 * records whatever this process starts; each sandbox takes from that what is its own, so one serves all at once.
 */
export class Tracefs {
  private readonly pieces: Piece[] = [];
  /** Characters in them. */
  private kept = 0;
  /** How many pieces came before those, and were let go. */
  private gone = 0;
  private readonly marks = new Set<string>();
  private followed = 0;
  private marked = 0;
  private partial = '';
  private heading: 'followed:' | 'others:' = 'followed:';
  private state: 'runs' | 'ended' = 'runs';
  private lingering: NodeJS.Timeout | undefined;

  private constructor(private readonly keeper: ChildProcessWithoutNullStreams) {
    keeper.stdin.on('error', () => {}); // its end is told by 'close'
    keeper.once('close', () => {
      this.state = 'ended';
    });
  }

  /** Sets one up, for what this process will start, with a buffer of so many kilobytes for each processor. Rejects with the kernel's own words where it is refused. */
  static async open(kilobytes = 4096): Promise<Tracefs> {
    const against = obstacle();
    if (against !== undefined) throw new Error(against);
    const program = await compile('lab/tracefs.c');
    // A session of its own: a Ctrl-C meant for this process is none for it. It keeps our standard error, so that who waits
    // for the end of our output waits until the instance is removed.
    const options: SpawnOptions = {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      cwd: '/',
      env: { USER: process.env.USER },
    };
    const keeper = spawn(program, [String(process.pid), String(kilobytes)], options) as ChildProcessWithoutNullStreams;
    const trace = new Tracefs(keeper);
    await new Promise<void>((resolve, reject) => {
      let greeting = '';
      const greet = (text: string) => {
        greeting += text;
        const end = greeting.indexOf('\n');
        if (end < 0) return;
        keeper.stdout.off('data', greet);
        const first = greeting.slice(0, end);
        if (first !== 'ready') return reject(new Error(first.replace(/^refused: /, 'tracefs: ')));
        keeper.stdout.on('data', (more: string) => trace.hear(more));
        trace.hear(greeting.slice(end + 1));
        resolve();
      };
      keeper.stdout.setEncoding('utf8');
      keeper.stdout.on('data', greet);
      keeper.once('error', reject);
      keeper.once('close', () => reject(new Error('tracefs: it ended without a word')));
    });
    trace.hold('no');
    return trace;
  }

  /** Whether this process stays for it: only while something is waited for. */
  private hold(wanted: 'yes' | 'no'): void {
    const way = wanted === 'yes' ? 'ref' : 'unref';
    this.keeper[way]();
    for (const stream of [this.keeper.stdin, this.keeper.stdout]) (stream as unknown as NodeJS.ReadStream)[way]();
  }

  /** Takes in what came. To read it is left to who asks for it: most of what happens nobody asks for. */
  private hear(text: string): void {
    const all = this.partial + text;
    const end = all.lastIndexOf('\n') + 1;
    this.partial = all.slice(end);
    for (const part of all.slice(0, end).split(/^(followed:|others:)\n/m)) {
      if (part === 'followed:' || part === 'others:') this.heading = part;
      else if (part !== '') this.keep({ of: this.heading, text: part });
    }
  }

  private keep(piece: Piece): void {
    if (piece.text.includes(': tracing_mark_write: '))
      for (const [, mark = ''] of piece.text.matchAll(/: tracing_mark_write: (.*)$/gm)) this.marks.add(mark);
    if (this.followed === 0) return;
    this.pieces.push(piece);
    this.kept += piece.text.length;
    if (this.kept > MOST) this.forget();
  }

  private forget(): void {
    this.gone += this.pieces.length;
    this.pieces.length = 0;
    this.kept = 0;
  }

  /** The lines from the piece of that number on; of those that are not followed, what may concern those that are. */
  private linesFrom(number: number): TraceLine[] {
    const pieces = this.pieces.slice(number - this.gone);
    const followed = new Set<number>([0]);
    const own = pieces.flatMap((piece) => {
      if (piece.of === 'others:') return [];
      piece.lines ??= textLines(piece.text).map(parseTraceLine);
      return piece.lines;
    });
    for (const line of own) {
      if (line.line === 'new task') followed.add(line.child);
      if ('at' in line) followed.add(line.task);
    }
    const others = pieces.flatMap((piece): TraceLine[] => {
      const said = piece.of === 'others:' ? textLines(piece.text) : [];
      const lines = said.filter((text) => followed.has(receiverOf(text) ?? 0)).map(parseTraceLine);
      return lines.map((line) => ('at' in line ? { ...line, of: 'others' } : line));
    });
    return [...others, ...own]; // at one time, what others do comes before what it does to those followed
  }

  /** Resolves when all that has happened until now has come: a mark written into the trace comes out behind it. */
  private async caughtUp(): Promise<void> {
    const mark = `mark ${++this.marked}`;
    this.hold('yes');
    try {
      this.keeper.stdin.write(`${mark}\n`);
      const come = () => {
        if (this.marks.has(mark)) return { met: 'yes', value: undefined, witness: 'tracefs' } as const;
        if (this.state === 'ended') throw new Error('the trace ended before its time');
        return { met: 'no', seen: `${this.kept} characters` } as const;
      };
      await waitFor({ what: `the trace to come as far as its ${mark}`, look: come }, 20_000);
    } finally {
      this.marks.delete(mark);
      this.hold('no');
    }
  }

  /** Begins to record for a sandbox that is about to be opened. */
  follow(): Following {
    clearTimeout(this.lingering);
    this.followed++;
    const from = this.gone + this.pieces.length;
    let state: 'open' | 'ended' = 'open';
    return {
      account: async (init) => {
        await this.caughtUp();
        if (from < this.gone)
          return { events: [], gaps: [{ because: `more than ${MOST} characters of trace are not kept` }] };
        return accountOf(this.linesFrom(from), init);
      },
      end: () => {
        if (state === 'ended') return;
        state = 'ended';
        if (--this.followed > 0) return;
        this.forget();
        this.lingering = setTimeout(() => void this.close(), LINGER);
        this.lingering.unref();
      },
    };
  }

  /** Whether it runs, or has been closed or killed. */
  get runs(): 'yes' | 'no' {
    return this.state === 'runs' && !this.keeper.stdin.writableEnded ? 'yes' : 'no';
  }

  /** Ends the trace; resolves when its instance is removed. */
  async close(): Promise<void> {
    if (this.state === 'ended') return;
    const gone = new Promise((resolve) => this.keeper.once('close', resolve));
    this.hold('yes');
    this.keeper.stdin.end();
    await gone;
  }
}
