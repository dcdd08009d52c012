/** What becomes of the pages after Docusaurus has written them: static, searchable, and there as Markdown too. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { notebookNames, PROJECT, recordFile } from '../../scripts/lib/project';
import { noteAddress, notebookAddress } from './addresses';
import { loadContent } from './content';
import { sourceIn } from './languages';
import { llms, sitemap } from './lists';
import { withPolicy } from './policy';
import { bundleScript } from './script';
import { indexPages } from './search-index';
import { SCRIPT_PLACE } from './template';

export interface Built {
  outDir: string;
  /** Where the site will stand: `https://example.org`. */
  url: string;
  /** Begins and ends with a slash. */
  baseUrl: string;
  locale: string;
}

export async function finish(built: Built): Promise<void> {
  const { outDir, locale } = built;
  const pages = new Map(htmlFiles(outDir).map((page) => [page, readFileSync(join(outDir, page), 'utf8')]));
  // The index is made by another process, and meanwhile the rest by this one. Both are waited for, also where one fails.
  const both = await Promise.allSettled([
    indexPages(pages, join(outDir, 'pagefind'), locale),
    finishPages(pages, built),
  ]);
  for (const one of both) if (one.status === 'rejected') throw one.reason;
}

async function finishPages(pages: ReadonlyMap<string, string>, built: Built): Promise<void> {
  const { outDir, baseUrl } = built;
  const script = `${baseUrl}${await bundleScript(outDir)}`;
  for (const [page, html] of pages) {
    writeFileSync(join(outDir, page), withPolicy(withoutSprites(html).replace(SCRIPT_PLACE, script)));
  }
  // React's scripts, which no page loads any more.
  rmSync(join(outDir, 'assets', 'js'), { recursive: true, force: true });

  const shown = [...pages.keys()].filter((page) => page !== '404.html');
  const addresses = shown.map((page) => page.replace(/(?:index)?\.html$/, ''));
  writeFileSync(join(outDir, 'sitemap.xml'), sitemap(addresses, built));
  writeFileSync(join(outDir, 'llms.txt'), llms(built));
  writeFileSync(join(outDir, 'ledger.json'), await ledgerJson());
  copySources(built);
}

/** Without the theme's icons: nothing here uses them, and their inline style is against the page's policy. */
function withoutSprites(html: string): string {
  return html.replace(/<svg style="display: none;">[\s\S]*?<\/svg>/, '');
}

/** Paths of all pages, relative to the folder. */
export function htmlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .sort();
}

async function ledgerJson(): Promise<string> {
  const { claims } = await loadContent();
  return `${JSON.stringify({ claims: [...claims.values()].map(({ anchor: _, ...claim }) => claim) }, null, 1)}\n`;
}

/** Each page as it was written, at its address and `.md`; each record beside its notebook. */
function copySources({ outDir, locale }: Built): void {
  const copy = (from: string, to: string) => {
    mkdirSync(dirname(join(outDir, to)), { recursive: true });
    copyFileSync(from, join(outDir, to));
  };
  for (const name of readdirSync(join(PROJECT, 'docs'))) {
    const file = `docs/${name}`;
    if (name.endsWith('.md')) copy(sourceIn(locale, file), `${noteAddress(file).slice(1)}.md`);
  }
  for (const name of notebookNames()) {
    copy(sourceIn(locale, `notebooks/${name}.md`), `${notebookAddress(name).slice(1)}.md`);
    copy(recordFile(name), `${notebookAddress(name).slice(1)}.ipynb`);
  }
}
