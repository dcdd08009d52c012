import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** One TCP socket, as ss(8) shows it; a TIME-WAIT is one too, though no process has it. */
export interface Socket {
  /** As ss spells it: `LISTEN`, `ESTAB`, `FIN-WAIT-2`, `TIME-WAIT`, … */
  state: string;
  /** Bytes received and not read; of a listening socket, connections that nobody has accepted. */
  recvQ: number;
  /** Bytes sent and not acknowledged; of a listening socket, the longest that its queue may get. */
  sendQ: number;
  /** ADDRESS:PORT */
  local: string;
  /** ADDRESS:PORT; of a listening socket the port is `*`. */
  peer: string;
  /** The timer that runs on it, and the seconds until it goes off. */
  timer?: { name: string; seconds: number };
}

/** The question that is put to ss(8): all TCP sockets, numbers for names, with their timers. */
export const ssCommand = 'ss -tanoH';

const row = /^(\S+) +(\d+) +(\d+) +(\S+:\S+) +(\S+:\S+) *(?:timer:\((\w+),([^,]*),\d+\))?$/;
const time = /^(?:(\d+)min)?(?:(\d+)sec)?(?:(\d+)\.)?(?:(\d+)ms)?$/;

/** Reads what `ssCommand` printed. Throws on a line that is no row, with that line. */
export function parseSockets(text: string): Socket[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, state = '', recvQ, sendQ, local = '', peer = '', name, left = ''] = row.exec(line) ?? [];
      if (recvQ === undefined) throw new Error(`ss printed a line that is no row: ${JSON.stringify(line)}`);
      const timer = name === undefined ? {} : { timer: { name, seconds: secondsOf(left) } };
      return { state, recvQ: Number(recvQ), sendQ: Number(sendQ), local, peer, ...timer };
    });
}

/** `1min30sec`, `59sec`, `4.720ms` (four seconds and 720 ms), `204ms`, nothing for none: as ss prints them. */
function secondsOf(left: string): number {
  const [whole, minutes = 0, seconds = 0, few = 0, milliseconds = 0] = time.exec(left) ?? [];
  if (whole === undefined) throw new Error(`ss printed a time that is none: ${JSON.stringify(left)}`);
  return Number(minutes) * 60 + Number(seconds) + Number(few) + Number(milliseconds) / 1000;
}

/** The states by their number in /proc/net/tcp (include/net/tcp_states.h), as ss spells them. */
const states = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECV',
];

/** The timers by their number there, as ss spells them; 0 is none. */
const timers = ['', 'on', 'keepalive', 'timewait', 'persist'];

/** What the timers there count in: USER_HZ, which is 100 on every architecture that Node runs on (time(7)). */
const ticksASecond = 100;

const kernelRow = /^\s*\d+: (\w+):(\w+) (\w+):(\w+) (\w\w) (\w+):(\w+) (\w\w):(\w+) /;

/** What one read of such a file gives at most: a page, of whole lines (seq_file in the kernel). */
const page = 4096;
const longestLine = 256;

/**
 * What stands in /proc/net/tcp or tcp6 at `path`; nothing where there is none. For each read the kernel walks through the table of
 * all its connections, a millisecond or more: so none is made only to hear that there is no more.
 */
export function readKernelTable(path: string): string {
  const lines = Buffer.alloc(page);
  let text = '';
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    for (let length = page; length > page - longestLine; ) {
      length = readSync(file, lines);
      text += lines.toString('latin1', 0, length);
    }
  } catch {
    // the sandbox is gone
  }
  if (file !== undefined) closeSync(file);
  return text;
}

/**
 * Reads what the kernel itself tells in /proc/net/tcp or tcp6 (proc(5)): a look that takes no process. The same as ss shows, but for
 * how long the queue of a listening socket may get; an IPv6 address is left as it stands.
 */
export function parseKernelSockets(text: string): Socket[] {
  return text.split('\n').flatMap((line): Socket[] => {
    const [match, address = '', port = '', peer = '', peerPort = '', state, sent, received, timer, left] =
      kernelRow.exec(line) ?? [];
    if (match === undefined) return []; // the heading
    const number = (hex = '') => Number.parseInt(hex, 16);
    const name = timers[number(timer)];
    return [
      {
        state: states[number(state)] ?? '',
        recvQ: number(received),
        sendQ: number(sent),
        local: `${addressOf(address)}:${number(port)}`,
        peer: `${addressOf(peer)}:${number(peerPort) || '*'}`,
        ...(name ? { timer: { name, seconds: number(left) / ticksASecond } } : {}),
      },
    ];
  });
}

/** `0100007F` is 127.0.0.1: the bytes as they lie in memory, read as one number of this machine. */
function addressOf(hex: string): string {
  if (hex.length !== 8) return `[${hex}]`;
  const bytes = Buffer.from(hex, 'hex');
  return [...(endianness() === 'LE' ? bytes.reverse() : bytes)].join('.');
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));

/** The TCP sockets at one moment, with what one looks for in them. */
export class SocketTable {
  constructor(readonly rows: Socket[]) {}

  /** Those in one of these states. */
  in(...states: string[]): Socket[] {
    return this.rows.filter((socket) => states.includes(socket.state));
  }

  /** Those whose own port this is: a server's end. */
  from(port: number): SocketTable {
    return new SocketTable(this.rows.filter((socket) => portOf(socket.local) === port));
  }

  /** Those that are connected to this port: a client's end. */
  to(port: number): SocketTable {
    return new SocketTable(this.rows.filter((socket) => portOf(socket.peer) === port));
  }

  /** Those that have one of these ports, at whichever end. */
  at(ports: number[]): SocketTable {
    return new SocketTable(
      this.rows.filter(({ local, peer }) => [local, peer].some((end) => ports.includes(portOf(end)))),
    );
  }

  /** The table much as `ss -tano` prints it. */
  toString(): string {
    const head = ['State', 'Recv-Q', 'Send-Q', 'Local', 'Peer', 'Timer'];
    const lines = this.rows.map(({ state, recvQ, sendQ, local, peer, timer }) => [
      state,
      String(recvQ),
      String(sendQ),
      local,
      peer,
      timer === undefined ? '' : `${timer.name}, ${timer.seconds} s left`,
    ]);
    const widths = head.map((name, column) =>
      Math.max(name.length, ...lines.map((line) => (line[column] ?? '').length)),
    );
    return [head, ...lines]
      .map((line) =>
        line
          .map((cell, c) => (c === 1 || c === 2 ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
          .join(' ')
          .trimEnd(),
      )
      .join('\n');
  }
}
