/** The index of the search: Pagefind reads the built pages and writes what a browser loads piece by piece, offline too. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from '../../scripts/lib/project';
import { segmented } from './segmented';

/**
 * Of pages by their paths, into a folder. By Pagefind's command line, because the package is an ES module only. Throws what it
 * said where it fails.
 */
export async function indexPages(pages: ReadonlyMap<string, string>, folder: string, locale: string): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'procnotes-index-'));
  try {
    for (const [page, html] of pages) {
      if (page === '404.html') continue;
      mkdirSync(dirname(join(copy, page)), { recursive: true });
      writeFileSync(join(copy, page), segmented(withoutPictures(html)));
    }
    await pagefind(copy, folder, locale);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Without what nobody searches for, and what is most of a notebook's page: pictures, their data, and the observations themselves. */
function withoutPictures(html: string): string {
  return html
    .replace(/<svg[\s\S]*?<\/svg>/g, '')
    .replace(/ data-lifeline=(?:"[^"]*"|'[^']*')/g, '')
    .replace(/<ol class="?cited"?>[\s\S]*?<\/ol>/g, '');
}

async function pagefind(site: string, output: string, locale: string): Promise<void> {
  const program = join(PROJECT, 'node_modules', 'pagefind', 'lib', 'runner', 'bin.cjs');
  const args = [
    ...['--site', site, '--output-path', output],
    ...['--root-selector', 'article'],
    ...[
      '--exclude-selectors',
      '.hash-link, .cited, .copy, .cell-id, .notebook-head, .host, .recording, .recipe-script, [data-ledger-filter]',
    ],
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
