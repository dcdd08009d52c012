import { StringDecoder } from 'node:string_decoder';
import { Terminal as Emulator } from '@xterm/headless';
import type { Command } from './command';
import type { Recorder } from './history';
import type { Condition } from './until';

const controls: Record<string, string> = { Enter: '\r', Tab: '\t', Escape: '\x1b', Backspace: '\x7f' };

/** The bytes that a key sends: `Enter`, `Tab`, `Escape`, `Backspace`, or `Ctrl-` and a letter or one of `\`, `]`, `^`, `_`. */
export function keyBytes(key: string): string {
  const control = /^Ctrl-([A-Za-z\\\]^_])$/.exec(key);
  const bytes = control?.[1] ? String.fromCharCode(control[1].toUpperCase().charCodeAt(0) & 31) : controls[key];
  if (bytes === undefined)
    throw new Error(`no key is called "${key}"; there are: ${Object.keys(controls).join(', ')}, Ctrl-C and its like`);
  return bytes;
}

/** What a terminal was sent by the programs in it (`output`), or what was done at it. `at`: milliseconds since the sandbox's history began. */
export type TerminalEvent = { at: number } & (
  | { kind: 'output'; text: string }
  | { kind: 'type'; text: string }
  | { kind: 'paste'; text: string }
  | { kind: 'press'; key: string }
  | { kind: 'resize'; rows: number; columns: number }
  | { kind: 'close' }
);

type Deed = TerminalEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'at'> : never) : never;

/** What a window needs of its sandbox. */
interface Home {
  recorder: Recorder;
  /** Runs a command inside and waits for it; throws where it fails. */
  run(command: string[]): Promise<string>;
}

/** What stands on an emulator's screen and in the lines that scrolled off it, without trailing blanks; no line is wrapped. */
export function linesOn(emulator: Emulator): string[] {
  const buffer = emulator.buffer.active;
  const lines: string[] = [];
  for (let y = 0; y < buffer.length; y++) {
    const line = buffer.getLine(y);
    if (line === undefined) continue;
    const text = line.translateToString(true);
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  return lines;
}

/**
 * A pseudo-terminal inside a sandbox, with an interactive program on it that leads a session (pty(7), credentials(7)):
 * what a person has in front of them. What it shows is read from a terminal emulator, as text.
 */
export class Terminal {
  /** The slave, as `tty` prints it. */
  readonly tty: string;
  /** PID of the program on it: the session leader and controlling process. */
  readonly leader: number;
  private readonly emulator: Emulator;
  private pending = Promise.resolve();
  /** One size after another is set, so that the last one holds. */
  private sized: Promise<unknown> = Promise.resolve();
  private readonly decoder = new StringDecoder('utf8');
  private heard = '';
  private readonly events: TerminalEvent[] = [];
  private readonly listeners = new Set<(text: string) => void>();
  private state: 'open' | 'hung up' = 'open';

  private constructor(
    readonly name: string,
    private readonly window: Command,
    private readonly home: Home,
    greeting: { tty: string; leader: number; rest: Buffer },
    /** As it was opened. */
    readonly size: { rows: number; columns: number },
  ) {
    this.tty = greeting.tty;
    this.leader = greeting.leader;
    this.emulator = new Emulator({ rows: size.rows, cols: size.columns, scrollback: 1000, allowProposedApi: true });
    this.emulator.onData((answer) => this.send(answer));
    const show = (bytes: Buffer) => {
      const text = this.decoder.write(bytes);
      this.heard += text;
      this.events.push({ at: home.recorder.now(), kind: 'output', text });
      for (const hear of this.listeners) hear(text);
      this.pending = this.pending.then(() => new Promise((shown) => this.emulator.write(bytes, shown)));
    };
    show(greeting.rest);
    window.stdout.on('data', show);
    window.stdin.on('error', () => {}); // the window may go first; what it shows says so
  }

  /** Takes over a `terminal` process that has just been started: waits for its first line. */
  static async attach(
    name: string,
    window: Command,
    home: Home,
    size: { rows: number; columns: number },
  ): Promise<Terminal> {
    const greeting = await new Promise<{ tty: string; leader: number; rest: Buffer }>((resolve, reject) => {
      let read = Buffer.alloc(0);
      let complaint = '';
      const onData = (bytes: Buffer) => {
        read = Buffer.concat([read, bytes]);
        const end = read.indexOf(10);
        if (end < 0) return;
        window.stdout.off('data', onData);
        const [, tty = '', leader = ''] = read.subarray(0, end).toString().split(' ');
        resolve({ tty, leader: Number(leader), rest: read.subarray(end + 1) });
      };
      window.stdout.on('data', onData);
      window.stderr.on('data', (bytes: Buffer) => (complaint += bytes));
      window.once('error', reject);
      window.once('exit', () =>
        reject(new Error(`${name} could not be opened: ${complaint.trim() || 'it ended at once'}`)),
      );
    });
    return new Terminal(name, window, home, greeting, size);
  }

  private send(bytes: string): void {
    if (this.state === 'hung up') throw new Error(`${this.name} is hung up: nothing can be typed into it`);
    this.window.stdin.write(bytes);
  }

  private did(what: string, event: Deed): void {
    this.home.recorder.note('the experiment', { kind: 'act', what: `${this.name}: ${what}` });
    this.events.push({ at: this.home.recorder.now(), ...event });
  }

  /** Types `text`; a line feed is the Enter key. */
  type(text: string): void {
    this.did(`type ${text.trimEnd()}`, { kind: 'type', text });
    this.send(text.replace(/\r?\n/g, '\r'));
  }

  /** Pastes `text`, bracketed where the program asked for that (as readline does). */
  paste(text: string): void {
    this.did(`paste ${text.trimEnd()}`, { kind: 'paste', text });
    const bytes = text.replace(/\r?\n/g, '\r');
    this.send(this.emulator.modes.bracketedPasteMode ? `\x1b[200~${bytes}\x1b[201~` : bytes);
  }

  /** Presses one key: `Ctrl-C`, `Ctrl-D`, `Ctrl-Z`, `Enter`, … */
  press(key: string): void {
    const bytes = keyBytes(key);
    this.did(`press ${key}`, { kind: 'press', key });
    this.send(bytes);
  }

  /** All that was written to the terminal so far, escape sequences and all: what `screen` is drawn from. */
  transcript(): string {
    return this.heard;
  }

  /** The same with the time, and what was done at the terminal, in order. */
  account(): readonly TerminalEvent[] {
    return this.events;
  }

  /** Has `hear` told of what is written to the terminal from now on, until the function that this gives is called. */
  listen(hear: (text: string) => void): () => void {
    this.listeners.add(hear);
    return () => void this.listeners.delete(hear);
  }

  /** Passes on what another keyboard sends, byte for byte; that is noted down nowhere. */
  keys(bytes: string): void {
    this.send(bytes);
  }

  /** What stands on the screen and in the lines that scrolled off it, without trailing blanks; no line is wrapped. */
  screen(): string {
    return linesOn(this.emulator).join('\n').trimEnd();
  }

  /** That the screen has this text on it. */
  shows(text: string | RegExp): Condition {
    return {
      what: `${this.name} to show ${text instanceof RegExp ? text : JSON.stringify(text)}`,
      look: async () => {
        await this.pending;
        const screen = this.screen();
        const met = text instanceof RegExp ? text.test(screen) : screen.includes(text);
        if (!met) return { met: 'no', seen: screen === '' ? 'an empty screen' : `\n${screen}` };
        return {
          met: 'yes',
          value: undefined,
          witness: this.name,
          fact: { kind: 'screen', terminal: this.name, text: screen },
        };
      },
    };
  }

  /** Notes down what the screen shows now. */
  async look(moment?: string): Promise<string> {
    await this.pending;
    const text = this.screen();
    this.home.recorder.note(this.name, { kind: 'screen', terminal: this.name, text }, moment);
    return text;
  }

  /** Gives the window another size; the kernel tells the foreground process group by SIGWINCH (tty_ioctl(4)). */
  async resize(rows: number, columns: number): Promise<void> {
    this.did(`resize to ${rows} rows of ${columns}`, { kind: 'resize', rows, columns });
    this.emulator.resize(columns, rows);
    const set = () => this.home.run(['stty', '-F', this.tty, 'rows', String(rows), 'cols', String(columns)]);
    const sized = this.sized.then(set);
    this.sized = sized.catch(() => {});
    await sized;
  }

  /** Closes the window: the master goes, and the kernel hangs the terminal up. Resolves when it is gone. */
  async hangUp(): Promise<void> {
    if (this.state === 'hung up') return;
    this.did('close the window', { kind: 'close' });
    this.state = 'hung up';
    const gone = new Promise((resolve) => this.window.once('exit', resolve));
    if (this.window.exitCode === null && this.window.signalCode === null) {
      this.window.stdin.end();
      await gone;
    }
  }
}
