import { nameOf } from './lifeline-lanes';
import type { Life, Lifeline } from './lifeline-model';

/** The parts of the lab itself: `terminal` holds a terminal's other side, strace is a witness. */
const scenery = ['terminal', 'strace'];

/**
 * What the experiment itself ran in the sandbox, and is over with all that it started: its signals come from outside, and those to
 * it do not count. A command that left something running is part of the story.
 */
export function ownOf({ lives, init }: Lifeline): Set<string> {
  const children = new Map<string, Life[]>();
  for (const life of lives) {
    const parent = life.parents[0]?.life ?? '';
    children.set(parent, [...(children.get(parent) ?? []), life]);
  }
  const family = (life: Life, known = new Set<Life>()): Set<Life> => {
    if (known.has(life)) return known;
    known.add(life);
    for (const child of children.get(life.id) ?? []) family(child, known);
    return known;
  };
  const isHand = (life: Life) => life.run !== undefined || (nameOf(life) === 'kill' && life.parents[0]?.life === init);
  const families = lives.filter(isHand).map((life) => [...family(life)]);
  return new Set(
    families.filter((all) => all.every(({ end }) => end !== undefined)).flatMap((all) => all.map(({ id }) => id)),
  );
}

/** Whether a process belongs to the lab: init, what holds terminals, a witness, what the experiment ran. */
export const isLab = (life: Life, { init }: Lifeline, own: ReadonlySet<string>): boolean =>
  life.id === init || own.has(life.id) || scenery.includes(nameOf(life));

/**
 * Those that get no line: what belongs to the lab, and a shell on a terminal in which nothing was done; but for those to whom
 * something happens (`concerned`), and a terminal that is hung up.
 */
export function foldedIn(lifeline: Lifeline, own: ReadonlySet<string>, concerned: ReadonlySet<string>): Life[] {
  const { lives, init } = lifeline;
  const byId = new Map(lives.map((life) => [life.id, life]));
  const parents = new Set(lives.flatMap(({ parents: [first] }) => first?.life ?? []));
  const lab = (life: Life) => isLab(life, lifeline, own);
  const idle = (life: Life) => {
    const parent = byId.get(life.parents[0]?.life ?? '');
    return parent !== undefined && nameOf(parent) === 'terminal' && !parents.has(life.id) && life.end === undefined;
  };
  const concerns = (life: Life) =>
    concerned.has(life.id) || (life.id !== init && nameOf(life) === 'terminal' && life.end !== undefined);
  const folded = lives.filter((life) => (lab(life) || idle(life)) && !concerns(life));
  return folded.length < lives.length ? folded : folded.filter(lab);
}
