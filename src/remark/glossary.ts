/** Glossary terms: places to link to on the glossary's page; elsewhere the first mention of each carries its definition. */
import { termAnchor } from '../site/addresses';
import { loadContent, type Term } from '../site/content';
import { component, type Node, nameOf, plainText, sortOf, type Transformer, text } from './tree';

/** What text may not be marked in: headings and links have another task, claims and code are quoted as they stand. */
const LEFT_ALONE = [
  'heading',
  'link',
  'linkReference',
  'code',
  'inlineCode',
  'html',
  'blockquote',
  'table',
  'containerDirective',
];

export function glossary(): Transformer {
  return async (tree, page) => {
    const { terms } = await loadContent();
    if (sortOf(page) === 'note' && nameOf(page) === 'glossary') anchor(tree);
    else if (!['ledger', 'index', 'cheat-sheet', 'source'].includes(nameOf(page))) mark(tree, [...terms]);
  };
}

function anchor(tree: Node): void {
  tree.children = (tree.children ?? []).map((node) => {
    const [first] = node.type === 'paragraph' ? (node.children ?? []) : [];
    return first?.type === 'strong'
      ? component('GlossaryEntry', { anchor: termAnchor(plainText(first)) }, [node])
      : node;
  });
}

/** Takes each term out of `terms` where it marks it. */
function mark(parent: Node, terms: Term[]): void {
  const { children = [] } = parent;
  for (let at = 0; at < children.length; at += 1) {
    const node = children[at] as Node;
    if (node.type !== 'text') {
      if (!LEFT_ALONE.includes(node.type)) mark(node, terms);
      continue;
    }
    const found = firstTerm(node.value ?? '', terms);
    if (found === undefined) continue;
    const { term, from, to } = found;
    const value = node.value ?? '';
    const shown = value.slice(from, to);
    const marked = component('Term', { href: term.href, definition: plain(term.definition) }, [text(shown)]);
    const inline = { ...marked, type: 'mdxJsxTextElement' };
    children.splice(at, 1, text(value.slice(0, from)), inline, text(value.slice(to)));
    at += 1;
  }
}

/** The earliest mention, the longest term first; a plural counts, part of a word does not. */
function firstTerm(value: string, terms: Term[]): { term: Term; from: number; to: number } | undefined {
  const hits = terms.flatMap((term, index) => {
    const word = term.term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const match = new RegExp(`(?<![\\w-])(?:${word})s?(?![\\w-])`, /[A-Z]{2}|^init$/.test(term.term) ? '' : 'i').exec(
      value,
    );
    return match === null ? [] : [{ term, index, from: match.index, to: match.index + match[0].length }];
  });
  const [first] = hits.sort((a, b) => a.from - b.from || b.to - a.to);
  if (first !== undefined) terms.splice(first.index, 1);
  return first;
}

const plain = (markdown: string) => markdown.replace(/`([^`]*)`/g, '$1');
