import type { Event } from '../history';

/** An event with its time, in seconds of whatever clock the witness goes by. */
export type Timed = { at: number } & Event;

/**
 * The events, with each adoption put after the end that caused it. No tracer shows adoptions, so they are inferred by the
 * kernel's rule (find_new_reaper() in kernel/exit.c; prctl(2), PR_SET_CHILD_SUBREAPER): the children of a process that
 * ends, zombies too, go to its nearest living ancestor that is a subreaper, else to `init`. Events must be in order.
 * Nothing is inferred of a process whose fork was not traced, or whose PID is not known (0).
 *
 * The adopter of a zombie is sent SIGCHLD for it by the one that ends, before that one's own (exit_notify()). A tracer sees by
 * whom, not for whom: that is put right too.
 */
export function withAdoptions(events: Timed[], init: number): Timed[] {
  const parents = new Map<number, number>();
  const subreapers = new Set<number>();
  const ended = new Set<number>();
  const wills = new Map<number, Will>();
  const all: Will[] = [];

  const adopter = (pid: number): number => {
    const seen = new Set<number>();
    for (let one = parents.get(pid); one !== undefined && !seen.has(one); one = parents.get(one)) {
      if (subreapers.has(one) && !ended.has(one)) return one;
      seen.add(one);
    }
    return init;
  };

  const told = events.flatMap((event) => {
    switch (event.event) {
      case 'fork':
        ended.delete(event.child); // a PID may come round again
        wills.delete(event.child);
        subreapers.delete(event.child);
        if (event.child !== 0) parents.set(event.child, event.pid);
        return [event];
      case 'subreaper':
        subreapers.add(event.pid);
        return [event];
      case 'reap':
        parents.delete(event.child);
        return [event];
      case 'exit': {
        ended.add(event.pid);
        const to = adopter(event.pid);
        const orphans = event.pid === 0 ? [] : [...parents].filter(([, parent]) => parent === event.pid);
        const zombies = orphans.flatMap(([pid]) => (ended.has(pid) ? pid : []));
        if (zombies.length > 0) {
          const will = { zombies, told: [] };
          wills.set(event.pid, will);
          all.push(will);
        }
        for (const [pid] of orphans) {
          parents.delete(pid); // the adopter's list has them at its end
          parents.set(pid, to);
        }
        return [
          event,
          ...orphans.map(([pid]): Timed => ({ at: event.at, event: 'reparent', pid, from: event.pid, to })),
        ];
      }
      case 'signal':
        if (event.child !== undefined) wills.get(event.child)?.told.push(event);
        return [event];
      default:
        return [event];
    }
  });
  const meant = new Map(all.flatMap(execute));
  return told.map((event) => meant.get(event) ?? event);
}

/** What a process that ended left: its zombies, in the order of the kernel's list, and the SIGCHLDs that it sent from then on. */
interface Will {
  zombies: number[];
  told: Extract<Timed, { event: 'signal' }>[];
}

/** For whom the SIGCHLDs are: one for each zombie and the last for the dead itself; where the numbers differ, that is not known (0). */
const execute = ({ zombies, told }: Will) =>
  told.map((event, i): [Timed, Timed] => {
    const whole = told.length === zombies.length + 1;
    return [event, { ...event, child: whole ? (zombies[i] ?? event.child) : 0 }];
  });
