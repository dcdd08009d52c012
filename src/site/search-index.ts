/** The index of the search: Pagefind reads the built pages and writes what a browser loads piece by piece, offline too. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../../scripts/lib/project';

/** By its command line, because the package is an ES module only. Throws what it said where it fails. */
export async function indexPages(outDir: string, locale: string): Promise<void> {
  const program = join(PROJECT, 'node_modules', 'pagefind', 'lib', 'runner', 'bin.cjs');
  const args = [
    ...['--site', outDir],
    ...['--root-selector', 'article'],
    ...['--exclude-selectors', '.hash-link, .cited, .copy, .cell-id, .notebook-head, .host, [data-ledger-filter]'],
    ...['--force-language', locale],
    '--silent',
  ];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`pagefind ended with ${status}: ${said.trim()}`);
}
