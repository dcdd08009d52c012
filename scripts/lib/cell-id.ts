/**
 * The ids of cells. A code cell says its own; a markdown or raw cell that says none has a derived one, which depends only
 * on the code cell that it leads up to: `before-ID`, `before-ID-2`, …; after the last code cell `end`, `end-2`, ….
 */
import { SourceError } from './source-error';

/** nbformat 4.5, `cell_id`. */
export const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

interface Identified {
  readonly type: 'code' | 'markdown' | 'raw';
  readonly id: string;
}

/** The ids of all cells, where the id `''` of a markdown or raw cell stands for the derived one. */
export function withDerivedIds(cells: readonly Identified[]): string[] {
  const taken = new Set(cells.map((cell) => cell.id));
  const counts = new Map<string, number>();
  return cells.map((cell, at) => {
    if (cell.type === 'code') return cell.id;
    const next = cells.slice(at).find((later) => later.type === 'code');
    const base = next === undefined ? 'end' : `before-${next.id}`;
    let ordinal = (counts.get(base) ?? 0) + 1;
    counts.set(base, ordinal);
    if (cell.id !== '') return cell.id;
    while (taken.has(numbered(base, ordinal))) ordinal += 1;
    taken.add(numbered(base, ordinal));
    return numbered(base, ordinal);
  });
}

/** The markdown and raw cells that have to say their id, because another would be derived. */
export function underived<C extends Identified>(cells: readonly C[]): Set<C> {
  const saying = new Set<C>();
  for (;;) {
    const ids = withDerivedIds(
      cells.map((cell) => ({ type: cell.type, id: cell.type === 'code' || saying.has(cell) ? cell.id : '' })),
    );
    const wrong = cells.filter((cell, at) => ids[at] !== cell.id);
    if (wrong.length === 0) return saying;
    for (const cell of wrong) saying.add(cell);
  }
}

/** One problem for each id that an earlier cell has; `line` is where the cell begins. */
export function repeatedIds(cells: readonly { id: string; line: number }[], file: string): SourceError[] {
  const first = new Map<string, number>();
  return cells.flatMap(({ id, line }) => {
    const earlier = id === '' ? undefined : first.get(id);
    if (earlier === undefined) {
      first.set(id, line);
      return [];
    }
    const problem = `cell id "${id}" is used twice (first at line ${earlier})`;
    return [new SourceError(file, line, problem, 'give one another id')];
  });
}

function numbered(base: string, ordinal: number): string {
  const suffix = ordinal === 1 ? '' : `-${ordinal}`;
  return base.slice(0, 64 - suffix.length) + suffix;
}
