/**
 * The recordings of recipes that take two terminals or more: `docs/recordings/RECIPE.N.cast`, one for each terminal, made by
 * `npm run recipes -- --record` while it pastes (record.ts). All those of a recipe have one zero: its first paste.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../project';
import { refuse, SourceError } from '../source-error';
import { type Cast, readCast } from './cast';
import type { Recipe } from './recipe';

export const RECORDINGS = 'docs/recordings';

export const recordingFile = (recipe: string, terminal: number): string => `${RECORDINGS}/${recipe}.${terminal}.cast`;

/** The numbers of a recipe's terminals, in order. */
export const terminalsOf = ({ steps }: Recipe): number[] =>
  [...new Set(steps.map(({ terminal }) => terminal))].sort((a, b) => a - b);

/** One terminal is no matter of time: its page shows all of it. */
export const isRecorded = (recipe: Recipe): boolean => terminalsOf(recipe).length > 1;

/** What tells whether a recipe is still the one that was recorded. */
export const bodyHash = ({ body }: Recipe): string => createHash('sha256').update(body).digest('hex');

/** The recordings of all recipes that have them, by id. Throws SourceErrors for one that is missing, stale, or of nothing. */
export function loadRecordings(recipes: readonly Recipe[], folder = join(PROJECT, RECORDINGS)): Map<string, Cast[]> {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const files = new Map(names.map((name) => [`${RECORDINGS}/${name}`, readFileSync(join(folder, name), 'utf8')]));
  return joinRecordings(recipes, files);
}

/** The same of the texts of the files. */
export function joinRecordings(recipes: readonly Recipe[], files: ReadonlyMap<string, string>): Map<string, Cast[]> {
  const problems: SourceError[] = [];
  const recordings = new Map<string, Cast[]>();
  const wanted = new Set<string>();
  for (const recipe of recipes.filter(isRecorded)) {
    const remedy = `npm run recipes -- --record ${recipe.id}`;
    const casts = terminalsOf(recipe).flatMap((terminal): Cast[] => {
      const file = recordingFile(recipe.id, terminal);
      wanted.add(file);
      const text = files.get(file);
      if (text === undefined) {
        const problem = `recipe "${recipe.id}" has no recording of Terminal ${terminal}, ${file}`;
        problems.push(new SourceError(recipe.file, recipe.line, problem, remedy));
        return [];
      }
      const cast = readCast(text, file);
      const { recipe: of, terminal: number, body } = cast.header.procnotes;
      const problem =
        of !== recipe.id || number !== terminal
          ? `it says that it is Terminal ${number} of recipe "${of}"`
          : `it was recorded of another text of recipe "${recipe.id}" (${recipe.file}:${recipe.line})`;
      if (of === recipe.id && number === terminal && body === bodyHash(recipe)) return [cast];
      problems.push(new SourceError(file, 1, problem, `record it again: ${remedy}`));
      return [];
    });
    recordings.set(recipe.id, casts);
  }
  for (const file of files.keys())
    if (!wanted.has(file))
      problems.push(new SourceError(file, 1, 'no recipe has a terminal that this is the recording of', 'remove it'));
  refuse(problems);
  return recordings;
}
