import { clock, span } from './lifeline-axis';
import { shortened } from './lifeline-labels';
import { type Lane, nameOf } from './lifeline-lanes';
import type { Life } from './lifeline-model';
import { recorded } from './lifeline-order';
import type { Adoption, Arrow, Scene } from './lifeline-scene';
import { remnantName } from './lifeline-sockets';

/** `7`, `9 to 16`, `9, 11, 15`, `9, 11, … 40`. */
export function pidsOf(lives: readonly Life[]): string {
  const pids = [...new Set(lives.map(({ pid }) => pid))].sort((a, b) => a - b);
  const [first = 0, last = 0] = [pids[0], pids[pids.length - 1]];
  if (pids.length > 2 && last - first === pids.length - 1) return `${first}–${last}`;
  return pids.length <= 3 ? pids.join(', ') : `${first}, ${pids[1]}, … ${last}`;
}

/** `a.sh 6`, `apache2 ×8 9–16`. */
export function laneName(lane: Lane, name = nameOf(lane.lives[0] as Life)): string {
  return `${name}${lane.lives.length > 1 ? ` ×${lane.lives.length}` : ''} ${pidsOf(lane.lives)}`;
}

/** How long, in milliseconds, a process may go by its parent's name before it is called by the name that it is then executed by. */
const soon = 50;

/**
 * What a lane is called in turn. A process that executes another program before it has done anything has that name from the
 * beginning.
 */
export function namesOf(lane: Lane, scene: Scene): { when: number; name: string }[] {
  const [life] = lane.lives as [Life];
  const { names } = life;
  const first = firstName(life, scene);
  const begun = names[first];
  if (begun === undefined) return [];
  const changes = names.slice(first + 1).filter(({ name }, i) => name !== names[first + i]?.name);
  return [{ ...begun, when: life.begin.when }, ...changes];
}

/** Which of its names it has from where it is drawn. */
function firstName({ id, begin, names, parents }: Life, { from, lifeline }: Scene): number {
  if (begin.when < from) return Math.max(0, names.filter(({ when }) => when < from).length - 1);
  const children = lifeline.lives.filter(({ parents: [parent] }) => parent?.life === id);
  const early = (i: number) => {
    const change = names[i];
    if (change?.how !== 'exec' || change.when - begin.when >= soon) return false;
    return children.every((child) => child.begin.when > change.when);
  };
  if (!early(1)) return 0;
  // What the experiment starts is started by a shell that is replaced at once: that is the lab's doing.
  return parents[0]?.life === lifeline.init && early(2) ? 2 : 1;
}

/** `exit 0`, `SIGTERM`, `gone`; nothing for what is there to the end. */
export function endOf(life: Life): string {
  const { end } = life;
  if (end === undefined) return '';
  if (end.signal !== undefined) return end.signal;
  if (end.status !== undefined) return `exit ${end.status}`;
  return end.how === 'missed' ? 'gone' : 'ended';
}

const fates = { delivered: '', ignored: ' ignored', dropped: ' dropped', blocked: ' waits' };

/** `SIGCHLD dropped ×2` */
export function arrowName({ signal, fate, to }: Arrow): string {
  // SIGCONT does its work where it is ignored too: signal(7).
  const word = fate === undefined || (signal === 'SIGCONT' && fate === 'ignored') ? '' : fates[fate];
  const count = Math.max(...to.map((receiver) => receiver.count));
  return `${signal}${word}${to.length === 1 && count > 1 ? ` ×${count}` : ''}`;
}

const counted = (count: number, what: string, many = `${what}es`) => `${count} ${count === 1 ? what : many}`;

/** Of whom the picture is: `kill a.sh: 5 processes in 1.04 s, told by tracefs`. */
export function summary(scene: Scene): string {
  const { lifeline, lanes } = scene;
  const lives = lanes.flatMap((lane) => lane.lives);
  const from = Math.min(...lives.map(({ begin }) => begin.when));
  const took =
    Math.max(...lives.map(({ last }) => last)) - from < 0.05 || lives.length === 0
      ? ''
      : ` in ${span(Math.max(...lives.map(({ last }) => last)) - from)}`;
  const who = lifeline.witnesses.length === 0 ? 'no tracer: only what was looked at' : lifeline.witnesses.join(' and ');
  return `${counted(lives.length, 'process')}${took} · ${who}`;
}

/** What was seen, in a sentence each, in order of time. `weight`: how much would be missing without it, from 1 to 3. */
export interface Told {
  when: number;
  text: string;
  weight: number;
}

export function tellings(scene: Scene): Told[] {
  const { lanes, arrows, adoptions } = scene;
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  const called = (id: string | undefined, when: number) => {
    const lane = id === undefined ? undefined : byId.get(id);
    if (lane === undefined) return '?';
    const name = namesOf(lane, scene)
      .filter((one) => one.when <= when)
      .pop()?.name;
    const pids = pidsOf(lane.lives);
    return `${shortened(name ?? nameOf(lane.lives[0] as Life), 32)}${lane.lives.length > 1 ? ` ×${lane.lives.length}` : ''} (${pids})`;
  };
  const laneOf = new Map(lanes.flatMap((lane) => lane.lives.map((life) => [life.id, lane.id] as const)));
  return [
    ...scene.acts.map(({ when, what }) => ({ when, text: actName(what), weight: 2 })),
    ...scene.lifeline.remnants.flatMap((remnant) => {
      const { seen, gone } = remnant;
      const first = { when: seen.first, text: `${remnantName(remnant)} is seen`, weight: 2 };
      const over = gone === undefined ? [] : [{ when: gone, text: `${remnantName(remnant)} is gone`, weight: 3 }];
      return [first, ...over];
    }),
    ...lanes.flatMap((lane) => laneTellings(lane, scene, called, laneOf)),
    ...arrows.map((arrow) => arrowTelling(arrow, called)),
    ...adoptions.map((adoption) => adoptionTelling(adoption, called)),
  ].sort((a, b) => a.when - b.when);
}

type Called = (id: string | undefined, when: number) => string;

function laneTellings(lane: Lane, scene: Scene, called: Called, laneOf: Map<string, string>): Told[] {
  const [life] = lane.lives as [Life];
  const when = life.begin.when;
  const told: Told[] = [];
  const many = lane.lives.length > 1;
  if (life.begin.how === 'forked' && when >= scene.from && lane.parent !== undefined)
    told.push({ when, text: `${called(lane.parent, when)} forks ${called(lane.id, when)}`, weight: 1 });
  for (const change of namesOf(lane, scene).slice(1))
    told.push({ when: change.when, text: `${called(lane.id, when)} becomes ${change.name}`, weight: 1 });
  if (life.subreaper !== undefined)
    told.push({
      when: life.subreaper.when,
      text: `${called(lane.id, when)} will adopt the orphans below it`,
      weight: 3,
    });
  const end = lane.lives.flatMap((one) => (one.end === undefined ? [] : [one.end])).sort((a, b) => b.when - a.when)[0];
  if (end === undefined) return told;
  const how =
    end.signal !== undefined
      ? `${many ? 'are' : 'is'} killed by ${end.signal}`
      : end.status !== undefined
        ? `${many ? 'exit' : 'exits'} with ${end.status}`
        : end.how === 'missed'
          ? `${many ? 'are' : 'is'} gone`
          : `${many ? 'have' : 'has'} ended`;
  told.push({
    when: end.when,
    text: `${called(lane.id, end.when)} ${how}${zombieText(lane, called, laneOf)}`,
    weight: 3,
  });
  return told;
}

function zombieText(lane: Lane, called: Called, laneOf: Map<string, string>): string {
  const open = lane.lives.some(({ end, gone }) => end !== undefined && gone === undefined);
  if (open) return lane.lives.length > 1 ? ', and stay zombies' : ', and stays a zombie';
  const stretches = lane.lives.map(({ end, gone }) => (gone?.when ?? 0) - (end?.when ?? 0));
  const longest = recorded(Math.max(...stretches));
  const by = lane.lives[0]?.gone?.by;
  const who = by === undefined ? '' : `${called(laneOf.get(by), 0).replace(/^\?$/, '')}`;
  if (longest < 0.05 || lane.lives.some(({ gone }) => gone?.how === 'missed')) return '';
  return `, ${lane.lives.length > 1 ? 'zombies for up to' : 'a zombie for'} ${span(longest)}${who === '' ? '' : ` until ${who} waits`}`;
}

function arrowTelling(arrow: Arrow, called: Called): Told {
  const from =
    arrow.from.sender === 'lane'
      ? called(arrow.from.lane, arrow.when)
      : arrow.from.sender === 'outside'
        ? 'from outside'
        : arrow.from.sender;
  const to = arrow.to.map(({ lane }) => called(lane, arrow.when)).join(', ');
  const alone = { ...arrow, to: arrow.to.slice(0, 1) };
  return { when: arrow.when, text: `${from} → ${to}: ${arrowName(alone)}`, weight: 3 };
}

function adoptionTelling({ when, lane, to, count }: Adoption, called: Called): Told {
  return { when, text: `${called(to, when)} adopts ${called(lane, when)}${count > 1 ? ` ×${count}` : ''}`, weight: 3 };
}

/** What the experiment did, without what only the lab needs. */
export function actName(what: string): string {
  return what
    .replace(/\S*strace -DDD .* -e signal=all /, '')
    .replace(/^kill -(\w+) -- (.*)$/, 'kill -$1 $2')
    .replace(/\s+/g, ' ');
}

/** The picture in sentences, for those who do not see it. */
export function description(scene: Scene): string {
  const told = tellings(scene);
  const most = 40;
  const least = told.length <= most ? 1 : told.filter(({ weight }) => weight > 1).length <= most ? 2 : 3;
  const kept = told.filter(({ weight }) => weight >= least);
  const lines = kept.slice(0, most).map(({ when, text }) => `At ${clock(when)}: ${text}.`);
  const more = kept.length > most ? [`And ${kept.length - most} more.`] : [];
  return [`${summary(scene)}.`, ...lines, ...more, ...notes(scene)].join(' ');
}

/** What stands under the picture: who is not on it, and what may be missing. */
export function notes({ lifeline, folded, lanes }: Scene): string[] {
  const names = new Map<string, Life[]>();
  for (const life of folded) names.set(nameOf(life), [...(names.get(nameOf(life)) ?? []), life]);
  const who = [...names].map(([name, lives]) => `${name} ${pidsOf(lives)}`.replace(/ /g, '\u00a0')).join('; ');
  return [
    ...(lifeline.obstacle === undefined ? [] : [lifeline.obstacle]),
    ...(lanes.length === 0 ? ['Nobody looked at any process.'] : []),
    ...lifeline.gaps.map((gap) => `There may be more than is drawn: ${gap}.`),
    ...(who === '' ? [] : [`Not drawn, as they are the lab's own or idle: ${who}.`]),
  ];
}
