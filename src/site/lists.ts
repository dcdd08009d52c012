/** The lists of all pages: for search engines (sitemaps.org) and for language models (llmstxt.org). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadNotebook, notebookNames, PROJECT } from '../../scripts/lib/project';
import { noteAddress, notebookAddress } from './addresses';
import type { Built } from './finish';
import { escapeHtml } from './highlight';
import { noteGroups } from './note-groups';

type Place = Pick<Built, 'url' | 'baseUrl'>;

/** `addresses` are without the base path, `''` for the first page. */
export function sitemap(addresses: readonly string[], { url, baseUrl }: Place): string {
  const urls = addresses.map((address) => `<url><loc>${escapeHtml(`${url}${baseUrl}${address}`)}</loc></url>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${urls.join('\n')}
</urlset>
`;
}

export function llms({ url, baseUrl }: Place): string {
  const link = (address: string, title: string, description: string) =>
    `- [${title}](${url}${baseUrl}${address.slice(1)}.md)${description === '' ? '' : `: ${description}`}`;
  const note = (name: string) => {
    const { title, description } = frontMatter(join(PROJECT, 'docs', `${name}.md`));
    return link(noteAddress(`docs/${name}.md`), title, description);
  };
  const notebook = (name: string) =>
    link(notebookAddress(name), String((loadNotebook(name).header.data as { title?: string }).title ?? name), '');
  const sections = noteGroups().map(({ label, notes }) => `## ${label}\n\n${notes.map(note).join('\n')}`);
  return `# procnotes

> Unix process notes that prove themselves: every statement a claim, every claim an experiment on a real Linux host, every verdict computed from what was observed.

Each page is Markdown at its address and \`.md\`. All claims with their verdicts and evidence: ${url}${baseUrl}ledger.json

${note('index')}
${note('cheat-sheet')}

${sections.join('\n\n')}

## Notebooks

${notebookNames().map(notebook).join('\n')}
`;
}

function frontMatter(file: string): { title: string; description: string } {
  const text = readFileSync(file, 'utf8');
  const value = (key: string) =>
    (new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '').replace(/^(['"])(.*)\1$/, '$2');
  return { title: value('title'), description: value('description') };
}
