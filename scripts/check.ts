/** npm run check: tsc --strict, the linter and the formatter, on the sources and on every notebook's cells; recipes and recordings. */
import { Command } from 'commander';
import { checkCells, checkRecordings, checkSources } from './lib/checks';
import { command } from './lib/command';
import { loadNotebook, loadPages, notebookNames } from './lib/project';
import { checkRecipes } from './lib/recipes/shellcheck';

async function main(): Promise<void> {
  const program = new Command('check')
    .description(
      'type-checks, lints and compares with the formatter: sources and cells; lints recipes, tells stale recordings',
    )
    .option('--mend', 'write what linter and formatter can mend themselves')
    .parse();
  const mend = program.opts().mend ? 'mend' : 'look';
  const checks = await checkSources(mend);
  checks.push(checkRecordings());
  for (const name of notebookNames()) checks.push(...(await checkCells(name, loadNotebook(name), mend)));
  checks.push(await checkRecipes(loadPages()));
  for (const { what, complaint, missing } of checks) {
    if (complaint !== '') process.exitCode = 1;
    if (missing !== undefined) process.stdout.write(`LEFT OUT: ${what}: ${missing}\n`);
    else process.stdout.write(complaint === '' ? `ok    ${what}\n` : `wrong ${what}\n${complaint}\n`);
  }
}

command(main);
