import { type Canvas, margin } from './lifeline-canvas';
import { type, type Unplaced, widthOf } from './lifeline-labels';
import type { Lane } from './lifeline-lanes';
import type { Life } from './lifeline-model';
import type { Arrow, Scene } from './lifeline-scene';
import { type Remnant, remnantName } from './lifeline-sockets';
import { arrowName, endOf, laneName, namesOf } from './lifeline-words';

/** px: the room of a lane's line, and below it. */
const lane = { line: type.line, gap: 2 };

/** How long, in ms, a zombie has to be one to be called so. */
const noted = 5;

/** Draws a lane, or rather its labels in rows, and below them its line; `on.y` goes on by its height. */
export function drawLane(on: Canvas, one: Lane): void {
  const { scene } = on;
  const lives = one.lives;
  const [life] = lives as [Life];
  const x = (when: number) => on.x(when);
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
  const zombieTo = gones.length === lives.length ? x(lastGone) : on.edges[1];
  const stays = lives.some(
    ({ end, gone }) =>
      end !== undefined && gone?.how !== 'missed' && (gone?.when ?? Number.POSITIVE_INFINITY) - end.when > noted,
  );
  const isZombie = stays && life.end?.how !== 'missed' && zombieTo - x(firstEnd) > 24;
  const after: { at: number; text: string } | undefined =
    how === '' || isZombie
      ? undefined
      : { at: Math.max(x(Math.max(...ends)), gones.length > 0 ? x(lastGone) : 0) + 7, text: how };
  const beside = after !== undefined && after.at + widthOf(after.text) <= on.edges[1];
  if (isZombie) above.push({ at: x(firstEnd), text: how === '' ? 'zombie' : `${how}, zombie`, role: 'fact' });
  else if (after !== undefined && !beside) above.push({ at: after.at, text: after.text, role: 'fact' });

  on.y += on.rows(above);
  const y = on.y + lane.line / 2;
  on.lines.set(one.id, y);
  if (after !== undefined && beside) on.text({ x: after.at, y: y - type.line / 2, text: after.text, role: 'fact' });
  on.y += lane.line + lane.gap;
  drawLives(on, lives, y);
  for (const { when } of namesOf(one, scene).slice(1)) on.marks.push({ kind: 'exec', x: x(when), y });
  if (life.subreaper !== undefined) on.marks.push({ kind: 'subreaper', x: x(life.subreaper.when), y });
  const parent = one.parent === undefined ? undefined : on.lines.get(one.parent);
  if (parent !== undefined && life.begin.when >= scene.from)
    on.strokes.push({
      kind: life.begin.how === 'forked' ? 'fork' : 'kin',
      x0: x(life.begin.when),
      y0: parent,
      x1: x(life.begin.when),
      y1: y,
    });
}

/** The line of a process, or one for all that are alike: dotted where it may have been, hatched where one is a zombie. */
function drawLives(on: Canvas, lives: readonly Life[], y: number): void {
  const spans: Record<'life' | 'unsure' | 'zombie', Span[]> = { life: [], unsure: [], zombie: [] };
  for (const life of lives) spansOf(on, life, y, spans);
  const sure = joined([...spans.life, ...spans.zombie]);
  for (const [from, to] of joined(spans.unsure))
    if (!sure.some((span) => span[0] <= from && to <= span[1])) on.across('unsure', from, to, y);
  for (const span of joined(spans.zombie)) on.across('zombie', ...span, y);
  for (const span of joined(spans.life)) on.across(lives.length > 1 ? 'many' : 'life', ...span, y);
}

function spansOf(
  on: Canvas,
  { id, begin, end, gone }: Life,
  y: number,
  spans: Record<'life' | 'unsure' | 'zombie', Span[]>,
): void {
  const x = (when: number) => on.x(when);
  const open = on.edges[1];
  const from = x(begin.when);
  const early = begin.when < on.scene.from || id === on.scene.lifeline.init;
  if (begin.how !== 'seen' && !early) on.marks.push({ kind: 'fork', x: from, y });
  else if (!early) {
    // It was there before it was seen; at most since the look before.
    const before = begin.notBefore === undefined ? on.edges[0] : x(begin.notBefore);
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
  on.marks.push({ kind: end.signal === undefined ? 'exit' : 'killed', x: x(end.when), y });
  if (end.how === 'missed') return;
  spans[gone?.how === 'missed' ? 'unsure' : 'zombie'].push([x(end.when), to]);
  if (gone !== undefined && gone.how !== 'missed') on.marks.push({ kind: 'gone', x: to, y });
}

/** The lane that says which signal it was: of the receivers, the first. */
function labelledAt({ to }: Arrow, { lanes }: Scene): string | undefined {
  const receivers = to.map((receiver) => receiver.lane);
  return lanes.find(({ id }) => receivers.includes(id))?.id;
}

/** A socket that is left of a connection: dashed where it was seen, dotted where it may have been. */
export function drawRemnant(on: Canvas, remnant: Remnant): void {
  const { seen, gone } = remnant;
  const [first, last] = [on.x(seen.first), on.x(seen.last)];
  on.y += on.rows([{ at: first, text: remnantName(remnant), role: 'name' }]);
  const y = on.y + lane.line / 2;
  const before = seen.notBefore === undefined ? on.edges[0] : on.x(seen.notBefore);
  on.across('unsure', Math.max(before, first - margin.lead), first, y);
  on.across('socket', first, last, y);
  if (gone !== undefined) on.across('unsure', last, on.x(gone), y);
  on.y += lane.line + lane.gap;
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
