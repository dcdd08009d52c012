/** What shellcheck(1) has to say of the pastes of a recipe, with the places in the note. */
import { spawn } from 'node:child_process';
import { Missing, missingProgram } from '../../../notebooks/lab/missing';
import { findProgram } from '../../../notebooks/lab/programs';
import type { Check } from '../checks';
import type { NoteFile } from '../notes';
import { SourceError } from '../source-error';
import { type Recipe, readRecipes } from './recipe';
import { scriptOf } from './script';

interface Comment {
  line: number;
  code: number;
  message: string;
}

/** All recipes of the notes, as one check; it is left out where there is no shellcheck. */
export async function checkRecipes(notes: readonly NoteFile[]): Promise<Check> {
  const what = 'recipes: shellcheck';
  try {
    const problems: SourceError[] = [];
    for (const recipe of readRecipes(notes)) problems.push(...(await shellcheckRecipe(recipe)));
    return { what, complaint: problems.map(({ message }) => message).join('\n') };
  } catch (error) {
    if (error instanceof Missing) return { what, complaint: '', missing: error.message };
    if (error instanceof SourceError) return { what, complaint: error.message };
    throw error;
  }
}

/** Every paste, as bash and, where the recipe says that it works there, as dash; and the script made of them. Throws `Missing`. */
async function shellcheckRecipe(recipe: Recipe): Promise<SourceError[]> {
  const problems: SourceError[] = [];
  for (const step of recipe.steps) {
    if (step.do !== 'paste') continue;
    for (const dialect of ['bash', 'dash'] as const) {
      if (!recipe.shells.includes(dialect)) continue;
      for (const { line, code, message } of await shellcheck(step.code, dialect))
        problems.push(
          new SourceError(recipe.file, step.line + line, `shellcheck, as ${dialect}: ${message}`, see(code)),
        );
    }
  }
  for (const { line, code, message } of await shellcheck(scriptOf(recipe), 'bash'))
    problems.push(
      new SourceError(recipe.file, recipe.line, `shellcheck, line ${line} of its script: ${message}`, see(code)),
    );
  return problems;
}

const see = (code: number) => `see https://www.shellcheck.net/wiki/SC${code}`;

async function shellcheck(text: string, dialect: 'bash' | 'dash'): Promise<Comment[]> {
  const program = findProgram('shellcheck');
  if (program === undefined) throw missingProgram('shellcheck');
  const child = spawn(program, ['--norc', `--shell=${dialect}`, '--format=json', '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (more) => {
    said += more;
  });
  child.stdin.end(text);
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  return JSON.parse(said) as Comment[];
}
