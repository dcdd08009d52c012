import type { Observation } from './history';

/** An observation with its place in time. */
export type Placed = Observation & {
  /**
   * Milliseconds since the arm began. What has the same time in the record is set apart by millionths of a millisecond, in an
   * order in which causes precede effects. `Math.round(when * 1e4) / 1e4` is the time that was recorded.
   */
  when: number;
};

/** The time that was recorded, of a moment in which the order is kept too. */
export const recorded = (when: number): number => Math.round(when * 1e4) / 1e4;

/**
 * Between what is simultaneous and does not follow from each other: who looks and then acts has looked first; ends and their
 * consequences come before beginnings.
 */
const ranks: Record<string, number> = {
  processes: -2,
  process: -1,
  act: 0,
  exit: 1,
  reparent: 2,
  told: 3,
  reap: 4,
  kill: 5,
  signal: 6,
  fork: 7,
  setsid: 8,
  setpgid: 9,
  exec: 10,
  subreaper: 11,
  tcp: 12,
};

function sortOf(seen: Observation): string {
  if (seen.kind !== 'event') return seen.kind;
  return seen.event === 'signal' && seen.child !== undefined ? 'told' : seen.event;
}

/**
 * The observations in order of time. Within one time the order is made from what they say and not from how they stand in the
 * record: a fork before what the child does, a signal before the end that it brings, an end before those who hear of it, take
 * it away, adopt. So whatever order simultaneous observations were noted in, the picture is the same.
 */
export function inOrder(observations: readonly Observation[]): Placed[] {
  const ticks = new Map<number, Observation[]>();
  for (const seen of observations) {
    const tick = ticks.get(seen.at);
    if (tick === undefined) ticks.set(seen.at, [seen]);
    else tick.push(seen);
  }
  return [...ticks]
    .sort(([one], [other]) => one - other)
    .flatMap(([at, tick]) => sortTick(tick).map((seen, i): Placed => ({ ...seen, when: at + i * 1e-6 })));
}

/** Takes again and again the first, by rank, of those whose causes have been taken. */
function sortTick(tick: Observation[]): Observation[] {
  if (tick.length < 2) return tick;
  const keyed = tick
    .map((seen) => ({ seen, rank: ranks[sortOf(seen)] ?? 20, text: JSON.stringify({ ...seen, n: 0 }) }))
    .sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ seen }) => seen);
  const causes = keyed.map((effect) => keyed.filter((cause) => cause !== effect && precedes(cause, effect)));
  const order: Observation[] = [];
  const taken = new Set<Observation>();
  while (order.length < keyed.length) {
    const ready = keyed.findIndex(
      (seen, i) => !taken.has(seen) && (causes[i] ?? []).every((cause) => taken.has(cause)),
    );
    // A PID that came round again within one tick can make a circle: then rank alone decides.
    const next = keyed[ready === -1 ? keyed.findIndex((seen) => !taken.has(seen)) : ready];
    if (next === undefined) break;
    taken.add(next);
    order.push(next);
  }
  return order;
}

/** Whether one of two simultaneous events has to come before the other. */
function precedes(cause: Observation, effect: Observation): boolean {
  if (cause.kind !== 'event' || effect.kind !== 'event') return false;
  const actor = effect.event === 'kill' ? effect.by : effect.pid;
  switch (cause.event) {
    case 'fork':
      if (effect.event === 'fork' && effect.child === cause.child) return false;
      if ('child' in effect && effect.child === cause.child) return true;
      if (effect.event === 'setpgid' && effect.of === cause.child) return true;
      if (actor === cause.child) return true;
      break;
    case 'signal':
      if (effect.event === 'exit' && effect.pid === cause.pid)
        return cause.fate !== 'ignored' && effect.signal === cause.signal;
      if (effect.event === 'exit' && effect.pid === cause.from) return true;
      if (effect.event === 'reap') return cause.child === effect.child && cause.pid === effect.pid;
      // Whoever is told tells others; and a hang-up is SIGHUP, then SIGCONT (disassociate_ctty() in the kernel's tty_jobctrl.c).
      if (effect.event === 'kill') return effect.by === cause.pid && cause.from !== cause.pid;
      if (effect.event === 'signal' && effect.from !== undefined)
        return effect.from === cause.pid && cause.from !== cause.pid;
      if (effect.event !== 'signal') return false;
      // One is dropped because one like it is waiting already.
      if (effect.signal === cause.signal && effect.pid === cause.pid)
        return effect.fate === 'dropped' && (cause.fate === 'delivered' || cause.fate === 'blocked');
      return cause.signal === 'SIGHUP' && effect.signal === 'SIGCONT';
    case 'exit':
      if (effect.event === 'reparent') return effect.from === cause.pid;
      if (effect.event === 'signal' || effect.event === 'reap') return effect.child === cause.pid;
      return false;
    case 'reparent':
      return effect.event === 'exit' && effect.pid === cause.pid;
    case 'kill':
      if (effect.event === 'signal' && effect.from === cause.by && effect.signal === cause.signal) return true;
      return effect.event === 'exit' && effect.pid === cause.by;
  }
  return effect.event === 'exit' && 'pid' in cause && effect.pid === cause.pid;
}
