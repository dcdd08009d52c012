import { shortened, widthOf } from './lifeline-labels';
import { frame, type Ink, idOf, px, xml } from './lifeline-svg';
import type { Bundle } from './outlet';

/** What many trials of one arm counted: `counts[k]` of its `trials` came out as k. Or why it counted nothing. */
export type Counted = { name: string } & ({ counts: number[]; trials: number } | { because: string });

/** Distributions side by side, over one scale. */
export interface Histogram {
  /** What was counted, as `zombies left`. */
  counted: string;
  rows: Counted[];
}

/** The distributions of what was counted, one an arm, to be shown: `show(histogram('zombies left', rows))`. */
export function histogram(counted: string, rows: Counted[]): Histogram {
  return { counted, rows };
}

/** px: one arm's bars, with room between two; the bar of all trials; the parts above and below the bars. */
const panel = { least: 210, gap: 24, bar: 40, head: 16, count: 13, foot: 15, between: 12 };

const valuesOf = ({ rows }: Histogram): number =>
  Math.max(1, ...rows.map((row) => ('counts' in row ? row.counts.length : 0)));

/** Small multiples as SVG for a width in px: a bar for each number that could come up, and how often it did above it. */
export function histogramSvg(of: Histogram, width: number, ink: Ink = 'inherit'): string {
  const across = Math.max(1, Math.min(of.rows.length, Math.floor((width + panel.gap) / (panel.least + panel.gap))));
  const room = (width - panel.gap * (across - 1)) / across;
  const high = panel.head + panel.count + panel.bar + panel.foot + panel.between;
  const top = 18;
  const body = of.rows.map((row, i) => {
    const [x, y] = [(i % across) * (room + panel.gap), top + Math.floor(i / across) * high];
    return panelOf(row, x, y, room, valuesOf(of));
  });
  const height = top + Math.ceil(of.rows.length / across) * high;
  const title = `${of.counted}, in how many trials`;
  const heading = `<text x="2" y="11" font-weight="600" fill="currentColor">${xml(fit(title, width - 4))}</text>`;
  const id = idOf(`${of.counted}\n${of.rows.map(({ name }) => name).join('\n')}\n${width}`);
  return frame({ width, height, title, desc: descriptionOf(of), ink, id }, [heading, ...body]);
}

const fit = (text: string, room: number) => shortened(text, Math.floor(room / widthOf('m')));

function panelOf(row: Counted, x: number, y: number, room: number, values: number): string {
  const trials = 'counts' in row ? `of ${row.trials}` : '';
  const name = fit(row.name, room - widthOf(trials) - 12);
  const head = `<text x="${px(x + 2)}" y="${px(y + 10)}" fill="currentColor">${xml(name)}</text>`;
  if (!('counts' in row)) {
    const why = `<text x="${px(x + 2)}" y="${px(y + panel.head + 22)}" fill="currentColor" fill-opacity="0.75">${xml(fit(row.because, room - 4))}</text>`;
    return `${head}\n${why}`;
  }
  const base = y + panel.head + panel.count + panel.bar;
  const step = room / values;
  const bars = Array.from({ length: values }, (_, k) => {
    const count = row.counts[k] ?? 0;
    // What came up at all is to be seen, were it once in a thousand.
    const height = count === 0 ? 0 : Math.max((panel.bar * count) / row.trials, 1);
    const middle = x + step * (k + 0.5);
    const wide = Math.min(step - 8, 40);
    const bar =
      count === 0
        ? ''
        : `<rect x="${px(middle - wide / 2)}" y="${px(base - height)}" width="${px(wide)}" height="${px(height)}" fill="currentColor" fill-opacity="0.6"/>` +
          `<text x="${px(middle)}" y="${px(base - height - 3)}" text-anchor="middle" fill="currentColor">${count}</text>`;
    return `${bar}<text x="${px(middle)}" y="${px(base + 12)}" text-anchor="middle" fill="currentColor" fill-opacity="0.75">${k}</text>`;
  });
  const right = `<text x="${px(x + room - 2)}" y="${px(y + 10)}" text-anchor="end" fill="currentColor" fill-opacity="0.75">${trials}</text>`;
  const axis = `<path d="M${px(x)} ${px(base + 0.5)}h${px(room)}" stroke="currentColor" stroke-opacity="0.5"/>`;
  return [head, right, axis, ...bars].join('\n');
}

/** The numbers in sentences. */
function descriptionOf({ counted, rows }: Histogram): string {
  return rows
    .map((row) => {
      if (!('counts' in row)) return `${row.name}: ${row.because}.`;
      const seen = row.counts.flatMap((count, k) => (count === 0 ? [] : [`${k} in ${count}`]));
      return `${row.name}: ${counted} ${seen.join(', ')} of ${row.trials} trials.`;
    })
    .join(' ');
}

/** The same for a terminal: a row an arm, a column a number; how often, and a bar of that part of the trials. */
export function histogramText(of: Histogram): string {
  const bars = ' ▁▂▃▄▅▆▇█';
  const left = Math.max(of.counted.length, ...of.rows.map(({ name }) => name.length)) + 1;
  const rows = of.rows.map((row) => {
    if (!('counts' in row)) return `${row.name.padEnd(left)}${row.because}`;
    const cells = row.counts.map((n) => `${String(n).padStart(6)} ${bars[Math.ceil((8 * n) / row.trials)]}`);
    return `${row.name.padEnd(left)}${cells.join('')}`.trimEnd();
  });
  const head = Array.from({ length: valuesOf(of) }, (_, k) => `${String(k).padStart(6)}  `).join('');
  return [`${of.counted.padEnd(left)}${head}`.trimEnd(), ...rows].join('\n');
}

export function histogramBundle(of: Histogram): Bundle {
  return { 'text/plain': histogramText(of), 'image/svg+xml': histogramSvg(of, 960, 'paper') };
}
