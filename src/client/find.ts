/** Asks Pagefind's index (https://pagefind.app/docs/api/). */
interface Section {
  title: string;
  url: string;
  excerpt: string;
}

interface Data {
  url: string;
  excerpt: string;
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
  const { results } = await pagefind.search(words);
  const pages = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
  return pages.map(hit);
}

async function load(index: string): Promise<Pagefind> {
  const pagefind = (await import(/* webpackIgnore: true */ index)) as Pagefind;
  await pagefind.init();
  return pagefind;
}

function hit({ url, excerpt, meta, sub_results: [best] }: Data): Hit {
  const clean = (address: string) => address.replace(/(?:index)?\.html(?=#|$)/, '');
  if (best === undefined || best.title === meta.title) return { url: clean(url), title: meta.title, excerpt };
  return { url: clean(best.url), title: meta.title, section: best.title, excerpt: best.excerpt };
}
