import type { Fate } from './history';
import { foldedIn, isLab, ownOf } from './lifeline-folding';
import { type Lane, lanesOf } from './lifeline-lanes';
import type { Act, Life, Lifeline, Signal } from './lifeline-model';

/** Signals from one sender that came at one time, of one name and fate; drawn as one arrow with a head for each lane. */
export interface Arrow {
  when: number;
  signal: string;
  /** A lane's id. */
  from: { sender: 'lane'; lane: string } | { sender: 'kernel' | 'outside' | 'unknown' };
  /** Lanes, and how many signals each got; the sender's own is among them where it was the only one. */
  to: { lane: string; count: number }[];
  fate?: Fate;
}

/** Some of a lane that got a new parent at one time. */
export interface Adoption {
  when: number;
  lane: string;
  to: string;
  count: number;
  how: 'adoption' | 'seen';
}

/** What of a lifeline is drawn. */
export interface Scene {
  lifeline: Lifeline;
  /** Where the picture begins: with the first that is done or happens. Who was there before is there from the edge on. */
  from: number;
  lanes: Lane[];
  arrows: Arrow[];
  adoptions: Adoption[];
  acts: Act[];
  /** Those without a line: what holds the sandbox and its terminals together, and shells to which nothing happened. */
  folded: Life[];
}

/** In milliseconds: signals that are sent to many are that near to each other; who is adopted and ends so soon was dying. */
const near = { volley: 0.3, dying: 5 };

/** Chooses what is drawn, and puts together what belongs together. */
export function sceneOf(lifeline: Lifeline): Scene {
  const own = ownOf(lifeline);
  const heard = told(lifeline).filter(({ to }) => !own.has(to));
  const signals = heard.map(
    (one): Signal =>
      one.from.sender === 'process' && own.has(one.from.life) ? { ...one, from: { sender: 'outside' } } : one,
  );
  const adopted = adoptionsIn(lifeline);
  const concerned = new Set([
    ...signals.flatMap(({ from, to }) => [to, from.sender === 'process' ? from.life : '']),
    ...adopted.map(({ to }) => to),
  ]);
  const byId = new Map(lifeline.lives.map((life) => [life.id, life]));
  const folded = foldedIn(lifeline, own, concerned);
  const drawn = lifeline.lives.filter((life) => !folded.includes(life));
  const lanes = lanesOf(lifeline, drawn, signals);
  const laneOf = new Map(lanes.flatMap((lane) => lane.lives.map((life) => [life.id, lane.id] as const)));
  const acts = lifeline.acts.filter(
    ({ what, when }) => !/^(write|compile|keep to|open) /.test(what) && when <= lifeline.to,
  );
  const born = (life: Life) => {
    const parent = byId.get(life.parents[0]?.life ?? '');
    return parent !== undefined && !isLab(parent, lifeline, own);
  };
  const from = Math.min(
    ...[...acts, ...signals, ...adopted].map(({ when }) => when),
    ...drawn.filter((life) => acts.length === 0 || born(life)).map(({ begin }) => begin.when),
    ...drawn.flatMap(({ end }) => (end === undefined ? [] : [end.when])),
  );
  return {
    lifeline,
    from: Number.isFinite(from) ? from : 0,
    lanes,
    arrows: arrowsOf(signals, laneOf),
    adoptions: together(adopted, laneOf),
    acts,
    folded,
  };
}

/**
 * The signals worth an arrow. That a child has ended can be seen from its line: SIGCHLDs are drawn where one is lost, or
 * where a process sent it.
 */
function told({ signals, init }: Lifeline): Signal[] {
  const losers = new Set(
    signals.flatMap(({ signal, fate, to }) => (signal === 'SIGCHLD' && fate === 'dropped' ? [to] : [])),
  );
  return signals.filter(
    ({ signal, from, to }) => signal !== 'SIGCHLD' || (to !== init && (from.sender !== 'kernel' || losers.has(to))),
  );
}

type Adopted = { when: number; life: string; to: string; how: 'adoption' | 'seen' };

/** Who got whom as a new parent, but for those that were ending at that moment anyway. */
function adoptionsIn({ lives }: Lifeline): Adopted[] {
  const there = new Set(lives.map(({ id }) => id));
  return lives.flatMap(({ id, parents, end }) =>
    parents.slice(1).flatMap(({ when, life, how }): Adopted[] => {
      if (life === undefined || !there.has(life) || how === 'fork') return [];
      const dying = how === 'adoption' && end !== undefined && Math.abs(end.when - when) < near.dying;
      return dying ? [] : [{ when, life: id, to: life, how }];
    }),
  );
}

function together(adopted: Adopted[], laneOf: Map<string, string>): Adoption[] {
  const found = new Map<string, Adoption>();
  for (const { when, life, to, how } of adopted) {
    const [lane, parent] = [laneOf.get(life), laneOf.get(to)];
    if (lane === undefined || parent === undefined) continue;
    const key = `${lane} ${parent}`;
    const known = found.get(key);
    if (known !== undefined && when - known.when < near.volley) known.count++;
    else found.set(key, { when, lane, to: parent, count: 1, how });
  }
  return [...found.values()].sort((a, b) => a.when - b.when);
}

/** How many arrows of one kind there may be; of more, those nearest to each other are drawn as one. */
const most = 4;

function arrowsOf(signals: Signal[], laneOf: Map<string, string>): Arrow[] {
  const alike = new Map<string, Signal[]>();
  for (const one of signals) {
    const sender = one.from.sender === 'process' ? laneOf.get(one.from.life) : one.from.sender;
    const key = `${sender} ${one.signal} ${one.fate}`;
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  const arrows = [...alike.values()].flatMap((some) => {
    let gap = near.volley;
    let volleys = volleysOf(some, gap);
    for (; volleys.length > most; volleys = volleysOf(some, gap)) gap *= 2;
    return volleys.flatMap((volley) => arrowOf(volley, laneOf) ?? []);
  });
  return arrows.sort((a, b) => a.when - b.when);
}

/** Parts what came in a row wherever there is a pause so long, in ms. */
function volleysOf(signals: Signal[], pause: number): Signal[][] {
  const volleys: Signal[][] = [];
  for (const one of signals) {
    const last = volleys[volleys.length - 1];
    if (last === undefined || one.when - (last[last.length - 1]?.when ?? 0) >= pause) volleys.push([one]);
    else last.push(one);
  }
  return volleys;
}

function arrowOf(volley: Signal[], laneOf: Map<string, string>): Arrow | undefined {
  const counts = new Map<string, number>();
  for (const { to } of volley) {
    const lane = laneOf.get(to);
    if (lane !== undefined) counts.set(lane, (counts.get(lane) ?? 0) + 1);
  }
  const [first] = volley;
  if (first === undefined || counts.size === 0) return undefined;
  const { when, signal, fate } = first;
  const from: Arrow['from'] =
    first.from.sender === 'process' ? { sender: 'lane', lane: laneOf.get(first.from.life) ?? '' } : first.from;
  // Who signals a group that it is in itself: what is to be seen is the others.
  if (from.sender === 'lane' && counts.size > 1) counts.delete(from.lane);
  const to = [...counts].map(([lane, count]) => ({ lane, count }));
  return { when, signal, from, to, ...(fate === undefined ? {} : { fate }) };
}
