/**
 * The one Markdown reader of the project: a text into its blocks (CommonMark 0.31, section 3), each with its exact place.
 *
 * It has two dialects, which differ in one block each:
 * - `note` (docs/*.md): container directives, `:::name{key="value"}` to `:::` (directive.ts);
 * - `notebook` (notebooks/*.md): Jupytext's explicit cells, `<!-- #region -->` to `<!-- #endregion -->` (region.ts).
 *
 * Front matter is a first line `---` up to the next line `---`, as Docusaurus and Jupytext have it.
 * Lines end with LF, CRLF or CR. Whatever the ending, `text.slice(block.start, block.end)` is the source, byte for byte.
 */
import MarkdownIt, { type MarkdownIt as Parser, type Token } from 'markdown-it';
import { type Attributes, directive } from './directive';
import { region } from './region';
import { SourceError } from './source-error';

export { refuse, SourceError, SourceErrors } from './source-error';

/** One line of a text: `[start, end)` without its ending; `next` is where the next line starts. Offsets are UTF-16 units. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** A place: whole lines, counted from 1, the last one included; offsets `[start, end)` without the last line's ending. */
export interface Span {
  readonly line: number;
  readonly endLine: number;
  readonly start: number;
  readonly end: number;
}

/** `content` is the YAML between the two `---` lines; it starts on the second line of the file. */
export interface FrontMatter extends Span {
  readonly content: string;
}

interface Placed extends Span {
  /** The list item, quote or directive it stands in; none at top level. */
  readonly parent?: Block;
}

/** `content` is without the fences and without the indentation or `>` of what it stands in; LF only. */
export interface Fence extends Placed {
  readonly kind: 'fence';
  /** The opening run, such as ```` ``` ```` or `~~~~`. */
  readonly marker: string;
  readonly info: string;
  readonly content: string;
  /** Columns before the opening run, in its own container. */
  readonly indent: number;
  /** False where the end of the text or of the container ended it. */
  readonly closed: boolean;
}

/** `text` is the first paragraph of the body as Markdown, on one line; empty when there is none. */
export interface Directive extends Placed {
  readonly kind: 'directive';
  readonly name: string;
  readonly label?: string;
  readonly attributes: Attributes;
  readonly body: string;
  readonly text: string;
}

/** An explicit cell of a notebook, with both its marker lines; `info` is what follows the name in the opening one. */
export interface Region extends Placed {
  readonly kind: 'region';
  readonly name: string;
  readonly info: string;
}

export interface Leaf extends Placed {
  readonly kind: 'paragraph' | 'heading' | 'html' | 'code' | 'rule' | 'definition';
  readonly content: string;
}

export interface Container extends Placed {
  readonly kind: 'list' | 'item' | 'quote';
}

export type Block = Fence | Directive | Region | Leaf | Container;

export interface MarkdownFile {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly Line[];
  readonly frontMatter?: FrontMatter;
  /** All blocks, nested ones after what they stand in, in the order of the source. */
  readonly blocks: readonly Block[];
  /** What a directive or region that is not well formed has wrong with it; the rest is read all the same. */
  readonly problems: readonly SourceError[];
}

export type Dialect = 'note' | 'notebook';

/** What a block rule may leave behind in markdown-it's `env`; `line` counts from 0. */
export interface Problem {
  line: number;
  problem: string;
  remedy: string;
}

const parsers: Record<Dialect, Parser> = { note: parser(directive), notebook: parser(region) };

function parser(rule: (md: Parser) => void): Parser {
  const md = new MarkdownIt('commonmark', { maxNesting: 100 });
  md.core.ruler.enableOnly(['normalize', 'block']);
  md.use(rule);
  return md;
}

/** Reads a text. It never throws: what is wrong stands in `problems`. */
export function readMarkdown(text: string, file: string, dialect: Dialect): MarkdownFile {
  const lines = splitLines(text);
  const frontMatter = readFrontMatter(text, lines);
  const env: { problems: Problem[] } = { problems: [] };
  // Blank lines instead of the front matter keep the line numbers and mean nothing to CommonMark.
  const body = frontMatter
    ? '\n'.repeat(frontMatter.endLine) + text.slice(lines[frontMatter.endLine]?.start ?? text.length)
    : text;
  const tokens = parsers[dialect].parse(body, env);
  return {
    file,
    text,
    lines,
    frontMatter,
    blocks: collectBlocks(tokens, text, lines),
    problems: env.problems.map(({ line, problem, remedy }) => new SourceError(file, line + 1, problem, remedy)),
  };
}

/** The lines of a text; an ending at the very end starts no further line. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    const start = match.index;
    if (match[0] === '' && start > 0) break;
    const end = start + (match[1] ?? '').length;
    lines.push({ start, end, next: end + (match[2] ?? '').length });
  }
  return lines.length === 1 && text === '' ? [] : lines;
}

/** Is a line blank in CommonMark's sense: nothing but spaces and tabs? */
export function isBlank(text: string, line: Line): boolean {
  return /^[ \t]*$/.test(text.slice(line.start, line.end));
}

function readFrontMatter(text: string, lines: readonly Line[]): FrontMatter | undefined {
  const at = (line: Line) => text.slice(line.start, line.end);
  const [first] = lines;
  if (!first || !/^\uFEFF?---[ \t]*$/.test(at(first))) return undefined;
  const last = lines.findIndex((line, index) => index > 0 && /^---[ \t]*$/.test(at(line)));
  const close = lines[last];
  if (!close) return undefined;
  return { line: 1, endLine: last + 1, start: 0, end: close.end, content: text.slice(first.next, close.start) };
}

const KINDS = {
  paragraph_open: 'paragraph',
  heading_open: 'heading',
  html_block: 'html',
  code_block: 'code',
  hr: 'rule',
  reference_definition: 'definition',
  bullet_list_open: 'list',
  ordered_list_open: 'list',
  list_item_open: 'item',
  blockquote_open: 'quote',
} as const;

function collectBlocks(tokens: readonly Token[], text: string, lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  const open: Block[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.nesting === -1) open.pop();
    if (token.nesting === -1 || token.type === 'inline') continue;
    const block = toBlock(token, tokens[index + 1], text, lines, open.at(-1));
    blocks.push(block);
    if (token.nesting === 1) open.push(block);
  }
  // A fence that nothing closes has the blank lines at its end, and so has what it stands in.
  for (const { parent, endLine, end } of [...blocks].reverse()) {
    if (parent && parent.end < end) Object.assign(parent, { endLine, end });
  }
  for (const [index, block] of blocks.entries()) {
    if (block.kind !== 'directive') continue;
    const first = blocks.slice(index + 1).find((inner) => inner.kind === 'paragraph' && inner.parent === block);
    if (first?.kind === 'paragraph') blocks[index] = Object.assign(block, { text: oneLine(first.content) });
  }
  return blocks;
}

function toBlock(token: Token, next: Token | undefined, text: string, lines: readonly Line[], parent?: Block): Block {
  const [first, past] = token.map ?? [0, 1];
  let last = Math.max(first, Math.min(past, lines.length) - 1);
  // markdown-it counts the blank lines after a list among its lines.
  if (token.type !== 'fence') while (last > first && lines[last] && isBlank(text, lines[last] as Line)) last -= 1;
  const start = lines[first]?.start ?? text.length;
  const span = { line: first + 1, endLine: last + 1, start, end: lines[last]?.end ?? text.length, parent };
  const meta = (token.meta ?? {}) as { label?: string; attributes?: Attributes; indent?: number };
  if (token.type === 'fence') {
    const inside = token.content === '' ? 0 : token.content.replace(/\n$/, '').split('\n').length;
    const closed = past - first === inside + 2;
    const indent = /^ {0,3}(?=[`~])/.exec(text.slice(span.start, span.end))?.[0].length ?? 0;
    return {
      ...span,
      kind: 'fence',
      marker: token.markup,
      info: token.info.trim(),
      content: token.content,
      indent,
      closed,
    };
  }
  if (token.type === 'directive_open') {
    const { label, attributes = {} } = meta;
    return { ...span, kind: 'directive', name: token.info, label, attributes, body: token.content, text: '' };
  }
  if (token.type === 'region') return { ...span, kind: 'region', name: token.markup, info: token.info };
  const kind = KINDS[token.type as keyof typeof KINDS];
  if (kind === 'list' || kind === 'item' || kind === 'quote') return { ...span, kind };
  return { ...span, kind, content: next?.type === 'inline' ? next.content : token.content };
}

function oneLine(markdown: string): string {
  return markdown.trim().replace(/\s*\n\s*/g, ' ');
}
