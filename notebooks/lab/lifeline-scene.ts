import type { Fate } from './history';
import { type Lane, lanesOf, nameOf } from './lifeline-lanes';
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

/** The parts of the lab itself: `terminal` holds a terminal's other side, strace is a witness. */
const scenery = ['init', 'terminal', 'strace'];

/** In milliseconds: signals that are sent to many are that near to each other; who is adopted and ends so soon was dying. */
const near = { volley: 0.3, dying: 5 };

/** Chooses what is drawn, and puts together what belongs together. */
export function sceneOf(lifeline: Lifeline): Scene {
  const signals = told(lifeline);
  const adopted = adoptionsIn(lifeline);
  const concerned = new Set([
    ...signals.flatMap(({ from, to }) => [to, from.sender === 'process' ? from.life : '']),
    ...adopted.map(({ to }) => to),
  ]);
  const byId = new Map(lifeline.lives.map((life) => [life.id, life]));
  const parents = new Set(lifeline.lives.flatMap(({ parents: [first] }) => first?.life ?? []));
  const isScenery = (life: Life) => life.id === lifeline.init || scenery.includes(nameOf(life));
  const idle = (life: Life) => {
    const parent = byId.get(life.parents[0]?.life ?? '');
    return parent !== undefined && nameOf(parent) === 'terminal' && !parents.has(life.id) && life.end === undefined;
  };
  const concerns = (life: Life) =>
    concerned.has(life.id) || (life.id !== lifeline.init && nameOf(life) === 'terminal' && life.end !== undefined);
  let folded = lifeline.lives.filter((life) => (isScenery(life) || idle(life)) && !concerns(life));
  if (folded.length === lifeline.lives.length) folded = folded.filter(isScenery);
  const drawn = lifeline.lives.filter((life) => !folded.includes(life));
  const lanes = lanesOf(lifeline, drawn, signals);
  const laneOf = new Map(lanes.flatMap((lane) => lane.lives.map((life) => [life.id, lane.id] as const)));
  const to = Math.max(...drawn.map(({ last }) => last), 0);
  const acts = lifeline.acts.filter(({ what, when }) => !/^(write|compile|keep to|open) /.test(what) && when <= to);
  const born = (life: Life) => {
    const parent = byId.get(life.parents[0]?.life ?? '');
    return parent !== undefined && !isScenery(parent);
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

function arrowsOf(signals: Signal[], laneOf: Map<string, string>): Arrow[] {
  const open = new Map<string, { arrow: Arrow; latest: number }>();
  const arrows: Arrow[] = [];
  for (const { when, signal, from, to, fate } of signals) {
    const lane = laneOf.get(to);
    const sender: Arrow['from'] | undefined =
      from.sender !== 'process' ? from : { sender: 'lane', lane: laneOf.get(from.life) ?? '' };
    if (lane === undefined) continue;
    const key = `${sender.sender === 'lane' ? sender.lane : sender.sender} ${signal} ${fate}`;
    const known = open.get(key);
    if (known === undefined || when - known.latest >= near.volley) {
      const arrow: Arrow = {
        when,
        signal,
        from: sender,
        to: [{ lane, count: 1 }],
        ...(fate === undefined ? {} : { fate }),
      };
      arrows.push(arrow);
      open.set(key, { arrow, latest: when });
      continue;
    }
    known.latest = when;
    const before = known.arrow.to.find((receiver) => receiver.lane === lane);
    if (before === undefined) known.arrow.to.push({ lane, count: 1 });
    else before.count++;
  }
  for (const arrow of arrows) {
    const { from } = arrow;
    if (from.sender === 'lane' && arrow.to.length > 1) arrow.to = arrow.to.filter(({ lane }) => lane !== from.lane);
  }
  return arrows;
}
