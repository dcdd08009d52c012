import type { Event, Fate } from '../history';
import { type Timed, withAdoptions } from './kinship';
import type { TraceEvent, TraceLine } from './line';
import { codeName, endsByDefault, isSent, signalName } from './signals';
import { Connections } from './tcp';

/** Why an account may have a hole, in words; with `of`, only among events of that sort. */
export interface Gap {
  because: string;
  of?: 'tcp';
}

/** What the kernel's trace tells of one sandbox. */
export interface Account {
  events: Timed[];
  /** None: it has no holes. */
  gaps: Gap[];
}

/** <linux/sched.h> */
const CLONE = { THREAD: 0x10000, NEWPID: 0x20000000 };
/** <linux/wait.h> */
const WAIT = { P_PID: 1, NOHANG: 1, EXITED: 4, NOWAIT: 0x1000000 };
/** enum of include/trace/events/signal.h */
const RESULT = { IGNORED: 1, ALREADY_PENDING: 2, OVERFLOW_FAIL: 3 };

type SignalEvent = { at: number } & Extract<Event, { event: 'signal' }>;
type Call = Extract<TraceEvent, { line: 'call' }>;
type Line = Extract<TraceLine, { at: number }>;

/** A process of the sandbox, as the account knows it so far. */
class Traced {
  /** PID inside; 0 while it is not known. */
  pid = 0;
  /** Its children are numbered in a PID namespace within the sandbox's: their PIDs here are not known. */
  nested: 'no' | 'yes' = 'no';
  /** So will those be that it forks from now on: unshare(2), setns(2). */
  unshared: 'no' | 'yes' = 'no';
  readonly threads: Set<number>;
  /** Signals on their way to it, in order. */
  waiting: SignalEvent[] = [];
  /** What it gave to _exit(2). */
  status: number | undefined;
  /** The last signal whose default action, taken, ends a process. */
  fatal: string | undefined;
  /** What its SIGCHLD said: CLD_EXITED, CLD_KILLED or CLD_DUMPED. */
  told: string | undefined;
  end: 'no' | 'yes' = 'no';
  reaped: 'no' | 'yes' = 'no';

  constructor(readonly task: number) {
    this.threads = new Set([task]);
  }
}

/**
 * What the lines of a trace tell of the sandbox whose init has the PID `task` for the kernel and `pid` inside. Pure.
 *
 * The kernel's PIDs become those of the sandbox in a way that guesses nothing: within one call of clone(2) or its like,
 * task_newtask names the child by its kernel PID, and the value that the same task's call returns is the child's PID in
 * the caller's namespace. So a process is known by name however short it lived.
 */
export function accountOf(lines: Iterable<TraceLine>, init: { task: number; pid: number }): Account {
  const reader = new Reader(init);
  const read: Line[] = [];
  let unread = 0;
  const losses: number[] = [];
  for (const line of lines) {
    if (line.line === 'lost') losses.push(line.events);
    else if (line.line === 'unread') unread++;
    else read.push(line);
  }
  // Two buffers of each processor have been emptied in turn; of what has one time, what stood first came first.
  read.sort((one, other) => one.at - other.at);
  for (const line of read) reader.read(line);
  const gaps = [...reader.unclear].map((because): Gap => ({ because, of: 'tcp' }));
  if (!read.some(({ task }) => task === init.task))
    gaps.push({ because: 'the trace tells nothing of the first process: it was not followed' });
  if (losses.length > 0) gaps.push({ because: lossText(losses) });
  if (unread > 0) gaps.push({ because: `${unread} lines of the trace could not be read` });
  return { events: withAdoptions(reader.finish(), init.pid), gaps };
}

function lossText(losses: number[]): string {
  const counted = losses.reduce((sum, events) => sum + events, 0);
  const least = losses.includes(0) ? 'at least ' : '';
  return `the kernel's trace buffer overran, ${least}${Math.max(counted, losses.length)} events are lost`;
}

class Reader {
  /** Connections of which it is not known whose they are, in words: another sandbox may have one of the same addresses and ports. */
  readonly unclear = new Set<string>();
  private readonly tasks = new Map<number, Traced>();
  private readonly byPid = new Map<number, Traced>();
  /** The child that a task has just made, and whose PID its call has yet to return. */
  private readonly made = new Map<number, Traced>();
  /** The calls that tasks are in. */
  private readonly within = new Map<number, Call>();
  /** The kill(2) that a task is in. */
  private readonly sent = new Map<number, { result: 'ok' | 'failed' }>();
  private readonly connections = new Connections();
  /** What happened; PIDs are filled in at the end, when all are known. */
  private readonly told: (() => Timed)[] = [];

  private readonly init: number;

  constructor(init: { task: number; pid: number }) {
    this.init = init.task;
    const first = new Traced(init.task);
    this.name(first, init.pid);
    this.tasks.set(init.task, first);
  }

  finish(): Timed[] {
    return this.told.map((tell) => tell());
  }

  private name(process: Traced, pid: number): void {
    process.pid = pid;
    this.byPid.set(pid, process);
  }

  read(line: Line): void {
    const ours = line.of === 'others' ? undefined : this.tasks.get(line.task);
    if (line.line === 'new task') this.newTask(line, ours);
    else if (line.line === 'generate') this.generate(line, ours);
    else if (line.line === 'tcp') this.tcp(line, ours);
    else if (line.line === 'exec' || line.line === 'exit') this.turn(line);
    else if (ours === undefined) return;
    else if (line.line === 'deliver') this.deliver(line, ours);
    else if (line.line === 'call') this.enter(line, ours);
    else if (line.line === 'return') this.leave(line, ours);
  }

  private newTask({ at, child, flags, task }: Line & { line: 'new task' }, parent: Traced | undefined): void {
    if (parent === undefined) {
      if (child !== this.init) this.tasks.delete(child); // a PID may come round again
      return;
    }
    this.made.delete(task);
    if ((flags & CLONE.THREAD) !== 0) {
      parent.threads.add(child);
      this.tasks.set(child, parent);
      return;
    }
    const process = new Traced(child);
    const inner = (flags & CLONE.NEWPID) !== 0 || parent.unshared === 'yes';
    process.nested = parent.nested === 'yes' || inner ? 'yes' : 'no';
    if (parent.nested === 'no') this.made.set(task, process);
    this.tasks.set(child, process);
    this.told.push(() => ({ at, event: 'fork', pid: parent.pid, child: process.pid }));
  }

  /** What befalls a process by itself. */
  private turn({ at, ...line }: Line & { line: 'exec' | 'exit' }): void {
    const process = this.tasks.get(line.pid);
    if (process === undefined) return;
    if (line.line === 'exec') {
      process.threads.clear(); // the others have ended, and the one that called has the first one's PID: execve(2)
      process.threads.add(line.pid);
      this.told.push(() => ({ at, event: 'exec', pid: process.pid, path: line.path }));
    } else {
      process.threads.delete(line.pid);
      if (process.threads.size > 0 || process.end === 'yes') return;
      process.end = 'yes';
      this.told.push(() => ({ at, event: 'exit', pid: process.pid, ...ending(process) }));
    }
  }

  private generate({ at, ...line }: Line & { line: 'generate' }, by: Traced | undefined): void {
    const [signal, to] = [signalName(line.signal), this.tasks.get(line.pid)];
    const code = codeName(signal, line.code);
    const ofChild = signal === 'SIGCHLD' && code.startsWith('CLD_');
    if (ofChild && by?.end === 'yes') by.told = code;
    if (to === undefined || (line.of === 'others' && to.end === 'yes')) return; // another may have its PID by now
    const event: SignalEvent = { at, event: 'signal', pid: 0, signal, code, fate: fateOf(line.result) };
    if (event.fate === 'blocked') to.waiting.push(event);
    this.told.push(() => ({
      ...event,
      pid: to.pid,
      ...(isSent(code) ? { from: by?.pid ?? 0 } : {}),
      ...(ofChild && by !== undefined ? { child: by.pid } : {}),
    }));
  }

  private deliver(line: Line & { line: 'deliver' }, to: Traced): void {
    const signal = signalName(line.signal);
    let taken = to.waiting.find((event) => event.signal === signal);
    // A signal that ends a process ends all its threads by a SIGKILL in its place (complete_signal() in kernel/signal.c), after
    // which none is accepted any more: it is the last that was.
    if (taken === undefined && signal === 'SIGKILL')
      taken = to.waiting.filter((event) => endsByDefault(event.signal)).pop();
    if (taken === undefined && signal === 'SIGKILL') return; // for another thread: one has ended them all
    if (taken === undefined) taken = this.unannounced(line, signal, to);
    taken.fate = 'delivered';
    to.waiting = to.waiting.filter((event) => event !== taken);
    if (line.action === 'default' && endsByDefault(taken.signal)) to.fatal = taken.signal;
  }

  /** Taken, but never seen to be sent: some signals from outside the sandbox are not recorded when they are sent (tracefs.c). */
  private unannounced({ at, code: number }: Line & { line: 'deliver' }, signal: string, to: Traced): SignalEvent {
    const code = codeName(signal, number);
    const event: SignalEvent = { at, event: 'signal', pid: 0, signal, code, ...(isSent(code) ? { from: 0 } : {}) };
    this.told.push(() => ({ ...event, pid: to.pid }));
    return event;
  }

  private enter({ at, ...line }: Line & { line: 'call' }, by: Traced): void {
    this.within.set(line.task, line);
    const [first = 0, second = 0, third = 0] = line.words;
    if (line.call === 'exit_group' || (line.call === 'exit' && by.threads.size === 1)) by.status = first & 0xff;
    if (line.call !== 'kill' && line.call !== 'tkill' && line.call !== 'tgkill') return;
    const number = line.call === 'tgkill' ? third : second;
    const signal = number === 0 ? '0' : signalName(number);
    const event = { at, event: 'kill', by: 0, to: first, signal, result: 'ok' as 'ok' | 'failed' } as const;
    this.sent.set(line.task, event);
    this.told.push(() => ({ ...event, by: by.pid }));
  }

  private leave({ at, ...line }: Line & { line: 'return' }, by: Traced): void {
    const { call, value, task } = line;
    const words = this.within.get(task)?.call === call ? (this.within.get(task)?.words ?? []) : undefined;
    this.within.delete(task);
    const [first = 0, second = 0] = words ?? [];
    switch (call) {
      case 'clone':
      case 'clone3':
      case 'fork':
      case 'vfork': {
        const child = this.made.get(task);
        if (child !== undefined && value > 0) this.name(child, value);
        this.made.delete(task);
        return;
      }
      case 'kill':
      case 'tkill':
      case 'tgkill': {
        const sent = this.sent.get(task);
        if (sent !== undefined && value !== 0) sent.result = 'failed';
        this.sent.delete(task);
        return;
      }
      case 'wait4':
        this.waited(at, by, value);
        return;
      case 'waitid': {
        const options = words?.[3] ?? 0;
        const told = value === 0 && first === WAIT.P_PID && (options & WAIT.EXITED) !== 0;
        if (told && (options & (WAIT.NOWAIT | WAIT.NOHANG)) === 0) this.waited(at, by, second);
        return;
      }
      case 'setsid':
        if (value > 0) this.told.push(() => ({ at, event: 'setsid', pid: by.pid }));
        return;
      case 'setpgid':
        if (words === undefined || value !== 0) return;
        this.told.push(() => {
          const of = first || by.pid;
          return { at, event: 'setpgid', pid: by.pid, of, pgid: second || of };
        });
        return;
      case 'prctl': // only PR_SET_CHILD_SUBREAPER is recorded on its way in
        if (words !== undefined && second !== 0 && value === 0)
          this.told.push(() => ({ at, event: 'subreaper', pid: by.pid }));
        return;
      case 'unshare': // only CLONE_NEWPID is recorded on its way in
      case 'setns': // into whatever namespace: which kind it was, the call need not say
        if (words !== undefined && value === 0) by.unshared = 'yes';
    }
  }

  /** A wait told of this child; to be told that one stopped or went on takes nobody away, and who does that has not ended. */
  private waited(at: number, by: Traced, pid: number): void {
    const child = by.nested === 'no' ? this.byPid.get(pid) : undefined;
    if (child?.end !== 'yes' || child.reaped === 'yes') return;
    child.reaped = 'yes';
    this.told.push(() => ({ at, event: 'reap', pid: by.pid, child: child.pid }));
  }

  private tcp({ at, ...line }: Line & { line: 'tcp' }, by: Traced | undefined): void {
    const { local, remote, from, to } = line;
    const whose = this.connections.whose(line, line.context, by === undefined ? 'others' : 'ours');
    if (whose === 'unclear') this.unclear.add(`${local} to ${remote} left ${from}, in which it was not known to be`);
    if (whose !== 'ours') return;
    const own = line.context === 'task' ? by : undefined;
    this.told.push(() => ({
      at,
      event: 'tcp',
      local,
      remote,
      from,
      to,
      ...(own === undefined ? {} : { pid: own.pid }),
    }));
  }
}

function fateOf(result: number): Fate {
  if (result === RESULT.IGNORED) return 'ignored';
  // OVERFLOW_FAIL: a real-time signal for which there was no room; LOSE_INFO comes, without its information.
  return result === RESULT.ALREADY_PENDING || result === RESULT.OVERFLOW_FAIL ? 'dropped' : 'blocked'; // until it is delivered
}

/** How a process ended: by its SIGCHLD, which says which of the two it was, or where there was none by what is left. */
function ending({ told, status, fatal }: Traced): { status?: number; signal?: string } {
  if (told === 'CLD_EXITED' || (told === undefined && fatal === undefined))
    return status === undefined ? {} : { status };
  if (told !== undefined || status === undefined) return fatal === undefined ? {} : { signal: fatal };
  return {};
}
