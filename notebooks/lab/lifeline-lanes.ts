import type { Fate } from './history';
import type { Life, Lifeline, Signal } from './lifeline-model';

/** One line of the picture: a process, or several that are alike. */
export interface Lane {
  /** That of its first life. */
  id: string;
  /** In order of beginning; those that are alike have one parent, one name, the same signals and the same end. */
  lives: Life[];
  /** The lane of whoever forked them, where it is drawn too. */
  parent?: string;
  /** How many generations below the first that is drawn. */
  depth: number;
  /** The last session and group that they were in; absent where they are not known. */
  session?: number;
  group?: number;
}

const last = <T>(changes: readonly T[]): T | undefined => changes[changes.length - 1];
export const nameOf = (life: Life): string => last(life.names)?.name ?? '?';
export const sessionOf = (life: Life): number | undefined => last(life.sessions)?.sid;
export const groupOf = (life: Life): number | undefined => last(life.groups)?.pgid;

/** Every one of these lives in exactly one lane: alike ones together, by session, then group, then kinship. */
export function lanesOf(lifeline: Lifeline, lives: readonly Life[], signals: readonly Signal[]): Lane[] {
  const lanes = alike(lives, signals, lifeline).map((together): Lane => {
    const [first] = together as [Life];
    return { id: first.id, lives: together, depth: 0, session: sessionOf(first), group: groupOf(first) };
  });
  const laneOf = new Map(lanes.flatMap((lane) => lane.lives.map((life) => [life.id, lane] as const)));
  for (const lane of lanes) {
    const parent = laneOf.get(lane.lives[0]?.parents[0]?.life ?? '');
    if (parent !== undefined && parent !== lane) lane.parent = parent.id;
  }
  const byId = new Map(lifeline.lives.map((life) => [life.id, life]));
  const above = (lane: Lane): Lane | undefined => {
    // Whose parent is not drawn comes under the nearest ancestor that is.
    const seen = new Set<Life>();
    let life = lane.lives[0];
    while (life !== undefined && !seen.has(life)) {
      seen.add(life);
      life = byId.get(life.parents[0]?.life ?? '');
      const found = life === undefined ? undefined : laneOf.get(life.id);
      if (found !== undefined && found !== lane) return found;
    }
    return undefined;
  };
  return bySession(byKinship(lanes, above));
}

/** A parent, then its children in order of birth, each with its own. */
function byKinship(lanes: Lane[], above: (lane: Lane) => Lane | undefined): Lane[] {
  const children = new Map<string | undefined, Lane[]>();
  for (const lane of lanes) {
    const parent = above(lane)?.id;
    children.set(parent, [...(children.get(parent) ?? []), lane]);
  }
  const order: Lane[] = [];
  const visit = (lane: Lane, depth: number): void => {
    if (order.includes(lane)) return;
    lane.depth = depth;
    order.push(lane);
    for (const child of children.get(lane.id) ?? []) visit(child, child.parent === lane.id ? depth + 1 : 0);
  };
  for (const root of children.get(undefined) ?? []) visit(root, 0);
  for (const lane of lanes) visit(lane, 0); // whoever is in a circle, which a wrong record can hold
  return order;
}

/** Sessions in the order of their first lane, in them groups likewise. */
function bySession(lanes: Lane[]): Lane[] {
  const first = <K>(key: (lane: Lane) => K) => {
    const places = new Map<K, number>();
    lanes.forEach((lane, i) => {
      if (!places.has(key(lane))) places.set(key(lane), i);
    });
    return (lane: Lane) => places.get(key(lane)) ?? 0;
  };
  const session = first((lane) => lane.session);
  const group = first((lane) => `${lane.session} ${lane.group}`);
  return lanes
    .map((lane, i) => ({ lane, i }))
    .sort((a, b) => session(a.lane) - session(b.lane) || group(a.lane) - group(b.lane) || a.i - b.i)
    .map(({ lane }) => lane);
}

/** From how many on those that come one after another, each alone, share a lane. */
const row = 4;

/**
 * Puts together siblings that are alike, with all below them: of one kind, with the same end, the same signals, and children of
 * whom the same is true.
 */
function alike(lives: readonly Life[], signals: readonly Signal[], lifeline: Lifeline): Life[][] {
  const there = new Set(lives.map(({ id }) => id));
  const children = new Map<string, Life[]>();
  for (const life of lives) {
    const parent = life.parents[0]?.life ?? '';
    children.set(parent, [...(children.get(parent) ?? []), life]);
  }
  const kind = kindsOf(signals, lifeline);
  const known = new Map<string, string>();
  const family = (life: Life, above: readonly string[] = []): string => {
    const before = known.get(life.id);
    if (before !== undefined || above.includes(life.id)) return before ?? '';
    const below = (children.get(life.id) ?? []).map((child) => family(child, [...above, life.id])).sort();
    const all = `${kind(life)}${below.length === 0 ? '' : `[${below.join()}]`}`;
    known.set(life.id, all);
    return all;
  };
  const placed = new Set<string>();
  const place = (siblings: readonly Life[], from: 'one parent' | 'many'): Life[][] => {
    const keyed = new Map<string, Life[]>();
    for (const life of siblings) {
      if (placed.has(life.id)) continue;
      placed.add(life.id);
      const key = family(life);
      keyed.set(key, [...(keyed.get(key) ?? []), life]);
    }
    return [...keyed.values()]
      .flatMap((some) => (from === 'many' ? [some] : apart(some)))
      .flatMap((some) => [
        some,
        ...place(some.flatMap(({ id }) => children.get(id) ?? []).sort(order), some.length > 1 ? 'many' : 'one parent'),
      ]);
  };
  const roots = lives.filter(({ parents: [parent] }) => parent?.life === undefined || !there.has(parent.life));
  return [...place(roots, 'one parent'), ...place(lives, 'one parent')].sort((a, b) => order(a[0], b[0]));
}

const weights: Record<Fate, number> = { dropped: 0, ignored: 1, blocked: 2, delivered: 3 };

/** In what two processes have to agree to be alike, but for their children. Who sends signals is like nobody else. */
function kindsOf(signals: readonly Signal[], { init, lives }: Lifeline): (life: Life) => string {
  const byId = new Map(lives.map((life) => [life.id, life]));
  const senders = new Set(signals.map(({ from }) => (from.sender === 'process' ? from.life : '')));
  const received = new Map<string, Map<string, number>>();
  for (const { to, from, signal, fate } of signals) {
    const sender = from.sender === 'process' ? from.life : from.sender;
    const word = `${sender === byId.get(to)?.parents[0]?.life ? 'parent' : sender} ${signal}`;
    const words = received.get(to) ?? new Map<string, number>();
    // Who got one twice, of which the second came to nothing, is like who got it once.
    received.set(to, words.set(word, Math.max(words.get(word) ?? 0, weights[fate ?? 'delivered'])));
  }
  return (life) => {
    const { id, pid, begin, end, gone, names, parents } = life;
    if (senders.has(id) || id === init || life.subreaper !== undefined) return `alone ${id}`;
    const parent = byId.get(parents[0]?.life ?? '');
    const relative = (own: number | undefined, parents: number | undefined) =>
      own === pid ? 'own' : own === parents ? 'inherited' : own;
    return JSON.stringify([
      [
        parents[0]?.how,
        parent === undefined ? parents[0]?.pid : '',
        parents.slice(1).map(({ pid, how }) => [pid, how]),
      ],
      names.map(({ name }) => name),
      relative(sessionOf(life), parent && sessionOf(parent)),
      relative(groupOf(life), parent && groupOf(parent)),
      [begin.how, end?.how, end?.status, end?.signal, gone === undefined ? 'there' : 'gone'],
      [...(received.get(id) ?? [])].sort(),
    ]);
  };
}

const order = (a: Life | undefined, b: Life | undefined) =>
  (a?.begin.when ?? 0) - (b?.begin.when ?? 0) || (a?.pid ?? 0) - (b?.pid ?? 0);

/** Parts what is alike into those that were there together, and those that were alone; of these, many are a row again. */
function apart(lives: Life[]): Life[][] {
  const together: Life[][] = [];
  for (const life of lives) {
    const current = together[together.length - 1];
    const over = Math.min(...(current ?? []).map(({ gone }) => gone?.when ?? Number.POSITIVE_INFINITY));
    if (current === undefined || life.begin.when > over) together.push([life]);
    else current.push(life);
  }
  const single = together.filter((some) => some.length === 1);
  return single.length < row ? together : [...together.filter((some) => some.length > 1), single.flat()];
}
