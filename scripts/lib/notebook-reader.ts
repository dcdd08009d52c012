/** Text to notebook; the grammar stands at the top of notebook.ts. */
import { CELL_ID, repeatedIds, withDerivedIds } from './cell-id';
import { type Metadata, MetadataShape, readMetadata } from './cell-metadata';
import { type Block, isBlank, type Line, type MarkdownFile, readMarkdown, SourceError } from './markdown';
import type { Cell, Notebook } from './notebook';
import { readHeader } from './notebook-header';
import { readRegionOpen } from './region';

/** Reads without throwing. A code cell that has no good id has the empty one. */
export function scanNotebook(original: string, file: string): { notebook: Notebook; problems: SourceError[] } {
  const crlf = /\r\n/.test(original) && !/(?<!\r)\n|\r(?!\n)/.test(original);
  const markdown = readMarkdown(crlf ? original.replaceAll('\r\n', '\n') : original, file, 'notebook');
  const { text, lines, frontMatter } = markdown;
  const headerEnd = frontMatter ? cut(lines[frontMatter.endLine - 1]) : 0;
  const { header, problems } = readHeader(frontMatter && text.slice(0, headerEnd), file);
  problems.push(...markdown.problems);

  const ranges = findCells(markdown);
  const cells = ranges.map((range, at): Cell => {
    const { cell, wrong } = readCell(
      markdown,
      range,
      lines[ranges[at + 1]?.first ?? lines.length]?.start ?? text.length,
    );
    for (const { problem, remedy } of wrong) {
      problems.push(new SourceError(file, range.first + 1, problem, remedy.replace('cell-N', `cell-${at + 1}`)));
    }
    return cell;
  });
  problems.push(
    ...repeatedIds(
      cells.map(({ id }, at) => ({ id, line: (ranges[at]?.first ?? 0) + 1 })),
      file,
    ),
  );

  const ids = withDerivedIds(cells);
  const after = text.slice(headerEnd, lines[ranges[0]?.first ?? lines.length]?.start);
  const notebook = {
    file,
    header,
    cells: cells.map((cell, at) => ({ ...cell, id: ids[at] ?? cell.id })),
    layout: crlf ? { eol: '\r\n' as const, after } : { after },
    warnings: markdown.blocks.flatMap((block) => warn(block, markdown)),
  };
  return { notebook, problems };
}

/** The lines of a cell, half-open, from 0; `block` is there unless it is prose. */
interface Range {
  first: number;
  past: number;
  type: Cell['type'];
  block?: Block;
}

function findCells({ text, lines, blocks, frontMatter }: MarkdownFile): Range[] {
  const ranges: Range[] = [];
  const byLine = new Map(blocks.flatMap((block) => (block.parent ? [] : [[block.line - 1, block]])));
  const inside = new Set<number>();
  let prose: Range | undefined;
  let at = frontMatter?.endLine ?? 0;
  for (let line = lines[at]; line; line = lines[at]) {
    const block = byLine.get(at);
    const type = block && cellType(block, text);
    if (block && type) {
      prose = undefined;
      ranges.push({ first: at, past: block.endLine, type, block });
      at = block.endLine;
      continue;
    }
    for (let within = at; block && within < block.endLine; within++) inside.add(within);
    if (inside.has(at) || !isBlank(text, line)) {
      if (!prose || at - prose.past >= 2) {
        prose = { first: at, past: at, type: 'markdown' };
        ranges.push(prose);
      }
      prose.past = at + 1;
    }
    at += 1;
  }
  return ranges;
}

function cellType(block: Block, text: string): Cell['type'] | undefined {
  if (block.kind === 'region') return block.name === 'raw' ? 'raw' : 'markdown';
  if (block.kind !== 'fence' || text[block.start] !== '`' || isInactive(block.info)) return undefined;
  return /^typescript(?=\s|$)/.test(block.info) ? 'code' : undefined;
}

/** Jupytext leaves a fence alone that has this attribute. */
function isInactive(info: string): boolean {
  return /\s\.noeval(?=\s|$)/.test(info);
}

function readCell({ text, lines }: MarkdownFile, { first, past, type, block }: Range, next: number) {
  const start = lines[first]?.start ?? 0;
  const end = cut(lines[past - 1]);
  const after = text.slice(end, next);
  if (!block) {
    const layout = { open: '', close: '', after };
    return { cell: { type, id: '', source: text.slice(start, end), metadata: {}, line: first + 1, layout }, wrong: [] };
  }
  const open = text.slice(start, lines[first]?.next);
  const { id = '', metadata, wrong } = readOpening(open, type);
  const unclosed = block.kind === 'fence' && !block.closed;
  if (unclosed) wrong.push({ problem: 'this cell is never closed', remedy: `end it with a line "${block.marker}"` });
  const body = text.slice(start + open.length, unclosed ? end : lines[past - 1]?.start);
  const source = unclosed ? body : body.slice(0, -1);
  const close = text.slice(start + open.length + source.length, end);
  return { cell: { type, id, source, metadata, line: first + 2, layout: { open, close, after } }, wrong };
}

/**
 * Where a line that ends a cell is cut off: before its LF. Where a file mixes line endings, the CR of a CRLF so stays with
 * the cell, as the one thing that tells "a\r" from "a".
 */
function cut(line: Line | undefined): number {
  return line ? line.next - (line.next > line.end ? 1 : 0) : 0;
}

interface Opening {
  id?: string;
  metadata: Metadata;
  wrong: { problem: string; remedy: string }[];
}

/** Reads the opening line of a code or explicit cell: the id apart, the rest as metadata. */
export function readOpening(open: string, type: Cell['type']): Opening {
  const line = open.replace(/[\r\n]+$/, '');
  const info = type === 'code' ? line.replace(/^`+[ \t]*typescript/, '') : (readRegionOpen(line)?.info ?? '');
  const reading = readMetadata(info, type === 'code' ? 'no title' : 'title');
  const refused = (problem: string, remedy: string, metadata: Metadata = {}) => ({
    metadata,
    wrong: [{ problem, remedy }],
  });
  if (reading.wrong !== undefined) {
    return refused(`cannot read the cell's metadata: ${reading.wrong}`, 'write key=JSON, such as id="cell-N"');
  }
  const { id, ...metadata } = reading.metadata;
  if ('procnotes' in metadata)
    return refused('the metadata key procnotes is kept for the .ipynb', 'choose another', metadata);
  const [issue] = MetadataShape.safeParse(metadata).error?.issues ?? [];
  if (issue) {
    const key = String(issue.path[0]);
    return refused(
      `nbformat has no ${key}=${JSON.stringify(metadata[key])}: ${issue.message}`,
      'choose another key or value',
      metadata,
    );
  }
  if (id === undefined && type !== 'code') return { metadata, wrong: [] };
  if (id === undefined)
    return refused('this cell has no id', 'write ```typescript id="cell-N" or a better name', metadata);
  if (typeof id === 'string' && CELL_ID.test(id)) return { id, metadata, wrong: [] };
  const problem = `cell id ${JSON.stringify(id)} is not 1 to 64 letters, digits, "-" and "_"`;
  return refused(problem, 'give it such a one', metadata);
}

/** The languages that Jupytext turns into cells with a %% magic (jupytext/languages.py), as far as they are likely here. */
const MAGIC =
  /^(?:bash|sh|script|python[23]?|perl|ruby|javascript|js|html|svg|latex|markdown|sql|lua|tcl|go|rust|java)$/i;

function warn(block: Block, { file, text }: MarkdownFile): SourceError[] {
  const say = (problem: string, remedy: string) => [new SourceError(file, block.line, problem, remedy)];
  const source = text.slice(block.start, block.end);
  const hidden =
    block.parent === undefined && block.kind !== 'region' && /[\r\n]`{3,}[ \t]*typescript(?=\s)/.exec(source);
  if (hidden && !(cellType(block, text) === 'code')) {
    return say(
      `Jupytext would see a cell inside this ${block.kind}`,
      'put <!-- #region --> and <!-- #endregion --> around it',
    );
  }
  if (block.kind !== 'fence' || isInactive(block.info)) return [];
  if (/^typescript\s.*\bid=/.test(block.info) && !(block.parent === undefined && source.startsWith('`'))) {
    const why = block.parent
      ? `inside a ${block.parent.kind === 'item' ? 'list' : block.parent.kind}`
      : block.marker[0] === '~'
        ? 'fenced with ~'
        : 'indented';
    return say(`this looks like a cell, but is prose: it is ${why}`, 'put it at the left margin, fenced with ```');
  }
  const [language = ''] = block.info.split(/\s/);
  if (block.parent || !source.startsWith('`')) return [];
  if (/^(?:ts|TypeScript)$/.test(language)) return say(`\`\`\`${language} is prose`, 'a cell is ```typescript id="…"');
  if (!MAGIC.test(language)) return [];
  const remedy = `write ~~~${language} or \`\`\`${language} .noeval`;
  return say(`\`\`\`${language} is prose, but Jupytext would make it a cell`, remedy);
}
