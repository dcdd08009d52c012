/** Pastes a recipe in a sandbox of its own. What was seen becomes a history for each part, for the judge. */
import type { HistoryRecord, Recorder } from '../../../notebooks/lab/history';
import { Missing } from '../../../notebooks/lab/missing';
import { findProgram } from '../../../notebooks/lab/programs';
import { Sandbox } from '../../../notebooks/lab/sandbox';
import { SourceError } from '../source-error';
import { Paster } from './paster';
import type { Recipe } from './recipe';
import { inThisWay, scriptOf } from './script';
import type { Way } from './shells';
import type { Stop } from './stop';
import type { Window } from './window';

export interface PasteOptions {
  /** How long b.sh sleeps, and its like: SLEEP in the environment of the terminals, in seconds. */
  sleep?: number;
  /** Breaks off, by Ctrl-C in every terminal or by closing them all; then nothing may be left. */
  stop?: Stop;
  /** Told of each step as it begins. */
  onStep?: (step: number, of: number, what: string) => void;
  /** Called before the sandbox is closed, with the windows that were opened, and with what went wrong. */
  onEnd?: (box: Sandbox, windows: ReadonlyMap<number, Window>, problem?: Error) => Promise<void>;
}

/** What came of it: nothing wrong where `problem` is absent. */
export interface Pasted {
  records: HistoryRecord[];
  problem?: Error;
  /** What the host lacks. */
  missing?: string;
}

/** The program that each package of `needs` brings. */
const brings: Record<string, string> = {
  'apache2-bin': 'apache2',
  gcc: 'cc',
  'libc6-dev': 'cc',
  iproute2: 'ss',
  procps: 'ps',
  curl: 'curl',
  'util-linux': 'setsid',
};

/** What a recipe or a way of pasting it needs and the host has not, in words. */
export function lacks(recipe: Recipe, way: Way): string | undefined {
  const wanted = [
    ...recipe.needs.map((name) => [brings[name] ?? name, name] as const),
    [way.shell, way.shell] as const,
  ];
  const lacking = wanted.find(([program]) => findProgram(program) === undefined);
  return lacking && `needs ${lacking[0]} (apt-get install ${lacking[1]})`;
}

/** Never rejects: what goes wrong stands in `problem`, with file and line. */
export async function pasteRecipe(recipe: Recipe, way: Way, options: PasteOptions = {}): Promise<Pasted> {
  const missing = lacks(recipe, way);
  if (missing !== undefined) return { records: [], missing };
  let box: Sandbox | undefined;
  const windows = new Map<number, Window>();
  const recorders = new Map<string, Recorder>();
  const records = () => [...recorders].map(([arm, recorder]) => record(recipe, arm, box, recorder));
  try {
    box = await Sandbox.open({ tmp: 'own', trace: 'no' });
    if (way.by === 'as a script') box.files({ [`work/${recipe.id}.sh`]: scriptOf(recipe) });
    await new Paster(inThisWay(recipe, way), way, options, box, { windows, recorders }).go();
    await options.onEnd?.(box, windows);
    return { records: records() };
  } catch (thrown) {
    if (thrown instanceof Missing) return { records: records(), missing: thrown.message };
    const problem = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!(problem instanceof SourceError)) problem.message = `${recipe.file}:${recipe.line}: ${problem.message}`;
    if (box !== undefined) await options.onEnd?.(box, windows, problem);
    return { records: records(), problem };
  } finally {
    await box?.close();
  }
}

function record(recipe: Recipe, arm: string, box: Sandbox | undefined, recorder: Recorder): HistoryRecord {
  return { experiment: recipe.id, arm, box: box?.facts ?? null, observations: recorder.finish() };
}
