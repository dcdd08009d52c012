/**
 * What one line of `trace_pipe` says. PIDs are the kernel's own, of threads as of processes.
 * Formats: Documentation/trace/ftrace.rst; include/trace/events/{task,sched,signal,sock}.h; kernel/trace/trace_syscalls.c.
 */
export type TraceLine =
  | ({
      /** Seconds, CLOCK_MONOTONIC. */
      at: number;
      /** Who was running on that processor. */
      task: number;
      /** Whether it was doing this itself, or was interrupted by what did (a timer, a packet). */
      context: 'task' | 'interrupt';
      /** Said of a task that is not followed: its PID may have been that of one that was. */
      of?: 'others';
    } & TraceEvent)
  /** The buffer was full, and so many events are missing here; 0 where the kernel does not say how many. */
  | { line: 'lost'; events: number }
  /** A line cut off, or in a form that we do not know. */
  | { line: 'unread'; text: string };

export type TraceEvent =
  | { line: 'new task'; child: number; flags: number }
  | { line: 'exec'; path: string; pid: number }
  | { line: 'exit'; pid: number }
  | { line: 'generate'; signal: number; code: number; pid: number; result: number }
  | { line: 'deliver'; signal: number; code: number; action: 'default' | 'ignore' | 'handler' }
  /** Arguments and values are of 32 bits, with sign: PIDs, signals, flags; of pointers nothing is left. */
  | { line: 'call'; call: string; words: number[] }
  | { line: 'return'; call: string; value: number }
  | { line: 'tcp'; local: string; remote: string; from: string; to: string }
  | { line: 'mark'; text: string }
  /** An event that we do not ask for. */
  | { line: 'other'; name: string };

const head = /^ *.{1,16}?-(\d+) +\[\d+\] (\S+) +(\d+\.\d+): (.*)$/s;
const lost = /^CPU:\d+ \[LOST(?: (\d+))? EVENTS\]$/;

/** Reads one line, without its line feed. Never throws. */
export function parseTraceLine(text: string): TraceLine {
  const [, task = '', flags = '', at = '', said = ''] = head.exec(text) ?? [];
  const event = task === '' ? undefined : eventOf(said);
  if (event !== undefined) {
    const context = /[hHsZz]/.test(flags.charAt(2)) ? 'interrupt' : 'task';
    return { at: Number(at), task: Number(task), context, ...event };
  }
  const gap = lost.exec(text);
  return gap === null ? { line: 'unread', text } : { line: 'lost', events: Number(gap[1] ?? 0) };
}

/** A program's name within the text may hold anything: what stands before it is read from the left, what follows from the right. */
function eventOf(said: string): TraceEvent | undefined {
  if (said.startsWith('sys_')) return callOf(said);
  const [, name] = /^(\w+): /.exec(said) ?? [];
  if (name === undefined) return undefined;
  const rest = said.slice(name.length + 2);
  switch (name) {
    case 'task_newtask': {
      const [, child, flags = ''] = /^pid=(\d+) comm=.* clone_flags=([0-9a-f]+) oom_score_adj=/s.exec(rest) ?? [];
      return child === undefined ? undefined : { line: 'new task', child: Number(child), flags: word(flags) };
    }
    case 'sched_process_exec': {
      const [, path = '', pid] = /^filename=(.*) pid=(\d+) old_pid=\d+$/s.exec(rest) ?? [];
      return pid === undefined ? undefined : { line: 'exec', path, pid: Number(pid) };
    }
    case 'sched_process_exit': {
      const [, pid] = /^comm=.* pid=(\d+) prio=-?\d+(?: group_dead=\w+)?$/s.exec(rest) ?? [];
      return pid === undefined ? undefined : { line: 'exit', pid: Number(pid) };
    }
    case 'signal_generate': {
      const numbers = /^sig=(\d+) errno=-?\d+ code=(-?\d+) comm=.* pid=(\d+) grp=\d+ res=(\d+)$/s.exec(rest);
      if (numbers === null) return undefined;
      const [signal = 0, code = 0, pid = 0, result = 0] = numbers.slice(1).map(Number);
      return { line: 'generate', signal, code, pid, result };
    }
    case 'signal_deliver': {
      const [, signal, code, handler] =
        /^sig=(\d+) errno=-?\d+ code=(-?\d+) sa_handler=([0-9a-f]+) sa_flags=[0-9a-f]+$/.exec(rest) ?? [];
      if (signal === undefined) return undefined;
      const action = handler === '0' ? 'default' : handler === '1' ? 'ignore' : 'handler';
      return { line: 'deliver', signal: Number(signal), code: Number(code), action };
    }
    case 'inet_sock_set_state':
      return tcpOf(rest);
    case 'tracing_mark_write':
      return { line: 'mark', text: rest };
    default:
      return { line: 'other', name };
  }
}

/** `sys_kill(pid: 0xffffa668, sig: 0xf)` on the way in, `sys_kill -> 0x0` on the way out. */
function callOf(said: string): TraceEvent | undefined {
  const [, left, value = ''] = /^sys_(\w+) -> 0x([0-9a-f]+)$/.exec(said) ?? [];
  if (left !== undefined) return { line: 'return', call: left, value: word(value) };
  const [, entered, words = ''] = /^sys_(\w+)\((.*)\)$/.exec(said) ?? [];
  if (entered === undefined) return undefined;
  const values = words === '' ? [] : words.split(', ').map((one) => word(/: (?:0x)?([0-9a-f]+)/.exec(one)?.[1] ?? ''));
  return { line: 'call', call: entered, words: values };
}

/** The lower 32 bits, with sign: a register may hold more of a PID than the PID. */
const word = (hex: string): number => Number.parseInt(hex.slice(-8), 16) | 0;

const sockets =
  /^family=(\w+) protocol=IPPROTO_TCP sport=(\d+) dport=(\d+) saddr=(\S+) daddr=(\S+) saddrv6=(\S+) daddrv6=(\S+) oldstate=TCP_(\w+) newstate=TCP_(\w+)$/;

function tcpOf(rest: string): TraceEvent | undefined {
  const [, family, sport, dport, saddr, daddr, saddr6, daddr6, from = '', to] = sockets.exec(rest) ?? [];
  if (to === undefined) return undefined;
  const end = (four = '', six = '', port = '') => {
    if (family === 'AF_INET') return `${four}:${port}`;
    return six.startsWith('::ffff:') ? `${six.slice('::ffff:'.length)}:${port}` : `[${six}]:${port}`;
  };
  return { line: 'tcp', local: end(saddr, saddr6, sport), remote: end(daddr, daddr6, dport), from, to };
}

/** The receiver of a signal, where a line tells of one being sent: quicker than to read the line. */
export function receiverOf(text: string): number | undefined {
  const [, pid] = / pid=(\d+) grp=\d+ res=\d+$/.exec(text) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
