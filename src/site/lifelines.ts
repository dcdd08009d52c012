/** A history's lifeline for a page: the picture at two widths, and what is needed to move through it. Made at build time. */
import type { HistoryRecord } from '../../notebooks/lab/history';
import { lifelinePicture } from '../../notebooks/lab/lifeline';
import { Canvas } from '../../notebooks/lab/lifeline/canvas';
import type { Life } from '../../notebooks/lab/lifeline/model';
import { inOrder, recorded } from '../../notebooks/lab/lifeline/order';
import { lifelineOf } from '../../notebooks/lab/lifeline/reader';
import { sceneOf } from '../../notebooks/lab/lifeline/scene';
import { factText } from '../../notebooks/lab/show';
import { slug } from './addresses';
import type { ClaimData } from './content';

/** One step of the slider: something that happened, and where the pictures show it. */
export interface Step {
  /** ms since the arm began. */
  at: number;
  when: number;
  caption: string;
  wide: number;
  narrow: number;
}

/** As much of a process as a table of one moment shows. */
export type Shown = Pick<Life, 'pid'> & {
  begin: { when: number };
  end?: { when: number };
  gone?: { when: number };
  parents: { when: number; pid: number }[];
  sessions: Life['sessions'];
  groups: Life['groups'];
  names: { when: number; name: string }[];
};

export interface LifelineData {
  arm: string;
  /** SVG, for `widths.wide` and `widths.narrow` px. */
  wide: string;
  narrow: string;
  steps: Step[];
  lives: Shown[];
}

/** px. The column of a page is a seventh wider, and so is a phone's: its letters of 11 px are then shown as 12 px or more. */
export const widths = { wide: 600, narrow: 310 };

const longest = 140;

/** Undefined where there is nothing to draw. `place` makes the ids of this picture its own: one may stand on a page twice. */
export function lifelineData(history: HistoryRecord, place: string): LifelineData | undefined {
  const lifeline = lifelineOf(history);
  const scene = sceneOf(lifeline);
  if (lifeline.obstacle !== undefined || scene.lanes.length === 0) return undefined;
  const [wide, narrow] = [widths.wide, widths.narrow].map((width) => new Canvas(scene, width).axis);
  const steps = inOrder(history.observations)
    .filter(({ kind, when }) => ['event', 'act', 'end', 'line'].includes(kind) && when >= scene.from)
    .map(
      (seen): Step => ({
        at: recorded(seen.when),
        when: millionth(seen.when),
        caption: firstLine(factText(seen)),
        wide: tenth(wide?.x(seen.when) ?? 0),
        narrow: tenth(narrow?.x(seen.when) ?? 0),
      }),
    );
  const picture = (width: number) => withIds(lifelinePicture(lifeline, width), slug(`${place} ${width}`));
  const lives = lifeline.lives.map(shown);
  return { arm: history.arm, wide: picture(widths.wide), narrow: picture(widths.narrow), steps, lives };
}

export interface EvidencePicture {
  wide: string;
  narrow: string;
}

/** The lifeline of the first arm that a claim cites, with a mark at each moment that it cites. */
export function evidencePicture(
  history: HistoryRecord,
  { anchor, arms: [first] }: ClaimData,
): EvidencePicture | undefined {
  const data = lifelineData(history, anchor);
  if (data === undefined || first === undefined) return undefined;
  const scene = sceneOf(lifelineOf(history));
  const marked = (svg: string, width: number) => {
    const { axis } = new Canvas(scene, width);
    const { height = '0' } = / height="(?<height>[\d.]+)"/.exec(svg)?.groups ?? {};
    const places = [...new Set(first.cited.filter(({ at }) => at >= scene.from).map(({ at }) => tenth(axis.x(at))))];
    const marks = places.map((x) => `<path class="now" d="M${x} 0v${height}"/>`);
    return svg.replace('</svg>', `${marks.join('')}</svg>`);
  };
  return { wide: marked(data.wide, widths.wide), narrow: marked(data.narrow, widths.narrow) };
}

/** As fine as the order of what is simultaneous needs it (lifeline-order.ts). */
const millionth = (when: number) => Math.round(when * 1e6) / 1e6;

const tenth = (value: number) => Math.round(value * 10) / 10;

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function shown({ pid, begin, end, gone, parents, sessions, groups, names }: Life): Shown {
  return {
    pid,
    begin: { when: millionth(begin.when) },
    end: end && { when: millionth(end.when) },
    gone: gone && { when: millionth(gone.when) },
    parents: parents.map(({ when, pid: parent }) => ({ when: millionth(when), pid: parent })),
    sessions: sessions.map(({ when, sid }) => ({ when: millionth(when), sid })),
    groups: groups.map(({ when, pgid }) => ({ when: millionth(when), pgid })),
    names: names.map(({ when, name }) => ({ when: millionth(when), name })),
  };
}

/** The picture with other ids, of its title and description and whatever else has one, and the references to them. */
export function withIds(svg: string, prefix: string): string {
  const ids = new Set([...svg.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id));
  return svg.replace(/(\sid="|#|aria-labelledby=")([^")]+)/g, (whole, before: string, names: string) => {
    const words = names.split(' ');
    return words.every((word) => ids.has(word)) ? before + words.map((word) => `${prefix}-${word}`).join(' ') : whole;
  });
}
