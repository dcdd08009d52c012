/** The syntax tree that remark plugins change (https://github.com/syntax-tree/mdast), as far as ours look at it. */
import { relative } from 'node:path';
import { PROJECT } from '../../scripts/lib/project';
import { SourceError } from '../../scripts/lib/source-error';

interface Point {
  line: number;
  offset?: number;
}

export interface Node {
  type: string;
  children?: Node[];
  value?: string;
  position?: { start: Point; end: Point };
  data?: { hName?: string; hProperties?: Record<string, unknown> };
  /** Of a directive or a JSX element. */
  name?: string | null;
  attributes?: unknown;
  /** Of a fence. */
  lang?: string | null;
  meta?: string | null;
  /** Of a heading. */
  depth?: number;
  /** Of a link or an image. */
  url?: string;
}

/** What unified hands to a plugin beside the tree: the file's absolute path and its text. */
export interface Page {
  path: string;
  value: unknown;
  data?: Record<string, unknown>;
}

export type Transformer = (tree: Node, page: Page) => void | Promise<void>;

/** Calls `visit` for each node, outer ones first; a list that it gives stands in place of the node, and is not visited. */
export function walk(parent: Node, visit: (node: Node, parent: Node) => Node[] | undefined): void {
  const { children } = parent;
  if (children === undefined) return;
  for (let at = 0; at < children.length; at += 1) {
    const node = children[at] as Node;
    const instead = visit(node, parent);
    if (instead === undefined) walk(node, visit);
    else {
      children.splice(at, 1, ...instead);
      at += instead.length - 1;
    }
  }
}

/** A React component in the page, its properties as they are: strings, numbers, plain data. */
export function component(name: string, properties: Record<string, unknown>, children: Node[] = []): Node {
  const attributes = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [{ type: 'mdxJsxAttribute', name: key, value: expression(value) }],
  );
  return { type: 'mdxJsxFlowElement', name, attributes, children };
}

function expression(value: unknown): unknown {
  const body = [{ type: 'ExpressionStatement', expression: literal(value) }];
  return {
    type: 'mdxJsxAttributeValueExpression',
    value: JSON.stringify(value),
    data: { estree: { type: 'Program', sourceType: 'module', body } },
  };
}

/** Plain data as an ESTree expression. What is not a single value is parsed where it is used: faster than as an expression of its own. */
function literal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return { type: 'Literal', value };
  const name = (word: string) => ({ type: 'Identifier', name: word });
  const parse = {
    type: 'MemberExpression',
    object: name('JSON'),
    property: name('parse'),
    computed: false,
    optional: false,
  };
  return { type: 'CallExpression', callee: parse, arguments: [literal(JSON.stringify(value))], optional: false };
}

export const text = (value: string): Node => ({ type: 'text', value });

/** The page's path as messages show it. */
export const fileOf = (page: Page): string => relative(PROJECT, page.path);

/** The name of a page: `killing-httpd` of docs/killing-httpd.md. */
export const nameOf = (page: Page): string => /([^/]*)\.md$/.exec(page.path)?.[1] ?? '';

/** Is it a notebook or a note? Translations stand under i18n/LOCALE/…/current/ in folders of the same names. */
export const sortOf = (page: Page): 'notebook' | 'note' =>
  /\/notebooks\/[^/]*\.md$/.test(page.path) ? 'notebook' : 'note';

/** An error at a node's place in the page. */
export function wrong(page: Page, node: Node, problem: string, remedy?: string): SourceError {
  return new SourceError(fileOf(page), node.position?.start.line ?? 1, problem, remedy);
}

/** The text inside a node, without markup. */
export function plainText(node: Node): string {
  return node.value ?? (node.children ?? []).map(plainText).join('');
}
