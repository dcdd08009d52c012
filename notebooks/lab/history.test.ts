import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProcess, endOf, eventOf, fileOf, historyOf, screenOf, tableOf } from './fixtures/histories';
import { type Fact, History, Recorder } from './history';

const act = (what: string) => ({ kind: 'act', what }) as const;

test('observations are numbered from 1 in order of time, not of noting', () => {
  const recorder = new Recorder();
  recorder.note('one', act('second'), undefined, 20);
  recorder.note('two', act('first'), undefined, 10);
  assert.deepEqual(recorder.finish(), [
    { n: 1, at: 10, witness: 'two', kind: 'act', what: 'first' },
    { n: 2, at: 20, witness: 'one', kind: 'act', what: 'second' },
  ]);
});

test('observations of the same time keep the order in which they were noted', () => {
  const recorder = new Recorder();
  for (const what of ['a', 'b', 'c']) recorder.note('one', act(what), undefined, 5);
  assert.deepEqual(
    recorder.finish().map((seen) => seen.kind === 'act' && seen.what),
    ['a', 'b', 'c'],
  );
});

test('times are milliseconds since the arm began, to a tenth', () => {
  const recorder = new Recorder();
  recorder.note('one', act('given'), undefined, 1.26);
  const before = recorder.now();
  recorder.note('one', act('now'));
  const after = recorder.now();
  const [given, now] = [...recorder.finish()].sort((a) => (a.kind === 'act' && a.what === 'given' ? -1 : 1));
  assert.equal(given?.at, 1.3);
  assert.ok(
    now !== undefined && now.at >= before - 0.05 && now.at <= after + 0.05,
    `${before} ≤ ${now?.at} ≤ ${after}`,
  );
});

test('a time that another program gave by the clock is told on the same scale', () => {
  const recorder = new Recorder();
  const [early, late] = [recorder.now(), recorder.since((performance.timeOrigin + performance.now()) / 1000)];
  assert.ok(Math.abs(late - early) < 1000, `${early} and ${late}`);
  assert.ok(Math.abs(recorder.since(2) - recorder.since(1) - 1000) < 0.001);
});

test('a moment stands with its observation, and is absent where none was named', () => {
  const recorder = new Recorder();
  recorder.note('ps', { kind: 'processes', rows: [] }, 'before', 1);
  recorder.note('ps', { kind: 'processes', rows: [] }, undefined, 2);
  const [named, unnamed] = recorder.finish();
  assert.equal(named?.moment, 'before');
  assert.ok(unnamed !== undefined && !('moment' in unnamed));
});

test('finishing twice gives the same, and what comes later is in the later one', () => {
  const recorder = new Recorder();
  recorder.note('one', act('a'), undefined, 1);
  const first = recorder.finish();
  assert.deepEqual(recorder.finish(), first);
  recorder.note('one', act('b'), undefined, 2);
  assert.equal(first.length, 1);
  assert.equal(recorder.finish().length, 2);
});

test('the last table of a moment is the one that is meant', () => {
  const history = historyOf('an arm', [
    tableOf('before', aProcess({ pid: 2 })),
    tableOf('before', aProcess({ pid: 3 })),
    tableOf('after', aProcess({ pid: 4 })),
  ]);
  const { table, seen } = history.table('before');
  assert.deepEqual([table.rows[0]?.pid, seen.n], [3, 2]);
});

test('the last that was seen of a screen and of a file is what counts', () => {
  const history = historyOf('an arm', [
    screenOf('Terminal 1', '$'),
    screenOf('Terminal 2', 'another'),
    screenOf('Terminal 1', '$ ls'),
    fileOf('abcdef', 'absent'),
    fileOf('abcdef', 'there'),
    fileOf('other', 'absent'),
  ]);
  assert.deepEqual([history.screen('Terminal 1').text, history.screen('Terminal 1').seen.n], ['$ ls', 3]);
  assert.deepEqual([history.file('abcdef').state, history.file('abcdef').seen.n], ['there', 5]);
});

test('what nobody looked at is not made up: a table, a screen, a file', () => {
  const history = historyOf('an arm', [tableOf('after'), screenOf('Terminal 2', ''), fileOf('other', 'there')]);
  assert.throws(() => history.table('before'), { message: 'no process table was taken "before"' });
  assert.throws(() => history.screen('Terminal 1'), { message: 'nobody looked at the screen of Terminal 1' });
  assert.throws(() => history.file('abcdef'), { message: 'nobody looked for abcdef' });
  assert.equal(history.at('processes', 'before'), undefined);
});

test('events of one sort are given in order, without the others', () => {
  const history = historyOf('an arm', [
    eventOf({ event: 'fork', pid: 2, child: 3 }),
    eventOf({ event: 'exit', pid: 3, status: 0 }),
    endOf(3, 'gone'),
    eventOf({ event: 'fork', pid: 2, child: 4 }),
  ]);
  assert.deepEqual(
    history.events('fork').map(({ n, child }) => [n, child]),
    [
      [1, 3],
      [4, 4],
    ],
  );
  assert.deepEqual(history.events('kill'), []);
  assert.deepEqual(
    history.of('process').map(({ state }) => state),
    ['gone'],
  );
});

test('the kernel has told all or nothing: not where another told, and not with a gap', () => {
  const fork: Fact = { kind: 'event', event: 'fork', pid: 2, child: 3 };
  const toldBy = (witness: string, ...more: Fact[]) => {
    const observations = [fork, ...more].map((fact, i) => ({ n: i + 1, at: i, witness, ...fact }));
    return new History({ experiment: 'e', arm: 'a', box: null, observations }, 'refused');
  };
  assert.deepEqual(
    toldBy('tracefs')
      .kernelEvents('fork')
      ?.map(({ n }) => n),
    [1],
  );
  assert.deepEqual(toldBy('tracefs').kernelEvents('tcp'), []);
  assert.equal(toldBy('strace').kernelEvents('fork'), undefined);
  assert.equal(toldBy('tracefs', { kind: 'gap', because: '5 events are lost' }).kernelEvents('fork'), undefined);
});

test('a gap among the connections leaves the other events whole', () => {
  const facts: Fact[] = [
    { kind: 'event', event: 'fork', pid: 2, child: 3 },
    { kind: 'gap', because: 'a connection is unclear', of: 'tcp' },
  ];
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'tracefs', ...fact }));
  const history = new History({ experiment: 'e', arm: 'a', box: null, observations }, 'refused');
  assert.equal(history.events('fork').length, 1);
  assert.equal(history.kernelEvents('fork')?.length, 1);
  assert.equal(history.kernelEvents('tcp'), undefined);
  assert.deepEqual(history.eventsToo('tcp'), []);
  assert.throws(() => history.events('tcp'), { message: 'a connection is unclear' });
});

test('init is who the sandbox says it is, and 1 where there was no sandbox', () => {
  assert.equal(historyOf('an arm', [], { kind: 'host', init: 4711 }).init, 4711);
  assert.equal(new History({ experiment: 'e', arm: 'a', box: null, observations: [] }).init, 1);
});
