import { type TimeAxis, timeAxis } from './lifeline-axis';
import { inRows, type Label, shortened, type, type Unplaced, widthOf, wrapped } from './lifeline-labels';
import type { Lane } from './lifeline-lanes';
import { legendFor } from './lifeline-legend';
import type { Life } from './lifeline-model';
import { momentsOf } from './lifeline-moments';
import type { Arrow, Scene } from './lifeline-scene';
import { actName, arrowName, endOf, laneName, namesOf, notes, summary } from './lifeline-words';

/** A line, straight; all sizes in px. */
export interface Stroke {
  kind:
    | 'life'
    | 'many'
    | 'zombie'
    | 'unsure'
    | 'fork'
    | 'kin'
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

/** A picture that is all places: what an SVG is written from. */
export interface Picture {
  width: number;
  height: number;
  labels: Label[];
  strokes: Stroke[];
  marks: Mark[];
  bands: Band[];
  /** Which signs it has, for the legend. */
  scene: Scene;
}

/** Left and right of the lines; the width of a cut; in px. */
const margin = { left: 16, right: 8, lead: 14, tail: 16, wide: 54, cut: 46 };
const lane = { line: 12, gap: 3 };

/** How long, in ms, a zombie has to be one to be called so. */
const noted = 5;

/** The least width, in px, that a picture can be asked for. */
const narrowest = 240;

/**
 * Lays a scene out for a width in px: lanes as high as their labels need, which stand in rows above the line, so that none
 * overlaps another whatever there is to say. Nothing needs a margin of its own: at 360 px it is the same picture, higher.
 */
export function layOut(scene: Scene, width: number): Picture {
  return new Layout(scene, Math.max(width, narrowest)).picture();
}

type Span = [from: number, to: number];

/** Spans that touch as one. */
function joined(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    const last = whole[whole.length - 1];
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else whole.push([from, to]);
  }
  return whole;
}

class Layout {
  private readonly labels: Label[] = [];
  private readonly strokes: Stroke[] = [];
  private readonly marks: Mark[] = [];
  private readonly bands: Band[] = [];
  private readonly axis: TimeAxis;
  private readonly lines = new Map<string, number>();
  private y = 4;
  private kernel = 0;
  private outside = 0;

  constructor(
    private readonly scene: Scene,
    private readonly width: number,
  ) {
    const range: [number, number] = [
      margin.left + margin.lead,
      width - margin.right - (width < 600 ? margin.tail : margin.wide),
    ];
    this.axis = timeAxis(momentsOf(scene), { range, cut: margin.cut, cuts: Math.max(1, Math.floor(width / 150)) });
  }

  private get edges(): [number, number] {
    return [margin.left, this.width - margin.right];
  }

  /** The place of a moment; what was before the picture begins is at its edge. */
  private x(when: number): number {
    return when < this.scene.from ? this.edges[0] : this.axis.x(when);
  }

  picture(): Picture {
    const { scene, width } = this;
    this.heading();
    if (scene.lanes.length > 0) {
      this.times();
      this.acts();
      this.kernelLine();
      const top = this.y;
      this.lanes();
      this.arrows();
      this.adoptions();
      for (const cut of this.axis.breaks)
        for (const x of [cut.x0 + 3, cut.x1 - 3])
          this.strokes.push({ kind: 'tear', x0: x, y0: top, x1: x, y1: this.y });
      if (this.y > 700) this.times();
    }
    this.footing();
    this.passBehind();
    return {
      width,
      height: Math.ceil(this.y + 4),
      labels: this.labels,
      strokes: this.strokes,
      marks: this.marks,
      bands: this.bands,
      scene,
    };
  }

  private text(label: Omit<Label, 'width' | 'anchor'> & { room?: number }): void {
    const { room = this.width - margin.right - label.x, ...rest } = label;
    const text = shortened(label.text, Math.floor(room / widthOf('m')));
    const full = text === label.text ? {} : { full: label.text };
    this.labels.push({ ...rest, text, width: widthOf(text), anchor: 'start', ...full });
  }

  private heading(): void {
    const { arm } = this.scene.lifeline;
    this.text({ x: 2, y: this.y, text: arm, role: 'title' });
    this.y += type.line + 2;
    for (const text of wrapped(summary(this.scene), Math.floor((this.width - 4) / widthOf('m')))) {
      this.text({ x: 2, y: this.y, text, role: 'note' });
      this.y += type.line;
    }
    this.y += 4;
  }

  /** The axis: what fits of the times, and how long the cuts are. */
  private times(): void {
    const taken: [number, number][] = [];
    const y = this.y;
    const put = (at: number, text: string): 'put' | 'no room' => {
      const width = widthOf(text);
      const x = Math.min(Math.max(at - width / 2, 2), this.width - 2 - width);
      if (taken.some(([from, to]) => x < to + type.gap && x + width + type.gap > from)) return 'no room';
      taken.push([x, x + width]);
      this.labels.push({ x, y, width, text, role: 'time', anchor: 'start' });
      return 'put';
    };
    const line = y + type.line + 4;
    for (const { x0, x1, label } of this.axis.breaks) put((x0 + x1) / 2, label);
    for (const { x, label } of this.axis.ticks)
      if (put(x, label) === 'put') this.strokes.push({ kind: 'axis', x0: x, y0: line - 3, x1: x, y1: line });
    this.across('axis', this.edges[0], this.edges[1], line);
    this.y = line + 5;
  }

  /** A level line from one x to another, left out where time is cut. */
  private across(kind: Stroke['kind'], from: number, to: number, y: number): void {
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
  private rows(labels: Unplaced[], edges = this.edges): number {
    const placed = inRows(labels, edges);
    const height = placed.rows * type.line;
    for (const label of placed.labels) this.labels.push({ ...label, y: this.y + height - (label.y + 1) * type.line });
    return height;
  }

  private acts(): void {
    const { acts, arrows } = this.scene;
    const outside = arrows.some(({ from }) => from.sender === 'outside' || from.sender === 'unknown');
    if (acts.length === 0 && !outside) return;
    const before = this.labels.length;
    this.y += this.rows(acts.map(({ when, what }) => ({ at: this.x(when), text: actName(what), role: 'act' })));
    const ats = acts.map(({ when }) => this.x(when)).sort((a, b) => a - b);
    const placed = this.labels.slice(before).map(({ y }, i) => ({ y, at: ats[i] ?? 0 }));
    // A leader from the label down to the line that all acts stand on.
    for (const { at, y } of placed)
      this.strokes.push({ kind: 'act', x0: at, y0: y + type.line, x1: at, y1: this.y + 5 });
    this.outside = this.y + 3;
    this.y += 9;
  }

  private kernelLine(): void {
    if (!this.scene.arrows.some(({ from }) => from.sender === 'kernel')) return;
    const text = 'kernel';
    this.text({ x: this.edges[0], y: this.y, text, role: 'band' });
    this.kernel = this.y + type.line / 2;
    this.across('kernel', this.edges[0] + widthOf(text) + 4, this.edges[1], this.kernel);
    this.y += type.line + 3;
  }

  private lanes(): void {
    const { lanes } = this.scene;
    let session: Band | undefined;
    let group: Band | undefined;
    lanes.forEach((one, i) => {
      const before = lanes[i - 1];
      const newSession = before === undefined || before.session !== one.session;
      if (newSession || before.group !== one.group) {
        if (newSession) this.y += 4;
        group = { kind: 'group', x: 8, y: this.y, width: 0, height: 0 };
        if (newSession) session = { kind: 'session', x: 2, y: this.y, width: this.width - 4, height: 0 };
        if (newSession && one.session !== undefined) this.bands.push(session as Band);
        if (one.group !== undefined) this.bands.push(group);
        this.bandName(one, newSession ? 'session' : 'group');
      }
      this.lane(one);
      for (const band of [session, group]) if (band !== undefined) band.height = this.y - band.y;
    });
    this.y += 4;
  }

  private bandName({ session, group, lives }: Lane, what: 'session' | 'group'): void {
    const [life] = lives as [Life];
    const tty = life.ttys
      .map((one) => one.tty)
      .filter((one) => one !== '?')
      .pop();
    const names = [
      ...(what === 'session' && session !== undefined
        ? [`session ${session}${tty === undefined ? '' : ` on ${tty}`}`]
        : []),
      ...(group === undefined ? [] : [`group ${group}`]),
    ];
    if (names.length === 0) return;
    this.text({ x: this.edges[0], y: this.y + 1, text: names.join(', '), role: 'band' });
    this.y += type.line + 1;
  }

  private lane(one: Lane): void {
    const { scene } = this;
    const lives = one.lives;
    const [life] = lives as [Life];
    const x = (when: number) => this.x(when);
    const ends = lives.flatMap(({ end }) => (end === undefined ? [] : [end.when]));
    const gones = lives.flatMap(({ gone }) => (gone === undefined ? [] : [gone.when]));
    const above: Unplaced[] = [];
    namesOf(one, scene).forEach(({ when, name }, i) => {
      const text = i === 0 ? laneName(one, name) : `→ ${name}`;
      above.push({ at: i === 0 ? x(when) : x(when), text, role: 'name' });
    });
    for (const arrow of scene.arrows)
      if (labelledAt(arrow, scene) === one.id)
        above.push({ at: x(arrow.when) + 4, text: arrowName(arrow), role: 'signal' });
    for (const { when, lane: id, to, count } of scene.adoptions) {
      const parent = scene.lanes.find((other) => other.id === to);
      if (id !== one.id || parent === undefined) continue;
      const text = `${count > 1 ? `${count} ` : ''}→ child of ${laneName(parent)}`;
      above.push({ at: x(when) + 4, text, role: 'fact' });
    }
    if (life.subreaper !== undefined) above.push({ at: x(life.subreaper.when), text: 'subreaper', role: 'fact' });

    const [firstEnd, lastGone] = [Math.min(...ends), Math.max(...gones)];
    const told = scene.arrows.some(
      ({ signal, to, fate }) =>
        signal === life.end?.signal && fate !== 'ignored' && to.some((receiver) => receiver.lane === one.id),
    );
    const how = told ? '' : endOf(life);
    const zombieTo = gones.length === lives.length ? x(lastGone) : this.edges[1];
    const stays = lives.some(
      ({ end, gone }) =>
        end !== undefined && gone?.how !== 'missed' && (gone?.when ?? Number.POSITIVE_INFINITY) - end.when > noted,
    );
    const isZombie = stays && life.end?.how !== 'missed' && zombieTo - x(firstEnd) > 24;
    const after: { at: number; text: string } | undefined =
      how === '' || isZombie
        ? undefined
        : { at: Math.max(x(Math.max(...ends)), gones.length > 0 ? x(lastGone) : 0) + 7, text: how };
    const beside = after !== undefined && after.at + widthOf(after.text) <= this.edges[1];
    if (isZombie) above.push({ at: x(firstEnd), text: how === '' ? 'zombie' : `${how}, zombie`, role: 'fact' });
    else if (after !== undefined && !beside) above.push({ at: after.at, text: after.text, role: 'fact' });

    this.y += this.rows(above);
    const y = this.y + lane.line / 2;
    this.lines.set(one.id, y);
    if (after !== undefined && beside) this.text({ x: after.at, y: y - type.line / 2, text: after.text, role: 'fact' });
    this.y += lane.line + lane.gap;
    this.life(lives, y);
    for (const { when } of namesOf(one, scene).slice(1)) this.marks.push({ kind: 'exec', x: x(when), y });
    if (life.subreaper !== undefined) this.marks.push({ kind: 'subreaper', x: x(life.subreaper.when), y });
    const parent = one.parent === undefined ? undefined : this.lines.get(one.parent);
    if (parent !== undefined && life.begin.when >= scene.from)
      this.strokes.push({
        kind: life.begin.how === 'forked' ? 'fork' : 'kin',
        x0: x(life.begin.when),
        y0: parent,
        x1: x(life.begin.when),
        y1: y,
      });
  }

  /** The line of a process, or one for all that are alike: dotted where it may have been, hatched where one is a zombie. */
  private life(lives: readonly Life[], y: number): void {
    const spans: Record<'life' | 'unsure' | 'zombie', Span[]> = { life: [], unsure: [], zombie: [] };
    for (const life of lives) this.spans(life, y, spans);
    const sure = joined([...spans.life, ...spans.zombie]);
    for (const [from, to] of joined(spans.unsure))
      if (!sure.some((span) => span[0] <= from && to <= span[1])) this.across('unsure', from, to, y);
    for (const span of joined(spans.zombie)) this.across('zombie', ...span, y);
    for (const span of joined(spans.life)) this.across(lives.length > 1 ? 'many' : 'life', ...span, y);
  }

  private spans({ id, begin, end, gone }: Life, y: number, spans: Record<'life' | 'unsure' | 'zombie', Span[]>): void {
    const x = (when: number) => this.x(when);
    const open = this.edges[1];
    const from = x(begin.when);
    const early = begin.when < this.scene.from || id === this.scene.lifeline.init;
    if (begin.how !== 'seen' && !early) this.marks.push({ kind: 'fork', x: from, y });
    else if (!early) {
      // It was there before it was seen; at most since the look before.
      const before = begin.notBefore === undefined ? this.edges[0] : x(begin.notBefore);
      spans.unsure.push([Math.max(before, from - margin.lead), from]);
    }
    if (end === undefined) {
      spans.life.push([from, open]);
      return;
    }
    const sure = end.after === undefined ? x(end.when) : Math.max(x(end.after), from);
    spans.life.push([from, sure]);
    spans.unsure.push([sure, x(end.when)]);
    if (end.how === 'missed' && end.status === undefined && end.signal === undefined) return;
    const to = gone === undefined ? open : x(gone.when);
    this.marks.push({ kind: end.signal === undefined ? 'exit' : 'killed', x: x(end.when), y });
    if (end.how === 'missed') return;
    spans[gone?.how === 'missed' ? 'unsure' : 'zombie'].push([x(end.when), to]);
    if (gone !== undefined && gone.how !== 'missed') this.marks.push({ kind: 'gone', x: to, y });
  }

  private senderLine({ from }: Arrow): number {
    if (from.sender === 'lane') return this.lines.get(from.lane) ?? this.outside;
    return from.sender === 'kernel' ? this.kernel : this.outside;
  }

  private arrows(): void {
    for (const arrow of this.scene.arrows) {
      const x = this.x(arrow.when);
      const start = this.senderLine(arrow);
      const kind = arrow.fate === 'dropped' ? 'dropped' : 'signal';
      const reach: Record<'down' | 'up', number> = { down: start, up: start };
      for (const { lane: id } of arrow.to) {
        const line = this.lines.get(id) ?? start;
        const towards = line === start || line > start ? 'down' : 'up';
        const short = arrow.fate === 'dropped' ? 8 : 3;
        const y = towards === 'down' ? line - short : line + short;
        if (line === start) this.strokes.push({ kind, x0: x, y0: line - 11, x1: x, y1: y });
        reach[towards] = towards === 'down' ? Math.max(reach.down, y) : Math.min(reach.up, y);
        this.marks.push({ kind: headOf(arrow), x, y, towards });
      }
      for (const end of [reach.down, reach.up])
        if (end !== start && Math.abs(end - start) > 8) this.strokes.push({ kind, x0: x, y0: start, x1: x, y1: end });
      if (arrow.from.sender === 'lane') this.marks.push({ kind: 'sent', x, y: start });
    }
  }

  private adoptions(): void {
    for (const { when, lane: id, to } of this.scene.adoptions) {
      const [x, y, parent] = [this.x(when), this.lines.get(id) ?? 0, this.lines.get(to) ?? 0];
      this.strokes.push({ kind: 'adoption', x0: x, y0: parent, x1: x, y1: y });
      this.marks.push({ kind: 'adopted', x, y });
    }
  }

  /** What the signs mean: those that there are. */
  private legend(): void {
    let x = 12;
    const signs = legendFor(this.strokes, this.marks);
    this.y += 4;
    for (const { strokes, marks, text } of signs) {
      const width = 13 + widthOf(text);
      if (x > 12 && x + width + 1 > this.width - margin.right) {
        x = 12;
        this.y += type.line + 2;
      }
      const y = this.y + type.line / 2;
      const at = <T extends Stroke>(one: T): T => ({
        ...one,
        x0: one.x0 + x,
        x1: one.x1 + x,
        y0: one.y0 + y,
        y1: one.y1 + y,
      });
      this.strokes.push(...strokes.map(at));
      this.marks.push(...marks.map((one) => ({ ...one, x: one.x + x, y: one.y + y })));
      this.text({ x: x + 13, y: this.y, text, role: 'note' });
      x += width + 24;
    }
    if (signs.length > 0) this.y += type.line + 2;
  }

  private footing(): void {
    this.legend();
    this.y += 2;
    for (const note of notes(this.scene))
      for (const text of wrapped(note, Math.floor((this.width - 4) / widthOf('m')))) {
        this.text({ x: 2, y: this.y, text, role: 'note' });
        this.y += type.line;
      }
  }

  /** Lines that go up and down pass behind the labels: they are left out where one stands. */
  private passBehind(): void {
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

const headOf = ({ fate }: Arrow): Mark['kind'] =>
  fate === 'dropped' ? 'lost' : fate === 'ignored' || fate === 'blocked' ? 'ignored' : 'taken';

/** The lane that says which signal it was: of the receivers, the first. */
function labelledAt({ to }: Arrow, { lanes }: Scene): string | undefined {
  const receivers = to.map((receiver) => receiver.lane);
  return lanes.find(({ id }) => receivers.includes(id))?.id;
}
