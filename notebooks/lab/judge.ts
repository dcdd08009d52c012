import { History, type HistoryRecord, type Observation } from './history';

export type Verdict = 'confirmed' | 'refuted' | 'depends' | 'inconclusive';

/** What one arm shows of an effect: that it is there, that it is not, or that it could not be seen. */
export type Seen =
  | { answer: 'yes' | 'no'; because: string; cites: Observation[] }
  | { answer: 'unseen'; because: string; leftOut?: 'yes' };

export const yes = (because: string, ...cites: Observation[]): Seen => ({ answer: 'yes', because, cites });
export const no = (because: string, ...cites: Observation[]): Seen => ({ answer: 'no', because, cites });
export const unseen = (because: string): Seen => ({ answer: 'unseen', because });

/**
 * How a claim is put to the test: the effect that it speaks of, the arms in which it says that the effect shows
 * (`treatment`), and arms that differ in one thing and in which it must come out the other way (`control`). A check that
 * comes out the same with and without its mechanism is no check, so the control decides whether there is a verdict at all.
 */
export interface Claim {
  effect(history: History): Seen;
  treatment: string[];
  control: string[];
  /** For a claim that holds under a condition: the condition, in words; the treatments vary it. */
  condition?: string;
}

export type Claims = Record<string, Claim>;

/** An observation that a finding cites: the arm it was made in, and its number there. */
export interface Citation {
  arm: string;
  n: number;
}

export interface Finding {
  claim: string;
  verdict: Verdict;
  because: string;
  cites: Citation[];
  /** It is inconclusive only because an arm was left out on purpose. */
  leftOut?: 'yes';
}

type Answer = { arm: string; role: 'treatment' | 'control' } & Seen;

/** One finding a claim, in the order of the claims. Pure: the same histories give the same findings. */
export function judge(claims: Claims, histories: Record<string, History>): Finding[] {
  return Object.entries(claims).map(([id, claim]) => {
    const ask = (role: Answer['role']) => (arm: string) => ({ arm, role, ...look(claim, histories[arm], arm) });
    return {
      claim: id,
      ...weigh(claim.treatment.map(ask('treatment')), claim.control.map(ask('control')), claim.condition),
    };
  });
}

function look(claim: Claim, history: History | undefined, arm: string): Seen {
  if (history === undefined) return unseen(`the arm "${arm}" was not run`);
  const [obstacle] = [...history.of('missing'), ...history.of('failure')];
  if (obstacle !== undefined) return unseen(obstacle.because);
  const [leftOut] = history.of('left out');
  if (leftOut !== undefined) return { answer: 'unseen', because: leftOut.because, leftOut: 'yes' };
  try {
    const seen = claim.effect(new History(history.record, 'refused'));
    if (seen.answer !== 'unseen' && seen.cites.length === 0)
      return unseen(`nothing observed is cited for: ${seen.because}`);
    return seen;
  } catch (error) {
    return unseen(`the judge could not tell: ${(error as Error).message}`);
  }
}

/**
 * The verdict. Anything unseen: inconclusive. Treatments that disagree: depends, if the claim names the condition that they
 * vary. Otherwise every control has to come out the other way; then all treatments yes is confirmed and all no is refuted.
 */
function weigh(treatments: Answer[], controls: Answer[], condition?: string): Omit<Finding, 'claim'> {
  const answers = [...treatments, ...controls];
  const blind = answers.flatMap((answer) => (answer.answer === 'unseen' ? [answer] : []));
  const [first] = [...blind.filter(({ leftOut }) => leftOut === undefined), ...blind];
  if (first !== undefined) {
    const { because, leftOut } = first;
    return { verdict: 'inconclusive', because, cites: [], ...(leftOut && { leftOut }) };
  }
  if (treatments.length === 0 || controls.length === 0) {
    return {
      verdict: 'inconclusive',
      because: `the claim names no ${treatments.length === 0 ? 'treatment' : 'control'}`,
      cites: [],
    };
  }

  const said = (some: Answer[]) => some.map((answer) => `${answer.arm}: ${answer.because}`).join('; ');
  const cites = (some: Answer[]) =>
    some.flatMap((answer) => (answer.answer === 'unseen' ? [] : answer.cites.map(({ n }) => ({ arm: answer.arm, n }))));
  const holds = treatments.filter((answer) => answer.answer === 'yes');
  const fails = treatments.filter((answer) => answer.answer === 'no');
  if (holds.length > 0 && fails.length > 0) {
    const both = `yes — ${said(holds)}; no — ${said(fails)}`;
    if (condition === undefined) {
      // Nobody said what the treatments vary: that they disagree may be chance.
      return { verdict: 'inconclusive', because: `the treatments disagree: ${both}`, cites: cites(treatments) };
    }
    return { verdict: 'depends', because: `on ${condition}: ${both}`, cites: cites(treatments) };
  }
  const alike = controls.filter((answer) => answer.answer === treatments[0]?.answer);
  if (alike.length > 0) {
    return {
      verdict: 'inconclusive',
      because: `the control shows the same: ${said([...treatments, ...alike])}`,
      cites: cites(answers),
    };
  }
  const verdict = holds.length > 0 ? 'confirmed' : 'refuted';
  return { verdict, because: `${said(treatments)}; control — ${said(controls)}`, cites: cites(answers) };
}

/** Judges recorded histories, without running anything. */
export function judgeRecords(claims: Claims, records: HistoryRecord[]): Finding[] {
  return judge(claims, Object.fromEntries(records.map((record) => [record.arm, new History(record)])));
}
