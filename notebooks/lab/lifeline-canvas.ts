import { type TimeAxis, timeAxis } from './lifeline-axis';
import { inRows, type Label, shortened, type, type Unplaced, widthOf } from './lifeline-labels';
import { momentsOf } from './lifeline-moments';
import type { Scene } from './lifeline-scene';

/** A line, straight; all sizes in px. */
export interface Stroke {
  kind:
    | 'life'
    | 'many'
    | 'zombie'
    | 'unsure'
    | 'fork'
    | 'kin'
    | 'socket'
    | 'signal'
    | 'dropped'
    | 'adoption'
    | 'kernel'
    | 'axis'
    | 'tear'
    | 'act';
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A sign at a place; `down` and `up` is where an arrow comes to. */
export interface Mark {
  kind: 'fork' | 'exec' | 'exit' | 'killed' | 'gone' | 'lost' | 'adopted' | 'subreaper' | 'taken' | 'ignored' | 'sent';
  x: number;
  y: number;
  towards?: 'down' | 'up';
}

export interface Band {
  kind: 'session' | 'group';
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Left and right of the lines; the width of a cut; in px. */
export const margin = { left: 16, right: 8, lead: 14, tail: 16, wide: 54, cut: 46 };

/** What a picture is put together on, from top to bottom: `y` is how far it has come. */
export class Canvas {
  readonly labels: Label[] = [];
  readonly strokes: Stroke[] = [];
  readonly marks: Mark[] = [];
  readonly bands: Band[] = [];
  readonly axis: TimeAxis;
  /** Where each lane's line is. */
  readonly lines = new Map<string, number>();
  y = 4;

  constructor(
    readonly scene: Scene,
    readonly width: number,
  ) {
    const range: [number, number] = [
      margin.left + margin.lead,
      width - margin.right - (width < 600 ? margin.tail : margin.wide),
    ];
    this.axis = timeAxis(momentsOf(scene), { range, cut: margin.cut, cuts: Math.max(1, Math.floor(width / 150)) });
  }

  get edges(): [number, number] {
    return [margin.left, this.width - margin.right];
  }

  /** The place of a moment; what was before the picture begins is at its edge. */
  x(when: number): number {
    return when < this.scene.from ? this.edges[0] : this.axis.x(when);
  }

  text(label: Omit<Label, 'width' | 'anchor'> & { room?: number }): void {
    const { room = this.width - margin.right - label.x, ...rest } = label;
    const text = shortened(label.text, Math.floor(room / widthOf('m')));
    const full = text === label.text ? {} : { full: label.text };
    this.labels.push({ ...rest, text, width: widthOf(text), anchor: 'start', ...full });
  }

  /** A level line from one x to another, left out where time is cut. */
  across(kind: Stroke['kind'], from: number, to: number, y: number): void {
    let x = from;
    for (const cut of this.axis.breaks) {
      const [gone, back] = [cut.x0 + 3, cut.x1 - 3];
      if (back <= x || gone >= to) continue;
      if (gone > x) this.strokes.push({ kind, x0: x, y0: y, x1: gone, y1: y });
      x = back;
    }
    if (to > x) this.strokes.push({ kind, x0: x, y0: y, x1: to, y1: y });
  }

  /** Puts labels that stand in rows above `y + height` where they belong; gives the height that they take. */
  rows(labels: Unplaced[], edges = this.edges): number {
    const placed = inRows(labels, edges);
    const height = placed.rows * type.line;
    for (const label of placed.labels) this.labels.push({ ...label, y: this.y + height - (label.y + 1) * type.line });
    return height;
  }

  /** Lines that go up and down pass behind the labels: they are left out where one stands. */
  passBehind(): void {
    const upright = this.strokes.filter(({ x0, x1, kind }) => x0 === x1 && kind !== 'axis');
    for (const stroke of upright) {
      const { x0: x } = stroke;
      const [top, bottom] = [Math.min(stroke.y0, stroke.y1), Math.max(stroke.y0, stroke.y1)];
      const hidden = this.labels
        .filter(
          (label) =>
            label.x - 1.5 <= x && x <= label.x + label.width + 1.5 && label.y < bottom && label.y + type.line > top,
        )
        .map((label): [number, number] => [label.y, label.y + type.line])
        .sort(([a], [b]) => a - b);
      if (hidden.length === 0) continue;
      this.strokes.splice(this.strokes.indexOf(stroke), 1);
      let y = top;
      for (const [from, to] of [...hidden, [bottom, bottom] as [number, number]]) {
        if (from - y > 0.5) this.strokes.push({ ...stroke, y0: y, y1: Math.min(from, bottom) });
        y = Math.max(y, to);
      }
    }
  }
}
