/** npm run check: tsc --strict, the linter and the formatter, on the sources and on every notebook's cells. */
import { Command } from 'commander';
import { checkCells, checkSources } from './lib/checks';
import { command } from './lib/command';
import { loadNotebook, notebookNames } from './lib/project';

async function main(): Promise<void> {
  const program = new Command('check')
    .description('type-checks, lints and compares with the formatter: sources and cells')
    .option('--mend', 'write what linter and formatter can mend themselves')
    .parse();
  const mend = program.opts().mend ? 'mend' : 'look';
  const checks = await checkSources(mend);
  for (const name of notebookNames()) checks.push(...(await checkCells(name, loadNotebook(name), mend)));
  for (const { what, complaint } of checks) {
    process.stdout.write(complaint === '' ? `ok    ${what}\n` : `wrong ${what}\n${complaint}\n`);
    if (complaint !== '') process.exitCode = 1;
  }
}

command(main);
