import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import { constants } from 'node:os';

/** What a command's caller hears of it: how it ended (its exit status, or the signal), and that its output is all there as well. */
interface Events {
  exit: [status: number | null, signal: string | null];
  close: [status: number | null, signal: string | null];
  error: [Error];
}

/** Its status where the sandbox was closed before it ended: not an end of its own. */
export const CUT_SHORT = 125;

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** As wire.h has it: the most words of a command, and bytes of them all. */
const most = { words: 1024, bytes: 128 * 1024 };

let last = 0;

/**
 * A command inside a sandbox: a child of its init, held by its standard streams from outside. It is to its caller what
 * ChildProcess of node:child_process is, but that no process of ours is started for it: forking this one takes longer than all
 * that init has to do (wire.h says how they speak to each other). Init kills its process group when this process ends.
 */
export class Command extends EventEmitter<Events> {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  exitCode: number | null = null;
  signalCode: string | null = null;
  private readonly asking: Socket;
  private open = 0;

  /** Asks the init that listens at `address` to start it. Throws where the words are too long. */
  constructor(address: string, words: string[]) {
    super();
    const number = ++last;
    const text = Buffer.from(words.map((word) => `${word}\0`).join(''));
    if (text.length > most.bytes || words.length > most.words) {
      const asked = `a command of ${words.length} words, ${text.length} bytes`;
      throw new Error(`${words[0]}: ${asked}; there is room for ${most.words} and ${most.bytes}`);
    }
    const connection = (place: number, message = Buffer.alloc(0)) => {
      const socket = connect(address);
      const greeting = Buffer.from(new Uint32Array([number, place, message.length]).buffer);
      socket.write(Buffer.concat([greeting, message]));
      socket.on('error', () => {}); // how the command ended says so
      socket.once('close', () => this.closed());
      this.open++;
      return socket;
    };
    this.stdin = connection(0);
    this.stdin.once('finish', () => this.stdin.destroy()); // an end is a hang-up: nothing is read from there
    this.stdout = connection(1);
    this.stderr = connection(2);
    this.asking = connection(3, text);
    const notReached = (error: Error) => this.emit('error', error);
    this.asking.once('error', notReached);
    this.asking.once('connect', () => this.asking.off('error', notReached));
    this.asking.once('data', (answer) => this.over(statusOf(answer)));
    this.asking.prependOnceListener('close', () => this.over({ exitCode: CUT_SHORT, signalCode: null }));
  }

  /** Gives the command up: init kills its process group. */
  kill(): void {
    this.asking.destroy();
  }

  private over({ exitCode, signalCode }: { exitCode: number | null; signalCode: string | null }): void {
    if (this.exitCode !== null || this.signalCode !== null) return;
    Object.assign(this, { exitCode, signalCode });
    this.emit('exit', exitCode, signalCode);
    this.asking.destroy();
    this.stdin.destroy();
    for (const output of [this.stdout, this.stderr]) if (output.listenerCount('data') === 0) output.resume(); // or its end would not be seen
  }

  private closed(): void {
    this.open--;
    if (this.open === 0) this.emit('close', this.exitCode, this.signalCode);
  }
}

/** Reads a wait status: wait(2), "WIFEXITED" and the like. */
function statusOf(answer: Buffer): { exitCode: number | null; signalCode: string | null } {
  const [status = 0] = new Int32Array(Uint8Array.from(answer).buffer);
  const signal = status & 0x7f;
  if (signal === 0) return { exitCode: (status >> 8) & 0xff, signalCode: null };
  return { exitCode: null, signalCode: signalNames.get(signal) ?? `signal ${signal}` };
}
