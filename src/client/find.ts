/** Asks Pagefind's index (https://pagefind.app/docs/api/). */
import { segmented } from '../site/segmented';

interface Section {
  title: string;
  url: string;
  excerpt: string;
  /** Where in the page words of the query stand. */
  locations: number[];
}

interface Data {
  url: string;
  excerpt: string;
  content: string;
  meta: { title: string };
  sub_results: Section[];
}

interface Pagefind {
  options(options: object): Promise<void>;
  init(): Promise<void>;
  search(words: string): Promise<{ results: { score: number; data(): Promise<Data> }[] }>;
}

export interface Hit {
  url: string;
  title: string;
  /** The heading of the section that fits best; undefined for the page as a whole. */
  section?: string;
  /** HTML: escaped text with `<mark>`. */
  excerpt: string;
}

const SHOWN = 8;

let loading: Promise<Pagefind> | undefined;

/** The pages that fit, best first. Throws where there is no index. */
export async function find(words: string, index: string): Promise<Hit[]> {
  loading ??= load(index);
  const pagefind = await loading;
  const query = asWords(words);
  if (query === '') return [];
  const { results } = await pagefind.search(query);
  const pages = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
  return pages.filter((page) => says(page, query)).map((page) => hit(page, query));
}

/**
 * What is typed, as the words that the index has: without what stands around them (`<defunct>`, `"caught SIGWINCH"`), and with
 * spaces between words of a language that has none.
 */
export function asWords(typed: string): string {
  return segmented(typed)
    .replace(/[^\p{L}\p{N}_.-]+/gu, ' ')
    .replace(/(?<![\p{L}\p{N}])[-.]+|[-.]+(?![\p{L}\p{N}])/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

async function load(index: string): Promise<Pagefind> {
  const pagefind = (await import(/* webpackIgnore: true */ index)) as Pagefind;
  await pagefind.init();
  return pagefind;
}

/** Pagefind shortens a word that it does not know until it knows one: what has no more in common than that is no hit. */
function says({ content, meta }: Data, query: string): boolean {
  const text = asWords(`${meta.title} ${content}`).toLowerCase();
  return query.split(' ').some((word) => text.includes(word.toLowerCase().slice(0, Math.max(2, word.length - 3))));
}

/** The section that says most of it: in its heading first, then in its text. */
function bestOf(sections: Section[], query: string): Section | undefined {
  const words = new Set(asWords(query).toLowerCase().split(' '));
  const said = ({ title, locations }: Section) => {
    const inTitle = new Set(
      asWords(title)
        .toLowerCase()
        .split(' ')
        .filter((word) => words.has(word)),
    ).size;
    return inTitle * 1_000 + new Set(locations).size;
  };
  return [...sections].sort((a, b) => said(b) - said(a))[0];
}

function hit({ url, excerpt, meta, sub_results }: Data, query: string): Hit {
  const clean = (address: string) => address.replace(/(?:index)?\.html(?=#|$)/, '');
  const best = bestOf(sub_results, query);
  if (best === undefined || best.title === meta.title) return { url: clean(url), title: meta.title, excerpt };
  return { url: clean(best.url), title: meta.title, section: best.title, excerpt: best.excerpt };
}
