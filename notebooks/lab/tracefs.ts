import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { type Account, accountOf } from './account';
import { compile } from './programs';
import { parseTraceLine, type TraceLine } from './trace-line';
import { waitFor } from './until';

/** The PID namespace that the kernel itself counts in: PROC_PID_INIT_INO, include/linux/proc_ns.h. */
const firstNamespace = 'pid:[4026531836]';

/** How long a trace is kept running when no sandbox is open, in milliseconds: to set one up takes some fifty. */
const LINGER = 2_000;

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
  private readonly lines: TraceLine[] = [];
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
    const options: SpawnOptions = { stdio: ['pipe', 'pipe', 'inherit'], detached: true, cwd: '/', env: {} };
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

  private hear(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop() ?? '';
    for (const said of lines) {
      if (said === 'followed:' || said === 'others:') {
        this.heading = said;
        continue;
      }
      const line = parseTraceLine(said);
      if (this.heading === 'others:' && 'at' in line) line.of = 'others';
      if (line.line === 'mark') this.marks.add(line.text);
      else if (this.followed > 0) this.lines.push(line);
    }
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
        return { met: 'no', seen: `${this.lines.length} lines` } as const;
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
    const from = this.lines.length;
    let state: 'open' | 'ended' = 'open';
    return {
      account: async (init) => {
        await this.caughtUp();
        return accountOf(this.lines.slice(from), init);
      },
      end: () => {
        if (state === 'ended') return;
        state = 'ended';
        if (--this.followed > 0) return;
        this.lines.length = 0;
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
