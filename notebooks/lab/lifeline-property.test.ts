import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event, Fate, HistoryRecord, Observation } from './history';
import { lifelinePicture } from './lifeline';
import { type Label, type } from './lifeline-labels';
import { layOut, type Picture } from './lifeline-layout';
import { lifelineOf } from './lifeline-reader';
import { sceneOf } from './lifeline-scene';
import { lifelineText } from './lifeline-text';
import type { Process } from './processes';

const widths = [360, 1200];
const signals = ['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGCHLD', 'SIGUSR1', 'SIGCONT'];
const fates: Fate[] = ['delivered', 'ignored', 'dropped', 'blocked'];
const names = ['a.sh', 'sleep', 'httpd', 'a-program-with-a-rather-long-name', '<&"\u0007進程', ''];

/** One step of a made-up history: how long after the one before, in tenths of a millisecond, and what, by small numbers. */
type Step = { pause: number; what: number; who: number; whom: number; how: number };

const steps = (most: number) =>
  fc.array(
    fc.record({
      pause: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
        { weight: 1, arbitrary: fc.integer({ min: 41, max: 700_000 }) },
      ),
      what: fc.nat(99),
      who: fc.nat(1000),
      whom: fc.nat(1000),
      how: fc.nat(1000),
    }),
    { minLength: 1, maxLength: most, size: 'max' },
  );

/** Makes a history of it that could be: who is dead does nothing, a child has a parent, a zombie is waited for once. */
function historyFrom(made: Step[], mode: 'traced' | 'looked at'): HistoryRecord {
  const alive = new Map<number, { ppid: number; name: string; sid: number }>([[1, { ppid: 0, name: 'init', sid: 1 }]]);
  const zombies = new Map<number, number>();
  const observations: Observation[] = [];
  let at = 0;
  let next = 2;
  const note = (fact: Event) => {
    if (mode === 'traced')
      observations.push({ n: observations.length + 1, at: at / 10, witness: 'tracefs', kind: 'event', ...fact });
  };
  const pick = <T>(items: Iterable<T>, which: number): T | undefined => {
    const all = [...items];
    return all[which % all.length];
  };
  for (const { pause, what, who, whom, how } of made) {
    at += pause;
    const [one = 1, other = 1] = [pick(alive.keys(), who), pick(alive.keys(), whom)];
    const self = alive.get(one);
    if (what < 40) {
      const child = next++;
      alive.set(child, { ppid: one, name: self?.name ?? '?', sid: self?.sid ?? 1 });
      note({ event: 'fork', pid: one, child });
    } else if (what < 55) {
      const name = names[how % names.length] ?? '';
      if (self !== undefined) self.name = name;
      note({ event: 'exec', pid: one, path: `/bin/${name}` });
    } else if (what < 60 && self !== undefined) {
      self.sid = one;
      note({ event: 'setsid', pid: one });
    } else if (what < 75) {
      const signal = signals[how % signals.length] ?? 'SIGTERM';
      const from = how % 3 === 0 ? {} : { from: how % 3 === 1 ? one : 0 };
      const fate = fates[who % fates.length] ?? 'delivered';
      note({ event: 'signal', pid: other, signal, code: 'from' in from ? 'SI_USER' : 'SI_KERNEL', fate, ...from });
    } else if (what < 88 && one !== 1) {
      alive.delete(one);
      zombies.set(one, self?.ppid ?? 1);
      note({ event: 'exit', pid: one, ...(how % 2 === 0 ? { status: how % 256 } : { signal: 'SIGTERM' }) });
      for (const [pid, child] of alive)
        if (child.ppid === one) {
          child.ppid = 1;
          note({ event: 'reparent', pid, from: one, to: 1 });
        }
    } else if (what < 95) {
      const dead = pick(zombies.keys(), whom);
      if (dead !== undefined) {
        const parent = zombies.get(dead) ?? 1;
        zombies.delete(dead);
        note({ event: 'reap', pid: alive.has(parent) ? parent : 1, child: dead });
      }
    } else if (what < 98 || mode === 'looked at') {
      const row = (pid: number, ppid: number, comm: string, sid: number, stat: string): Process => ({
        ...{
          user: 'root',
          pid,
          ppid,
          pgid: sid,
          sid,
          tty: sid % 2 === 0 ? 'pts/0' : '?',
          tpgid: -1,
          stat,
          comm,
          args: comm,
        },
      });
      const rows = [
        ...[...alive].map(([pid, { ppid, name, sid }]) => row(pid, ppid, name, sid, 'S')),
        ...[...zombies].map(([pid, ppid]) => row(pid, ppid, 'x <defunct>', 1, 'Z')),
      ];
      observations.push({ n: observations.length + 1, at: at / 10, witness: 'ps', kind: 'processes', rows });
    } else {
      const act = how % 2 === 0 ? `kill -TERM -- ${other}` : `Terminal 1: type ${'make all '.repeat(how % 9)}`;
      observations.push({ n: observations.length + 1, at: at / 10, witness: 'the experiment', kind: 'act', what: act });
    }
  }
  return {
    experiment: 'made up',
    arm: names[made.length % 5] ?? '',
    box: { kind: 'namespaces', init: 1, pid1: 'waits' },
    observations,
  };
}

const histories = (most = 120) =>
  fc
    .tuple(steps(most), fc.constantFrom('traced' as const, 'looked at' as const))
    .map(([made, mode]) => historyFrom(made, mode));

/** A history with so many processes, at most 200, most of them unlike each other. */
const crowd = (count: number): HistoryRecord => {
  const made = Array.from({ length: count }, (_, i): Step[] => [
    { pause: i % 7, what: 0, who: i * 7, whom: 0, how: 0 },
    { pause: 1, what: 45, who: i * 13 + 1, whom: 0, how: i },
    { pause: i % 3, what: 65, who: i * 3, whom: i * 5, how: i },
    { pause: 2, what: i % 4 === 0 ? 80 : 90, who: i * 11 + 1, whom: i, how: i },
  ]);
  return historyFrom(made.flat(), 'traced');
};

const boxOf = ({ x, y, width }: Label) => ({ x0: x, x1: x + width, y0: y, y1: y + type.line });

function overlapping({ labels }: Picture): string | undefined {
  const boxes = labels.map((label) => ({ ...boxOf(label), text: label.text })).sort((a, b) => a.y0 - b.y0);
  for (const [i, one] of boxes.entries())
    for (let j = i + 1; j < boxes.length; j++) {
      const other = boxes[j];
      if (other === undefined || other.y0 >= one.y1 - 0.01) break;
      if (one.x0 < other.x1 - 0.01 && other.x0 < one.x1 - 0.01) return `"${one.text}" and "${other.text}"`;
    }
  return undefined;
}

function outside({ width, height, labels, strokes, marks, bands }: Picture): string | undefined {
  const boxes = [
    ...labels.map((label) => ({ ...boxOf(label), what: label.text })),
    ...strokes.map(({ x0, x1, y0, y1, kind }) => ({
      ...{ x0: Math.min(x0, x1), x1: Math.max(x0, x1), y0: Math.min(y0, y1), y1: Math.max(y0, y1), what: kind },
    })),
    ...marks.map(({ x, y, kind }) => ({ x0: x - 4, x1: x + 4, y0: y - 5, y1: y + 5, what: kind })),
    ...bands.map(({ x, y, width, height, kind }) => ({ x0: x, x1: x + width, y0: y, y1: y + height, what: kind })),
  ];
  const out = boxes.find(
    ({ x0, x1, y0, y1 }) => !(x0 >= -0.01 && x1 <= width + 0.01 && y0 >= 0 && y1 <= height && x0 <= x1 && y0 <= y1),
  );
  return out === undefined ? undefined : JSON.stringify(out);
}

/** An upright line, which passes behind text, must not be where a label is. */
function through({ labels, strokes }: Picture): string | undefined {
  const boxes = labels.map((label) => ({ ...boxOf(label), text: label.text }));
  for (const { x0, x1, y0, y1, kind } of strokes) {
    if (x0 !== x1 || kind === 'axis') continue;
    const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
    const hit = boxes.find((box) => box.x0 < x0 && x0 < box.x1 && box.y0 < bottom - 0.01 && top < box.y1 - 0.01);
    if (hit !== undefined) return `${kind} at ${x0} through "${hit.text}"`;
  }
  return undefined;
}

const pictures = (record: HistoryRecord) => widths.map((width) => layOut(sceneOf(lifelineOf(record)), width));

test('no two labels overlap, at 360 and at 1,200 px, and no upright line runs through one', () => {
  fc.assert(
    fc.property(histories(), (record) => {
      for (const picture of pictures(record)) {
        assert.equal(overlapping(picture), undefined);
        assert.equal(through(picture), undefined);
      }
    }),
  );
});

test('nothing is outside the picture', () => {
  fc.assert(
    fc.property(histories(), (record) => {
      for (const picture of pictures(record)) assert.equal(outside(picture), undefined);
    }),
  );
});

test('every process is in exactly one lane, or folded away', () => {
  fc.assert(
    fc.property(histories(), (record) => {
      const of = lifelineOf(record);
      const { lanes, folded } = sceneOf(of);
      const there = [...lanes.flatMap(({ lives }) => lives), ...folded].map(({ id }) => id);
      assert.deepEqual([...there].sort(), of.lives.map(({ id }) => id).sort());
      assert.equal(new Set(there).size, there.length);
    }),
  );
});

test('simultaneous observations in another order give the same picture and the same text, byte for byte', () => {
  fc.assert(
    fc.property(histories(), fc.infiniteStream(fc.nat()), (record, numbers) => {
      const shuffled = record.observations
        .map((seen) => ({ seen, by: numbers.next().value ?? 0 }))
        .sort((a, b) => a.seen.at - b.seen.at || a.by - b.by)
        .map(({ seen }, i) => ({ ...seen, n: i + 1 }));
      const [one, other] = [lifelineOf(record), lifelineOf({ ...record, observations: shuffled })];
      for (const width of widths) assert.equal(lifelinePicture(other, width), lifelinePicture(one, width));
      assert.equal(lifelineText(sceneOf(other)), lifelineText(sceneOf(one)));
    }),
  );
});

test('the picture is well-formed XML, with a title and a description, and nothing that a content security policy forbids', () => {
  fc.assert(
    fc.property(histories(60), fc.constantFrom('inherit' as const, 'paper' as const), (record, ink) => {
      const svg = lifelinePicture(lifelineOf(record), 360, ink);
      assert.equal(malformed(svg), undefined);
      assert.match(
        svg,
        /^<svg [^>]*role="img" aria-labelledby="(t\w+) (d\w+)"[^>]*>\n<title id="\1">[^<]+<\/title>\n<desc id="\2">[^<]+<\/desc>/,
      );
      assert.doesNotMatch(svg, /<style|<script| style=|href|url\(|NaN|undefined|Infinity/);
    }),
  );
});

test('no line of the text is longer than the terminal is wide', () => {
  fc.assert(
    fc.property(histories(60), fc.constantFrom(60, 80, 120), (record, width) => {
      const wide = lifelineText(sceneOf(lifelineOf(record)), width)
        .split('\n')
        .filter((line) => [...line].length > width);
      assert.deepEqual(wide, []);
    }),
  );
});

for (const count of [1, 50, 200])
  test(`${count} processes stay legible, and take well under a second`, () => {
    const record = crowd(count);
    const began = performance.now();
    for (const picture of pictures(record)) {
      assert.equal(overlapping(picture), undefined);
      assert.equal(outside(picture), undefined);
    }
    const took = performance.now() - began;
    assert.ok(took < 1000, `${took.toFixed(0)} ms for two pictures`);
  });

/** The first thing that keeps a text from being well-formed XML 1.0, of what this project writes: elements, attributes, text. */
function malformed(text: string): string | undefined {
  const open: string[] = [];
  const pattern = /<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    const [whole, closing, name = '', attributes = '', empty, words = ''] = found;
    if (found.index !== end) break;
    end += whole.length;
    if (/&(?!amp;|lt;|gt;|quot;)/.test(words + attributes)) return `a bare ampersand in ${whole}`;
    if (/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/u.test(whole))
      return `a character that XML has not, in ${JSON.stringify(whole)}`;
    const keys = [...attributes.matchAll(/ ([\w:-]+)=/g)].map(([, key]) => key);
    if (new Set(keys).size < keys.length) return `an attribute twice in ${whole}`;
    if (words !== '' || empty === '/') continue;
    if (closing !== '/') open.push(name);
    else if (open.pop() !== name) return `${whole} closes another element`;
  }
  if (end < text.length) return `not XML: ${text.slice(end, end + 60)}`;
  return open.length > 0 ? `${open.join(', ')} not closed` : undefined;
}
