/**
 * Keeps as text what plain Markdown would lose: `<defunct>` and `<pid>`, which look like tags, and `key:value[0]`, which looks
 * like a directive. A directive of our own that is misspelt, and an element written as if this were MDX, is an error.
 */
import { suggestion } from '../../scripts/lib/nearest';
import { DIRECTIVES } from '../../scripts/lib/notes';
import { type Node, type Page, type Transformer, text, walk, wrong } from './tree';

/** The elements that may stand in a page as raw HTML: the others are text that somebody wrote in pointed brackets. */
const ELEMENTS = new Set(
  `a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i
  img ins kbd li mark ol p picture pre q rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot
  th thead time tr u ul var wbr`
    .trim()
    .split(/\s+/),
);

/** Ours, besides those that the notes' reader knows. */
const CONTAINERS = [...new Set([...DIRECTIVES, 'recipe'])];

export function rawText(): Transformer {
  return (tree, page) => walk(tree, (node, parent) => mend(node, parent, page));
}

function mend(node: Node, parent: Node, page: Page): Node[] | undefined {
  if (node.type === 'html') return html(node, parent, page);
  if (node.type === 'textDirective') return textDirective(node, page);
  if (node.type === 'leafDirective') {
    throw wrong(page, node, `"::${node.name}" has two colons`, `a block opens with three: :::${node.name}`);
  }
  if (node.type === 'containerDirective' && !CONTAINERS.includes(node.name ?? '')) {
    throw wrong(page, node, `unknown directive "${node.name}"`, suggestion(node.name ?? '', CONTAINERS));
  }
  return undefined;
}

function html(node: Node, parent: Node, page: Page): Node[] | undefined {
  const value = node.value ?? '';
  if (/^\s*<!--/.test(value)) return undefined;
  const [, name = ''] = /^\s*<\/?([A-Za-z][\w.-]*)/.exec(value) ?? [];
  if (ELEMENTS.has(name)) return undefined;
  if (/^[A-Z]/.test(name) && /\/>\s*$/.test(value)) {
    throw wrong(
      page,
      node,
      `<${name}/> is no element of plain Markdown`,
      'write it as a directive, :::name{key="value"}',
    );
  }
  const inline = ['paragraph', 'heading', 'tableCell', 'link', 'emphasis', 'strong'].includes(parent.type);
  return inline ? [text(value)] : [{ type: 'paragraph', children: [text(value)] }];
}

/** The directive's own source text again: its label keeps its markup. */
function textDirective(node: Node, page: Page): Node[] {
  const from = node.position?.start.offset ?? 0;
  const to = node.position?.end.offset ?? 0;
  const whole = String(page.value).slice(from, to);
  const inner = node.children ?? [];
  const [first, last] = [inner[0]?.position?.start.offset, inner[inner.length - 1]?.position?.end.offset];
  if (first === undefined || last === undefined) return [text(whole)];
  return [text(whole.slice(0, first - from)), ...inner, text(whole.slice(last - from))];
}
