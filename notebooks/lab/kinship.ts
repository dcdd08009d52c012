import type { Event } from './history';

/** An event with its time, in seconds of whatever clock the witness goes by. */
export type Timed = { at: number } & Event;

/**
 * The events, with each adoption put after the end that caused it. No tracer shows adoptions, so they are inferred by the
 * kernel's rule (find_new_reaper() in kernel/exit.c; prctl(2), PR_SET_CHILD_SUBREAPER): the children of a process that
 * ends, zombies too, go to its nearest living ancestor that is a subreaper, else to `init`. Events must be in order.
 * Nothing is inferred of a process whose fork was not traced, or whose PID is not known (0).
 */
export function withAdoptions(events: Timed[], init: number): Timed[] {
  const parents = new Map<number, number>();
  const subreapers = new Set<number>();
  const ended = new Set<number>();

  const adopter = (pid: number): number => {
    const seen = new Set<number>();
    for (let one = parents.get(pid); one !== undefined && !seen.has(one); one = parents.get(one)) {
      if (subreapers.has(one) && !ended.has(one)) return one;
      seen.add(one);
    }
    return init;
  };

  return events.flatMap((event) => {
    switch (event.event) {
      case 'fork':
        ended.delete(event.child); // a PID may come round again
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
        for (const [pid] of orphans) parents.set(pid, to);
        return [
          event,
          ...orphans.map(([pid]): Timed => ({ at: event.at, event: 'reparent', pid, from: event.pid, to })),
        ];
      }
      default:
        return [event];
    }
  });
}
