/** A terminal as whoever pastes has it before them: they wait for its prompt, paste, and read what has come since. */
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import type { Terminal } from '../../../notebooks/lab/terminal';
import { TimeOut, waitFor } from '../../../notebooks/lab/until';
import { linesOf } from './pattern';
import { echoOf, type Way } from './shells';
import { type Reading, readTranscript, rendered } from './transcript';

export class Window {
  private readonly sent: number[] = [];
  /** Up to where the transcript has been read and compared. */
  private read = 0;
  /** What was pasted last: from where on the transcript tells of it, and how many prompts say that the shell has read it all. */
  private last = { from: 0, prompts: 1 };
  state: 'open' | 'closed' = 'open';
  private echoes: 'echo' | '-echo' | 'as the shell has it' = 'as the shell has it';
  private size: 'usual' | 'larger' = 'usual';

  private constructor(
    readonly terminal: Terminal,
    private readonly way: Way,
    private readonly box: Sandbox,
  ) {}

  /** Opens a terminal and waits for the shell's first prompt. */
  static async open(box: Sandbox, number: number, program: string[], way: Way): Promise<Window> {
    const window = new Window(await box.terminal(`Terminal ${number}`, { program, rows: way.rows }), way, box);
    await window.prompt(10);
    window.accept();
    return window;
  }

  private now(from: number): Reading {
    return readTranscript(this.terminal.transcript(), from, this.sent, echoOf(this.way));
  }

  /** Whether the shell asks for a command, having read all that was pasted last. */
  isBack(): boolean {
    const { at, prompts } = this.now(this.last.from);
    return at === 'prompt' && prompts >= this.last.prompts;
  }

  /** Waits for the shell to ask for a command. Throws TimeOut, in seconds. */
  async prompt(within: number): Promise<void> {
    await waitFor(
      {
        what: `the prompt of ${this.terminal.name}`,
        look: () => {
          if (this.isBack()) return { met: 'yes', value: undefined, witness: this.terminal.name };
          const { at } = this.now(this.last.from);
          return { met: 'no', seen: at === 'further' ? 'the shell asks for more' : 'a command is running' };
        },
      },
      within * 1000,
    );
  }

  /** What has come since what was accepted last, line by line, and where the terminal stands. */
  async shown(): Promise<{ lines: string[]; at: Reading['at']; upTo: number }> {
    const upTo = this.terminal.transcript().length;
    const { output, at } = this.now(this.read);
    return { lines: linesOf(await rendered(output)), at, upTo };
  }

  /** What stands before the offset `upTo` of the transcript has been dealt with. */
  accept(upTo = this.terminal.transcript().length): void {
    this.read = upTo;
  }

  /** Pastes commands and has the shell run them: the Enter key, where the shell takes a paste for text to be edited. */
  async paste(code: string, within: number): Promise<void> {
    if (this.echoes === 'echo') await this.setEcho('-echo');
    if (this.way.by === 'line by line') return this.pasteLines(code, within);
    this.send(this.way.shell === 'dash' ? code.split('\n').length - 1 : 1);
    this.terminal.paste(code);
    if (this.way.shell !== 'dash') this.terminal.type('\n');
  }

  private async pasteLines(code: string, within: number): Promise<void> {
    const lines = code.replace(/\n$/, '').split('\n');
    for (const [index, line] of lines.entries()) {
      this.send(1);
      this.terminal.paste(line);
      this.terminal.type('\n');
      if (index < lines.length - 1) await this.asksAgain(line, within);
    }
  }

  /** Notes where the transcript stands before something is sent that is read when `prompts` prompts have come. */
  private send(prompts: number): void {
    this.last = { from: this.terminal.transcript().length, prompts };
    this.sent.push(this.last.from);
  }

  private async asksAgain(line: string, within: number): Promise<void> {
    await waitFor(
      {
        what: `a prompt after the line \`${line}\``,
        look: () =>
          this.now(this.last.from).prompts > 0
            ? { met: 'yes', value: undefined, witness: this.terminal.name }
            : { met: 'no', seen: 'none' },
      },
      within * 1000,
    );
  }

  /** Presses a key, which the terminal echoes: `^C`. */
  async press(key: string): Promise<void> {
    if (echoOf(this.way) === 'no echo') await this.setEcho('echo');
    this.terminal.press(key);
  }

  private async setEcho(setting: 'echo' | '-echo'): Promise<void> {
    await this.box.$`stty -F ${this.terminal.tty} ${setting}`;
    this.echoes = setting;
  }

  /** Gives the window another size: the other of two. */
  async resize(): Promise<void> {
    this.size = this.size === 'usual' ? 'larger' : 'usual';
    const { rows, columns } = this.terminal.size;
    if (this.size === 'usual') await this.terminal.resize(rows, columns);
    else await this.terminal.resize(rows + 6, columns + 20);
  }

  async close(): Promise<void> {
    this.state = 'closed';
    await this.terminal.hangUp();
  }

  /** Has the shell tell its state into a file: its variables, traps, options, jobs and where it is. */
  async tellState(file: string): Promise<void> {
    await this.prompt(10);
    if (this.echoes === 'echo') await this.setEcho('-echo');
    this.send(1);
    this.terminal.type(`state ${file}\n`);
    await this.prompt(10);
    this.accept();
  }
}

export { TimeOut };
