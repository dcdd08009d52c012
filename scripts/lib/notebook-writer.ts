/** Notebook to text; the grammar stands at the top of notebook.ts. */
import { underived } from './cell-id';
import { type Metadata, sameJson, sortKeys, writeMetadata } from './cell-metadata';
import type { Cell, CellLayout, Notebook } from './notebook';
import { readOpening, scanNotebook } from './notebook-reader';
import { isRegionClose, readRegionOpen } from './region';
import { SourceError } from './source-error';

/**
 * Writes a notebook. Throws a SourceError for the one thing that the format cannot say: an explicit cell that holds the very
 * line which would end it.
 */
export function writeNotebook(notebook: Notebook): string {
  const { file, header, cells, layout } = notebook;
  const plans = makePlans(cells);
  let before = layout.after;
  for (;;) {
    const text = assemble(header.text, before, plans);
    const read = scanNotebook(text, file).notebook;
    const whole = read.header.text === header.text;
    const at = firstDifference(cells, read.cells);
    if (whole && at === -1) return layout.eol === '\r\n' && !text.includes('\r') ? text.replaceAll('\n', '\r\n') : text;
    if (whole && mend(plans, at)) continue;
    if (before === undefined) throw whole ? unwritable(file, cells[at]) : new SourceError(file, 1, ...BAD_HEADER);
    before = undefined;
  }
}

const BAD_HEADER = [
  'this header cannot be written',
  'let it begin with ---, and hold --- again only at its end',
] as const;

/** The opening line that the writer gives each cell by itself: none to prose. */
function usualOpenings(cells: readonly Cell[]): string[] {
  const saying = underived(cells);
  return cells.map((cell) => {
    if (cell.type === 'code') return openCode(cell);
    const bare = cell.type === 'markdown' && !saying.has(cell) && Object.keys(cell.metadata).length === 0;
    return bare && standsAlone(cell) ? '' : openExplicit(cell, saying.has(cell) ? { id: cell.id } : {});
  });
}

/** What of each cell's layout is not as the writer does it by itself: all that a record has to remember. */
export function layoutsToRemember(cells: readonly Cell[]): CellLayout[] {
  const usual = usualOpenings(cells);
  const opens = cells.map((cell, at) => cell.layout.open ?? usual[at] ?? '');
  return cells.map(({ layout }, at) => {
    const open = opens[at] ?? '';
    const expected: CellLayout = { open: usual[at], close: closing(open), after: gap(open, opens[at + 1]) };
    const odd = Object.entries(layout).filter(([key, value]) => value !== expected[key as keyof CellLayout]);
    return Object.fromEntries(odd);
  });
}

/** The ending of the header and the blank line after it. */
export function defaultBefore(cells: readonly unknown[]): string {
  return cells.length > 0 ? '\n\n' : '\n';
}

function gap(open: string, next: string | undefined): string {
  if (next === undefined) return '\n';
  return open === '' && next === '' ? '\n\n\n' : '\n\n';
}

function openCode({ id, metadata, source }: Cell): string {
  const runs = [...source.matchAll(/^[ \t]*(`{3,})/gm)].map((run) => run[1]?.length ?? 0);
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run + 1)));
  return `${fence}typescript ${writeMetadata({ id, ...(sortKeys(metadata) as Metadata) })}\n`;
}

function openExplicit({ type, metadata, source }: Cell, id: Metadata): string {
  const lines = source.split(/\r\n|\n|\r/);
  const names = type === 'raw' ? ['raw'] : ['region', 'md', 'markdown'];
  const name = names.find((candidate) => !lines.some((line) => isRegionClose(line, candidate))) ?? names[0];
  const said = writeMetadata({ ...id, ...(sortKeys(metadata) as Metadata) });
  return `<!-- #${name} ${said === '' ? '' : `${said} `}-->\n`;
}

function closing(open: string): string {
  if (open === '') return '';
  const fence = /^`+/.exec(open)?.[0];
  return fence ? `\n${fence}` : `\n<!-- #end${readRegionOpen(open.trimEnd())?.name} -->`;
}

/** Does the source, put down as it is, come back as one markdown cell? */
function standsAlone({ source }: Cell): boolean {
  const { cells } = scanNotebook(`---\n---\n\n${source}\n`, '').notebook;
  return cells.length === 1 && cells[0]?.layout.open === '' && cells[0].source === source;
}

/** How a cell is about to be written; `usual` is the opening to go back to, while there is one to go back to. */
interface Plan {
  cell: Cell;
  open: string;
  close: string;
  after?: string;
  usual?: string;
}

function makePlans(cells: readonly Cell[]): Plan[] {
  const openings = usualOpenings(cells);
  return cells.map((cell, at) => {
    const usual = openings[at] ?? '';
    const { open = usual, close = closing(open), after } = cell.layout;
    const lines = saysTheSame(open, cell) ? { open, close } : { open: usual, close: closing(usual) };
    return { cell, ...lines, after: isGap(after) ? after : undefined, usual };
  });
}

/** Does this opening line say nothing else of the cell? A copied cell has that of another. */
function saysTheSame(open: string, cell: Cell): boolean {
  if (open === '') return cell.type === 'markdown' && Object.keys(cell.metadata).length === 0;
  const said = readOpening(open, cell.type);
  return (said.id ?? cell.id) === cell.id && sameJson(said.metadata, cell.metadata);
}

function isGap(after: string | undefined): boolean {
  return after !== undefined && /^[ \t\r\n]*$/.test(after);
}

function assemble(header: string, before: string | undefined, plans: readonly Plan[]): string {
  const parts = [header, before !== undefined && isGap(before) ? before : defaultBefore(plans)];
  for (const [at, { cell, open, close, after }] of plans.entries()) {
    parts.push(open, cell.source, close, after ?? gap(open, plans[at + 1]?.open));
  }
  return parts.join('');
}

function firstDifference(cells: readonly Cell[], read: readonly Cell[]): number {
  const at = cells.findIndex((cell, index) => {
    const other = read[index];
    const same = cell.type === other?.type && cell.id === other.id && cell.source === other.source;
    return !same || !sameJson(cell.metadata, other.metadata);
  });
  return at === -1 && read.length > cells.length ? cells.length : at;
}

/**
 * Changes the plan of the cell that came back changed, or of its neighbour: first lets go of a layout of its own, then makes
 * prose explicit. False when there is nothing left to change.
 */
function mend(plans: Plan[], at: number): boolean {
  for (const index of [at, at - 1, at + 1]) {
    const plan = plans[index];
    if (plan?.usual === undefined) continue;
    const { cell, usual: open } = plan;
    plans[index] = { cell, open, close: closing(open) };
    if (plan.open !== open || plan.close !== closing(open) || plan.after !== undefined) return true;
  }
  for (const index of [at, at - 1]) {
    const plan = plans[index];
    if (plan?.open !== '') continue;
    const open = openExplicit(plan.cell, {});
    plans[index] = { cell: plan.cell, open, close: closing(open) };
    return true;
  }
  return false;
}

function unwritable(file: string, cell: Cell | undefined): SourceError {
  const ends = cell?.type === 'raw' ? '<!-- #endraw -->' : '<!-- #endregion -->';
  const problem = `cell "${cell?.id}" cannot be written as Markdown`;
  return new SourceError(file, cell?.line ?? 1, problem, `remove the line "${ends}" from it`);
}
