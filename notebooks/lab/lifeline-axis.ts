import { scaleLinear } from 'd3-scale';
import { recorded } from './lifeline-order';

/** A silence that is cut out: as wide as it has to be to say how long it was. */
export interface Break {
  from: number;
  to: number;
  x0: number;
  x1: number;
  /** `60 s` */
  label: string;
}

/** Where a moment stands. Piecewise linear and never falling; where time is stretched, and where it is cut, the ticks say. */
export interface TimeAxis {
  /** The place of a moment, in the units of the range. */
  x(when: number): number;
  breaks: Break[];
  /** Moments that something happened at, most telling first. */
  ticks: { when: number; x: number; label: string }[];
}

export interface AxisOptions {
  /** Where the first and the last moment stand. */
  range: [number, number];
  /** The width of a cut, in the units of the range. */
  cut: number;
  /** How many cuts there may be. */
  cuts: number;
}

/** Only a silence as long as this, in milliseconds, is ever cut. */
const silence = 200;

/** How much room a step gets: that which is only an order gets some, and ten times as long gets somewhat more. */
function weight(gap: number): number {
  return gap < 0.05 ? 0.8 : 0.9 + 1.1 * Math.log10(1 + gap / 0.1);
}

/**
 * An axis for the moments at which something is drawn. Every two neighbours get room by the logarithm of what is between them, so that
 * 60 s do not crush the millisecond in which all happens; the longest silences are cut.
 */
export function timeAxis(moments: readonly number[], { range: [x0, x1], cut, cuts }: AxisOptions): TimeAxis {
  const whens = [...new Set(moments)].sort((a, b) => a - b);
  const gaps = whens.slice(1).map((when, i) => when - (whens[i] ?? 0));
  const longest = [...gaps].filter((gap) => gap >= silence).sort((a, b) => b - a);
  const least = longest[Math.min(cuts, longest.length) - 1] ?? Number.POSITIVE_INFINITY;
  const isCut = gaps.map((gap) => gap >= least);
  const cutOut = isCut.filter((one) => one).length;
  const room = Math.max(x1 - x0 - cutOut * cut, 0);
  const share = cutOut * cut > x1 - x0 ? (x1 - x0) / (cutOut * cut) : 1;
  const total = gaps.reduce((sum, gap, i) => sum + (isCut[i] ? 0 : weight(gap)), 0);
  const places = [whens.length < 2 || total === 0 ? x0 + (cutOut > 0 ? 0 : room / 3) : x0];
  gaps.forEach((gap, i) => {
    const width = isCut[i] ? cut * share : total === 0 ? 0 : (room * weight(gap)) / total;
    places.push((places[i] ?? x0) + width);
  });
  const [domain, steps] =
    whens.length > 1
      ? [whens, places]
      : [
          [0, 1],
          [places[0] ?? x0, places[0] ?? x0],
        ];
  const scale = scaleLinear().domain(domain).range(steps).clamp(true);
  const breaks = gaps.flatMap((gap, i): Break[] => {
    const [from = 0, to = 0] = [whens[i], whens[i + 1]];
    return isCut[i] ? [{ from, to, x0: places[i] ?? x0, x1: places[i + 1] ?? x1, label: span(gap) }] : [];
  });
  const edges = [0, whens.length - 1, ...isCut.flatMap((one, i) => (one ? [i, i + 1] : []))];
  const rest = whens.map((_, i) => i).filter((i) => !edges.includes(i));
  const firsts = [...new Set(edges), ...rest].filter((i) => recorded(whens[i] ?? 0) !== recorded(whens[i - 1] ?? -1));
  const labels = whens.map((when) => clock(when));
  const precise = (i: number) => (labels[i] === labels[i - 1] || labels[i] === labels[i + 1] ? 1 : 0);
  const ticks = firsts.map((i) => ({
    when: whens[i] ?? 0,
    x: places[i] ?? x0,
    label: clock(whens[i] ?? 0, precise(i)),
  }));
  return { x: (when) => scale(when), breaks, ticks };
}

/** A moment as it stands on the axis: `38.4 ms`, `1036 ms`, `60.013 s`. */
export function clock(when: number, decimals = 0): string {
  const at = recorded(when);
  if (at >= 10_000) return `${(at / 1000).toFixed(3).replace(/\.?0+$/, '')} s`;
  return `${at >= 1000 ? at.toFixed(decimals) : at.toFixed(1).replace(/\.0$/, '')} ms`;
}

/** How long something took: `0.4 ms`, `975 ms`, `60 s`. */
export function span(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1).replace(/\.0$/, '')} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s` : `${(ms / 1000).toFixed(0)} s`;
}
