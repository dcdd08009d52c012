/** The recipes of the project, joined with the claims that they show and with how these are judged. */
import { recipes as judged } from '../../../notebooks/claims/recipes';
import { type Claims, judgeRecords } from '../../../notebooks/lab/judge';
import { type Row, rowsOf } from '../evidence';
import { suggestion, unknown } from '../nearest';
import type { Claim as Noted } from '../notes';
import { loadNotes, loadPages, Refusal } from '../project';
import { refuse, SourceError } from '../source-error';
import type { Pasted } from './paste';
import { type Recipe, readRecipes } from './recipe';
import type { Way } from './shells';

const JUDGES = 'notebooks/claims/recipes.ts';

export interface Cookbook {
  recipes: Recipe[];
  noted: Map<string, Noted>;
}

/** Every recipe of every note. Throws SourceErrors, also for one that is not judged as it says, and for judges of no recipe. */
export function loadRecipes(): Cookbook {
  const noted = new Map(loadNotes().map((claim) => [claim.id, claim]));
  const recipes = readRecipes(loadPages(), [...noted.keys()]);
  refuse(mismatches(recipes, judged));
  return { recipes, noted };
}

/** Where recipes and their judges do not fit each other. */
export function mismatches(recipes: readonly Recipe[], judges: Record<string, Claims>): SourceError[] {
  const problems: SourceError[] = [];
  for (const { id, claims, steps, file, line } of recipes) {
    const own = judges[id] ?? {};
    const parts = new Set([...steps, ...steps.flatMap(({ shows }) => shows)].map(({ part }) => part));
    for (const claim of claims)
      if (own[claim] === undefined)
        problems.push(
          new SourceError(file, line, `nothing judges "${claim}" of recipe "${id}"`, `add it to ${JUDGES}`),
        );
    for (const [claim, { treatment, control }] of Object.entries(own)) {
      if (!claims.includes(claim))
        problems.push(
          new SourceError(file, line, `recipe "${id}" does not say that it shows "${claim}"`, 'add it to shows'),
        );
      for (const arm of [...treatment, ...control])
        if (!parts.has(arm))
          problems.push(
            new SourceError(file, line, `recipe "${id}" has no part "${arm}"`, suggestion(arm, [...parts])),
          );
    }
  }
  for (const id of Object.keys(judges))
    if (!recipes.some((recipe) => recipe.id === id))
      problems.push(
        new SourceError(
          JUDGES,
          1,
          `there is no recipe "${id}"`,
          suggestion(
            id,
            recipes.map((one) => one.id),
          ),
        ),
      );
  return problems;
}

/** The recipes whose ids contain one of the words, or are one: then that one alone; all for no words. */
export function chooseRecipes(words: readonly string[], recipes: readonly Recipe[]): Recipe[] {
  const ids = recipes.map(({ id }) => id);
  for (const word of words) if (!ids.some((id) => id.includes(word))) throw new Refusal(unknown('recipe', word, ids));
  return recipes.filter(
    ({ id }) => words.length === 0 || words.some((word) => (ids.includes(word) ? id === word : id.includes(word))),
  );
}

/** A row for each claim that a pasted recipe shows. What is missing makes it inconclusive; so does a problem, which is an error besides. */
export function rowsOfPaste(
  recipe: Recipe,
  way: Way,
  { records, problem, missing }: Pasted,
  noted: Map<string, Noted>,
): Row[] {
  const claims = judged[recipe.id] ?? {};
  const obstacle = problem ?? (missing === undefined ? undefined : new Error(missing));
  const found = obstacle === undefined ? judgeRecords(claims, records) : [];
  return rowsOf(`${recipe.id} (${way.name})`, claims, noted, found, obstacle);
}
