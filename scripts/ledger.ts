/** npm run ledger: writes docs/ledger.md, and the verdicts in links to it, from the notes and the records. */
import { join } from 'node:path';
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { command } from './lib/command';
import { currentPages, entriesOf } from './lib/ledger';
import { loadLedger, loadPages, PROJECT } from './lib/project';

async function main(): Promise<void> {
  new Command('ledger')
    .description('writes docs/ledger.md and the links to it, from the notes and the records')
    .parse();
  const pages = loadPages();
  for (const { file, text } of currentPages(pages, entriesOf(await loadLedger()))) {
    if (pages.find((page) => page.file === file)?.text !== text) await writeFileAtomic(join(PROJECT, file), text);
  }
}

command(main);
