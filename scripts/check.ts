/** npm run check: tsc --strict, the linter and the formatter, on the sources and on every notebook's cells; and the recordings. */
import { Command } from 'commander';
import { checkCells, checkRecordings, checkSources } from './lib/checks';
import { command } from './lib/command';
import { loadNotebook, notebookNames } from './lib/project';

async function main(): Promise<void> {
  const program = new Command('check')
    .description(
      'type-checks, lints and compares with the formatter: sources and cells; recordings of recipes as they are',
    )
    .option('--mend', 'write what linter and formatter can mend themselves')
    .parse();
  const mend = program.opts().mend ? 'mend' : 'look';
  const checks = await checkSources(mend);
  checks.push(checkRecordings());
  for (const name of notebookNames()) checks.push(...(await checkCells(name, loadNotebook(name), mend)));
  for (const { what, complaint } of checks) {
    process.stdout.write(complaint === '' ? `ok    ${what}\n` : `wrong ${what}\n${complaint}\n`);
    if (complaint !== '') process.exitCode = 1;
  }
}

command(main);
