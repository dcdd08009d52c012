/** What shellcheck(1) has to say of the pastes of a recipe, with the places in the note. */
import { spawn } from 'node:child_process';
import { missingProgram } from '../../../notebooks/lab/missing';
import { findProgram } from '../../../notebooks/lab/programs';
import { SourceError } from '../source-error';
import type { Recipe } from './recipe';
import { scriptOf } from './script';

interface Comment {
  line: number;
  code: number;
  message: string;
}

/** Every paste, as bash and, where the recipe says that it works there, as dash; and the script made of them. Throws `Missing`. */
export async function shellcheckRecipe(recipe: Recipe): Promise<SourceError[]> {
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
