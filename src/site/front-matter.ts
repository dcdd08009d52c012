/** What a page's file need not say, because its place says it: its address and its name. */
import type { ParseFrontMatter } from '@docusaurus/types';
import { noteAddress, notebookAddress } from './addresses';

/** Adds `slug` and `page`; translations stand in folders of the same names. */
export const pageFrontMatter: ParseFrontMatter = async (params) => {
  const parsed = await params.defaultParseFrontMatter(params);
  const [, folder, name] = /(docs|notebooks)\/([^/]+)\.md$/.exec(params.filePath.replace(/\\/g, '/')) ?? [];
  if (folder === undefined || name === undefined) return parsed;
  const slug = folder === 'docs' ? noteAddress(`docs/${name}.md`) : notebookAddress(name);
  return { ...parsed, frontMatter: { ...parsed.frontMatter, slug, page: name } };
};
