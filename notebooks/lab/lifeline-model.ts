import type { Fate } from './history';
import type { Remnant } from './lifeline-sockets';

/** When something came to be so, in milliseconds since the arm began (see `Placed` for what stands behind the comma). */
export interface Since {
  when: number;
}

/** One process, from its first moment to its last, as far as they are known. PIDs are the sandbox's own. */
export interface Life {
  /** The PID; `7'` is the second process of a history that had the PID 7. */
  id: string;
  pid: number;
  /**
   * `forked`: seen by a tracer. `started`: by the experiment, which knows when. `seen`: it was there when somebody looked;
   * `notBefore` is when somebody looked and it was not.
   */
  begin: Since & { how: 'forked' | 'started' | 'seen'; notBefore?: number };
  /** What it was called, and since when; `exec` is a change that a tracer saw. */
  names: (Since & { name: string; how: 'inherited' | 'exec' | 'seen' })[];
  /** Its parents in turn; `life` is absent where nothing else is known of the parent. */
  parents: (Since & { pid: number; life?: string; how: 'fork' | 'adoption' | 'seen' })[];
  sessions: (Since & { sid: number })[];
  groups: (Since & { pgid: number })[];
  ttys: (Since & { tty: string })[];
  /**
   * `exited`: a tracer saw it. `told`: whoever started it heard of it. `seen`: it was there as a zombie. `missed`: it was no longer
   * there. But for the first two, it ended between `after`, when it was last seen running, and `when`.
   */
  end?: Since & { how: 'exited' | 'told' | 'seen' | 'missed'; after?: number; status?: number; signal?: string };
  /**
   * When it was gone. `reaped`: seen by a tracer; up to here it was a zombie. `seen`: it was a zombie when last looked at. `missed`: it
   * was no longer there; how long it was a zombie, if at all, is not known.
   */
  gone?: Since & { how: 'reaped' | 'seen' | 'missed'; by?: string };
  /** The last moment at which something was known of it. */
  last: number;
  /** It adopts the orphans below it: PR_SET_CHILD_SUBREAPER. */
  subreaper?: Since;
  /** A command that the experiment ran in the sandbox, as to look (`ss`, `grep`), is not of what it looks at. */
  run?: 'by the experiment';
}

/** A signal to one process. The kernel sends signals too; `outside` is a process that is not in the sandbox. */
export interface Signal extends Since {
  signal: string;
  from: { sender: 'process'; life: string } | { sender: 'kernel' | 'outside' | 'unknown' };
  to: string;
  /** Absent where what became of it was not seen. */
  fate?: Fate;
  /** The child that a SIGCHLD tells of. */
  child?: string;
}

/** Something that the experiment did. */
export interface Act extends Since {
  what: string;
}

/**
 * All that a history tells of its processes, free of how it is drawn. `init` is the life that adopts the sandbox's orphans.
 * `from` and `to`: the time that it spans.
 */
export interface Lifeline {
  experiment: string;
  arm: string;
  init: string;
  /** Who told of the events; nobody, where there was no tracer. */
  witnesses: string[];
  /** Why there may be more than is told. */
  gaps: string[];
  /** Why there is nothing, if the arm was not run to its end. */
  obstacle?: string;
  from: number;
  to: number;
  lives: Life[];
  signals: Signal[];
  /** What was left of connections. */
  remnants: Remnant[];
  acts: Act[];
}

/** The last of them that holds at that moment; before the first, none. */
export function atTime<T extends Since>(changes: readonly T[], when: number): T | undefined {
  let found: T | undefined;
  for (const change of changes) if (change.when <= when) found = change;
  return found;
}

/** One process at one moment, as ps(1) would show it. */
export interface Moment {
  life: Life;
  pid: number;
  /** 0 where it is not known. */
  ppid: number;
  sid: number;
  pgid: number;
  name: string;
  state: 'alive' | 'zombie';
}

/** The processes that there were at a moment of the history, in order of PID: what a process table would have shown then. */
export function processesAt({ lives }: Lifeline, when: number): Moment[] {
  return lives
    .filter(({ begin, gone }) => begin.when <= when && (gone === undefined || when < gone.when))
    .map(
      (life): Moment => ({
        life,
        pid: life.pid,
        ppid: atTime(life.parents, when)?.pid ?? 0,
        sid: atTime(life.sessions, when)?.sid ?? 0,
        pgid: atTime(life.groups, when)?.pgid ?? 0,
        name: atTime(life.names, when)?.name ?? '?',
        state: life.end !== undefined && life.end.when <= when ? 'zombie' : 'alive',
      }),
    )
    .sort((a, b) => a.pid - b.pid);
}
