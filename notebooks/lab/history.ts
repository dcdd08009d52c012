import { type Process, ProcessTable } from './processes';
import { type Socket, SocketTable } from './sockets';

/**
 * What became of a signal. `delivered`: its action was taken, be it the default one. `ignored`: the kernel threw it away at
 * once, because the process ignores it or is ending. `dropped`: one like it was waiting already, and a standard signal
 * waits only once (signal(7)). `blocked`: nothing of the above; it waited to the end of the trace, or the process fetched it
 * itself (sigwait(3), signalfd(2)).
 */
export type Fate = 'delivered' | 'ignored' | 'dropped' | 'blocked';

/**
 * A signal, an end, a change of kinship or of a connection that a tracer saw. PIDs are the sandbox's own; 0 is a process
 * that has none there, or whose PID there is not known (the kernel's own convention: pid_namespaces(7), si_pid).
 */
export type Event =
  /** `by` called kill(2) or a relative; a negative `to` is a process group, as in the call. */
  | { event: 'kill'; by: number; to: number; signal: string; result: 'ok' | 'failed' }
  /**
   * A signal to `pid`; `from` is who sent it, absent where the kernel did (`code` says so: sigaction(2), si_code).
   * strace tells of those that a process was told of, ignored ones too, but never of SIGKILL; tracefs of all that came about,
   * with their fate, and of a SIGCHLD with the child that it tells of.
   */
  | { event: 'signal'; pid: number; signal: string; code: string; from?: number; child?: number; fate?: Fate }
  | { event: 'fork'; pid: number; child: number }
  | { event: 'exec'; pid: number; path: string }
  | { event: 'setsid'; pid: number }
  | { event: 'setpgid'; pid: number; of: number; pgid: number }
  /** `pid` made itself the adopter of the orphans among its descendants: PR_SET_CHILD_SUBREAPER, prctl(2). */
  | { event: 'subreaper'; pid: number }
  /** `pid` lost its parent `from` and has another, `to`: inferred, by the kernel's rule, from who was whose child and who ended. */
  | { event: 'reparent'; pid: number; from: number; to: number }
  /**
   * `pid` waited for `child`, which is gone now. Where SIGCHLD is ignored a child goes without (wait(2), Notes), and nothing is
   * told; nor of a waitid(2) for whichever child.
   */
  | { event: 'reap'; pid: number; child: number }
  /** Neither `status` nor `signal`: how it ended was not seen. */
  | { event: 'exit'; pid: number; status?: number; signal?: string }
  /**
   * One end of a TCP connection went from a state to another: `ESTABLISHED`, `FIN_WAIT1`, … (RFC 9293, in the kernel's
   * spelling). `pid` is who made it so, absent where a packet or a timer did. A socket that goes from FIN_WAIT2 to CLOSE
   * leaves a TIME_WAIT behind, of which the kernel tells nothing. tracefs only.
   */
  | { event: 'tcp'; local: string; remote: string; from: string; to: string; pid?: number };

/** What was observed, of whatever kind. */
export type Fact =
  /** Something that the experiment itself did: typed, signalled, closed. */
  | { kind: 'act'; what: string }
  /** A command that the experiment ran inside the sandbox; `status` is its exit status, or the signal that ended it. */
  | { kind: 'command'; command: string; stdout: string; stderr: string; status: number | string }
  /** A line that a program printed by itself. */
  | { kind: 'line'; program: string; line: string }
  /** How a program ended: its exit status, or the signal. */
  | { kind: 'end'; program: string; pid: number; status: number | string }
  | { kind: 'processes'; rows: Process[] }
  | { kind: 'sockets'; rows: Socket[] }
  /** What stands on a terminal's screen. */
  | { kind: 'screen'; terminal: string; text: string }
  | { kind: 'file'; path: string; state: 'there' | 'absent' }
  | { kind: 'process'; pid: number; state: string }
  | ({ kind: 'event' } & Event)
  /**
   * Events may be missing from here on, or up to here; or there was no witness at all. What was not traced may yet have been.
   * With `of`, only events of that sort.
   */
  | { kind: 'gap'; because: string; of?: 'tcp' }
  /** The host lacks something, and the arm could not be run. */
  | { kind: 'missing'; because: string }
  /** The arm was not run because it takes long. */
  | { kind: 'left out'; because: string }
  /** The arm was broken off. */
  | { kind: 'failure'; because: string };

/**
 * One observation: a fact, who witnessed it, and when (milliseconds since the arm began). `n` numbers the observations
 * of an arm from 1 in order of time: what a finding cites. `moment` names what the observation is of, for finding it.
 */
export type Observation = { n: number } & Noted;

type Noted = { at: number; witness: string; moment?: string } & Fact;

/** The sandbox that a history happened in. */
export interface Box {
  /** `namespaces` (as root), `user namespace`, or `host`: none. */
  kind: 'namespaces' | 'user namespace' | 'host';
  /** PID, inside, of the process that adopts its orphans: 1, but on the plain host. */
  init: number;
  pid1: 'waits' | 'never waits';
}

/** What is kept of one arm: plain data, saved before anything judges it. */
export interface HistoryRecord {
  experiment: string;
  arm: string;
  box: Box | null;
  observations: Observation[];
}

type Kind = Observation['kind'];
type Of<K extends Kind> = Extract<Observation, { kind: K }>;

/**
 * The observations of one arm, with what a judge looks for in them. Reading only: nothing here changes the record.
 * With `gaps: 'refused'`, as a judge gets it, asking for events of a trace with a gap throws.
 */
export class History {
  constructor(
    readonly record: HistoryRecord,
    private readonly gaps: 'told' | 'refused' = 'told',
  ) {}

  get arm(): string {
    return this.record.arm;
  }

  /** PID of the process that adopts the sandbox's orphans. */
  get init(): number {
    return this.record.box?.init ?? 1;
  }

  of<K extends Kind>(kind: K): Of<K>[] {
    if (kind === 'event') this.refuse(this.of('gap'));
    return this.record.observations.filter((seen): seen is Of<K> => seen.kind === kind);
  }

  /** Those gaps in which events of this sort may be missing. */
  private gapsOf(event: Event['event']): Of<'gap'>[] {
    return this.of('gap').filter((gap) => gap.of === undefined || gap.of === event);
  }

  private refuse([gap]: Of<'gap'>[]): void {
    if (gap !== undefined && this.gaps === 'refused') throw new Error(gap.because);
  }

  /** The last observation of that kind and moment, if there is one. */
  at<K extends Kind>(kind: K, moment: string): Of<K> | undefined {
    return this.of(kind)
      .filter((seen) => seen.moment === moment)
      .pop();
  }

  /** The process table taken at that moment; throws where none was: a judge turns that into `inconclusive`. */
  table(moment: string): { table: ProcessTable; seen: Observation } {
    const seen = this.at('processes', moment);
    if (seen === undefined) throw new Error(`no process table was taken "${moment}"`);
    return { table: new ProcessTable(seen.rows), seen };
  }

  /** The TCP sockets seen at that moment; throws where nobody looked. */
  sockets(moment: string): { table: SocketTable; seen: Observation } {
    const seen = this.at('sockets', moment);
    if (seen === undefined) throw new Error(`nobody looked at the sockets "${moment}"`);
    return { table: new SocketTable(seen.rows), seen };
  }

  /** The last that was seen of a terminal's screen; throws where it never was. */
  screen(terminal: string): { text: string; seen: Observation } {
    const seen = this.of('screen')
      .filter((screen) => screen.terminal === terminal)
      .pop();
    if (seen === undefined) throw new Error(`nobody looked at the screen of ${terminal}`);
    return { text: seen.text, seen };
  }

  /** What a program printed, line by line. */
  lines(program: string): Of<'line'>[] {
    return this.of('line').filter((seen) => seen.program === program);
  }

  /** The last that was seen of a file; throws where nobody looked. */
  file(path: string): { state: 'there' | 'absent'; seen: Observation } {
    const seen = this.of('file')
      .filter((file) => file.path === path)
      .pop();
    if (seen === undefined) throw new Error(`nobody looked for ${path}`);
    return { state: seen.state, seen };
  }

  /** The traced events of one sort, in order. For a judge, a trace with a gap has none to ask for: it throws. */
  events<E extends Event['event']>(event: E): Extract<Of<'event'>, { event: E }>[] {
    this.refuse(this.gapsOf(event));
    return this.record.observations.filter(
      (seen): seen is Extract<Of<'event'>, { event: E }> => seen.kind === 'event' && seen.event === event,
    );
  }

  /** The same where there was a whole trace, else none: for what the trace adds to an answer that does not rest on it. */
  eventsToo<E extends Event['event']>(event: E): Extract<Of<'event'>, { event: E }>[] {
    return this.gapsOf(event).length > 0 ? [] : this.events(event);
  }

  /**
   * The same as the kernel tells it (tracefs): whole, so that what is not among them did not happen. Undefined where the
   * kernel was not asked, could not be, or has a gap; another tracer sees only some of it.
   */
  kernelEvents<E extends Event['event']>(event: E): Extract<Of<'event'>, { event: E }>[] | undefined {
    if (this.gapsOf(event).length > 0) return undefined;
    const asked = this.record.observations.some(({ kind, witness }) => kind === 'event' && witness === 'tracefs');
    return asked ? this.events(event) : undefined;
  }
}

/** Notes observations down as they are made, and numbers them in order of time when the arm is over. */
export class Recorder {
  private readonly began = performance.now();
  /** When that was, in milliseconds of CLOCK_MONOTONIC, which is what performance.now() counts from another beginning. */
  private readonly boot = Number(process.hrtime.bigint()) / 1e6 - performance.now() + this.began;
  private readonly noted: Noted[] = [];

  /** Milliseconds since the arm began. */
  now(): number {
    return performance.now() - this.began;
  }

  /** Milliseconds since the arm began, of a moment given in seconds since the Epoch. */
  since(epochSeconds: number): number {
    return epochSeconds * 1000 - performance.timeOrigin - this.began;
  }

  /** Milliseconds since the arm began, of a moment given in seconds of CLOCK_MONOTONIC. */
  sinceBoot(seconds: number): number {
    return seconds * 1000 - this.boot;
  }

  note(witness: string, fact: Fact, moment?: string, at = this.now()): void {
    const when = Math.round(at * 10) / 10;
    this.noted.push({ at: when, witness, ...(moment === undefined ? {} : { moment }), ...fact });
  }

  finish(): Observation[] {
    return [...this.noted].sort((a, b) => a.at - b.at).map((seen, i) => ({ n: i + 1, ...seen }));
  }
}
