/** Sizes in px. A character of a monospaced font is 0.6 em wide; we count with a little more, so that no font runs over. */
export const type = { size: 11, em: 0.614, line: 13, gap: 5 } as const;

/** What stands on the picture: a box of `width` by `type.line` px, of which `x` is the left and `y` the upper edge. */
export interface Label {
  x: number;
  y: number;
  width: number;
  text: string;
  /** The whole, where `text` had to be shortened. */
  full?: string;
  role: 'title' | 'name' | 'signal' | 'fact' | 'time' | 'band' | 'act' | 'note';
  anchor: 'start' | 'end';
}

export type Unplaced = Pick<Label, 'text' | 'role'> & {
  /** What it speaks of, px. */
  at: number;
};

/** Characters as columns: those of East Asia take two. */
export function columns(text: string): number {
  let count = 0;
  for (const character of text)
    count += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(character) ? 2 : 1;
  return count;
}

export const widthOf = (text: string): number => columns(text) * type.size * type.em;

/** As much of it as goes into so many columns, with an ellipsis for the rest. */
export function shortened(text: string, room: number): string {
  if (columns(text) <= room) return text;
  let kept = '';
  for (const character of text) {
    if (columns(kept) + columns(character) + 1 > room) break;
    kept += character;
  }
  return room < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Breaks a text into lines of at most so many columns, between words where there are any. */
export function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columns(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => shortened(one, room));
}

/**
 * Places labels in rows so that no two in a row touch: each in the lowest row that is free from where it stands. A label begins at
 * what it speaks of, or where that would run over the edge, ends there; what is wider than all is shortened. Rows are counted from
 * the lowest; `y` is that row until the caller knows better.
 */
export function inRows(
  labels: readonly Unplaced[],
  [left, right]: [number, number],
): { labels: Label[]; rows: number } {
  const rows: { from: number; to: number }[][] = [];
  const placed = [...labels]
    .map((label, i) => ({ label, i }))
    .sort((a, b) => a.label.at - b.label.at || a.i - b.i)
    .map(({ label }): Label => {
      const text = shortened(label.text, Math.floor((right - left) / widthOf('m')));
      const width = widthOf(text);
      const runsOver = label.at + width > right;
      const wish = runsOver ? label.at - width : label.at;
      const x = Math.min(Math.max(wish, left), Math.max(left, right - width));
      const free = (row: { from: number; to: number }[]) =>
        row.every(({ from, to }) => x >= to + type.gap || x + width + type.gap <= from);
      let y = rows.findIndex(free);
      if (y === -1) y = rows.push([]) - 1;
      rows[y]?.push({ from: x, to: x + width });
      const full = text === label.text ? {} : { full: label.text };
      return { x, y, width, text, role: label.role, anchor: runsOver ? 'end' : 'start', ...full };
    });
  return { labels: placed, rows: rows.length };
}
