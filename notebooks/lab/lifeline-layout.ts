import { type Band, Canvas, type Mark, margin, type Stroke } from './lifeline-canvas';
import { type Label, type, widthOf, wrapped } from './lifeline-labels';
import { drawLane, drawRemnant } from './lifeline-lane';
import type { Lane } from './lifeline-lanes';
import { legendFor } from './lifeline-legend';
import type { Life } from './lifeline-model';
import type { Arrow, Scene } from './lifeline-scene';
import { actName, notes, summary } from './lifeline-words';

/** A picture that is all places: what an SVG is written from. */
export interface Picture {
  width: number;
  height: number;
  labels: Label[];
  strokes: Stroke[];
  marks: Mark[];
  bands: Band[];
  scene: Scene;
}

/** The least width, in px, that a picture can be asked for. */
const narrowest = 240;

/**
 * Lays a scene out for a width in px: lanes as high as their labels need, which stand in rows above the line, so that none
 * overlaps another whatever there is to say. Nothing needs a margin of its own: at 360 px it is the same picture, higher.
 */
export function layOut(scene: Scene, width: number): Picture {
  return new Layout(scene, Math.max(width, narrowest)).picture();
}

class Layout extends Canvas {
  private kernel = 0;
  private outside = 0;

  picture(): Picture {
    const { scene, width } = this;
    this.heading();
    if (scene.lanes.length > 0) {
      this.times();
      this.acts();
      this.kernelLine();
      const top = this.y;
      this.lanes();
      this.remnants();
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
      drawLane(this, one);
      for (const band of [session, group]) if (band !== undefined) band.height = this.y - band.y;
    });
    this.y += 4;
  }

  /** Below the processes, as no process has them. */
  private remnants(): void {
    const { remnants } = this.scene.lifeline;
    if (remnants.length === 0) return;
    this.text({ x: this.edges[0], y: this.y, text: 'left of connections', role: 'band' });
    this.y += type.line + 1;
    for (const remnant of remnants) drawRemnant(this, remnant);
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
}

const headOf = ({ fate }: Arrow): Mark['kind'] =>
  fate === 'dropped' ? 'lost' : fate === 'ignored' || fate === 'blocked' ? 'ignored' : 'taken';
