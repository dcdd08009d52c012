/** Follows every link, anchor, image and download of built pages to its file, in raw HTML as well as in Markdown. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { htmlFiles } from './finish';
import { fileFor } from './serve';

export interface Dangling {
  page: string;
  link: string;
  problem: string;
}

const ATTRIBUTE = /\s(?:href|src|data-search|data-recording)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))/g;

/** The links that lead nowhere; to other hosts none is followed. `site` is the address that the pages were built for. */
export function crawl(folder: string, site: string, base = '/'): Dangling[] {
  const anchors = new Map<string, Set<string>>();
  const anchorsIn = (file: string): Set<string> => {
    const known =
      anchors.get(file) ??
      new Set(
        [...readFileSync(file, 'utf8').matchAll(/\sid=(?:"([^"]*)"|([^\s>]+))/g)].map(([, a, b]) =>
          decode(a ?? b ?? ''),
        ),
      );
    anchors.set(file, known);
    return known;
  };
  return htmlFiles(folder).flatMap((page) => {
    const here = new URL(base + page.replace(/(?:index)?\.html$/, ''), site);
    const html = readFileSync(join(folder, page), 'utf8').replace(/<script(?![^>]*\ssrc=)[\s\S]*?<\/script>/g, '');
    const links = new Set([...html.matchAll(ATTRIBUTE)].map(([, a, b, c]) => decode(a ?? b ?? c ?? '')));
    return [...links].flatMap((link): Dangling[] => {
      const target = new URL(link, here);
      if (target.origin !== new URL(site).origin) return [];
      const file = fileFor(folder, target.pathname, base);
      if (file === undefined) return [{ page, link, problem: 'there is no such file' }];
      const anchor = decodeURIComponent(target.hash.slice(1));
      if (anchor === '' || !file.endsWith('.html') || anchorsIn(file).has(anchor)) return [];
      return [{ page, link, problem: 'the page has no such place' }];
    });
  });
}

const decode = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#x27|#39);/g, (whole, name: string) => {
    return { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'" }[name] ?? whole;
  });
