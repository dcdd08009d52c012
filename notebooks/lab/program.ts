import { createInterface } from 'node:readline';
import type { Command } from './command';
import type { Recorder } from './history';
import type { Condition } from './until';

/**
 * A program that runs inside a sandbox while the experiment goes on, without a terminal. What it prints, on standard output
 * and standard error, is noted down line by line, with the program as the witness; so is how it ended.
 */
export class Program {
  readonly lines: string[] = [];
  private status: number | string | undefined;

  private constructor(
    readonly name: string,
    /** PID inside the sandbox. */
    readonly pid: number,
    private readonly child: Command,
  ) {}

  /** Takes over a process whose first line is its PID. */
  static attach(name: string, child: Command, recorder: Recorder): Promise<Program> {
    return new Promise((resolve, reject) => {
      let program: Program | undefined;
      const hear = (line: string) => {
        if (program === undefined) {
          program = new Program(name, Number(line), child);
          resolve(program);
          return;
        }
        program.lines.push(line);
        recorder.note(name, { kind: 'line', program: name, line });
      };
      createInterface({ input: child.stdout }).on('line', hear);
      createInterface({ input: child.stderr }).on('line', hear);
      child.stdin.on('error', () => {}); // it may have ended: what it printed says so
      child.once('error', reject);
      child.once('close', (status, signal) => {
        const how = signal ?? status ?? 'unknown';
        if (program === undefined) return reject(new Error(`${name} ended before it had begun (${how})`));
        program.status = how;
        recorder.note(name, { kind: 'end', program: name, pid: program.pid, status: how });
      });
    });
  }

  /** Writes to its standard input. */
  write(text: string): void {
    this.child.stdin.write(text);
  }

  /** Closes its standard input. */
  close(): void {
    this.child.stdin.end();
  }

  /** That it printed such a line; gives the match. */
  says(pattern: string | RegExp): Condition<RegExpExecArray> {
    const expression =
      typeof pattern === 'string' ? new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : pattern;
    return {
      what: `${this.name} to print ${pattern instanceof RegExp ? pattern : JSON.stringify(pattern)}`,
      look: () => {
        for (const line of this.lines) {
          const match = expression.exec(line);
          if (match !== null) return { met: 'yes', value: match, witness: this.name };
        }
        if (this.status !== undefined)
          throw new Error(`${this.name} ended (${this.status}) without printing ${expression}: ${this.said()}`);
        return { met: 'no', seen: this.said() };
      },
    };
  }

  /** That it has ended and its output is all there; gives its exit status, or the signal that ended it. */
  ends(): Condition<number | string> {
    return {
      what: `${this.name} to end`,
      look: () =>
        this.status === undefined
          ? { met: 'no', seen: this.said() }
          : { met: 'yes', value: this.status, witness: this.name },
    };
  }

  private said(): string {
    return this.lines.length === 0 ? 'it has printed nothing' : `it has printed\n${this.lines.join('\n')}`;
  }
}
