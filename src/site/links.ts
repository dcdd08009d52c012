/**
 * Where a link by file leads from a page that Docusaurus cannot follow it from: from a page in one language to one that is
 * translated, or not, as the folders of translations stand elsewhere. Undefined where there is no such page.
 */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PROJECT } from '../../scripts/lib/project';
import { noteAddress, notebookAddress } from './addresses';

/** `source` ends with `docs/NAME.md` or `notebooks/NAME.md`; `link` is as it is written, with its anchor. */
export function pageAddress(source: string, link: string): string | undefined {
  const [, folder] = /(docs|notebooks)\/[^/]+\.md$/.exec(source.replace(/\\/g, '/')) ?? [];
  const [path = '', anchor] = link.split('#');
  if (folder === undefined) return undefined;
  const file = posix.join(folder, path);
  const [, where, name] = /^(docs|notebooks)\/([^/]+)\.md$/.exec(file) ?? [];
  if (name === undefined || !existsSync(join(PROJECT, file))) return undefined;
  const address = where === 'docs' ? noteAddress(file) : notebookAddress(name);
  return anchor === undefined ? address : `${address}#${anchor}`;
}
