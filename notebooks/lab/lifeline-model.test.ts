import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProcess, endOf, eventOf, historyOf, tableOf } from './fixtures/histories';
import type { Fact } from './history';
import { lanesOf } from './lifeline-lanes';
import { type Life, type Lifeline, processesAt } from './lifeline-model';
import { inOrder, recorded } from './lifeline-order';
import { lifelineOf } from './lifeline-reader';
import { sceneOf } from './lifeline-scene';

/** One observation a millisecond, from 0 on. */
const read = (...facts: (Fact & { moment?: string })[]): Lifeline => {
  const { record } = historyOf('by hand', facts);
  const observations = record.observations.map((seen) =>
    seen.kind === 'processes' ? { ...seen, witness: 'ps' } : seen,
  );
  return lifelineOf({ ...record, observations });
};

function life(of: Lifeline, pid: number): Life {
  const found = of.lives.find((one) => one.pid === pid);
  assert.ok(found, `no process ${pid}`);
  return found;
}

const at = (changes: { when: number }[]) => changes.map(({ when }) => recorded(when));

test('a traced process is known from its fork to its exit to its reaping, and is a zombie between the two', () => {
  const of = read(
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exec', pid: 2, path: '/bin/a.sh' }),
    eventOf({ event: 'exit', pid: 2, status: 3 }),
    eventOf({ event: 'reap', pid: 1, child: 2 }),
  );
  const { begin, end, gone, names } = life(of, 2);
  assert.deepEqual(
    [begin, end, gone],
    [
      { when: 0, how: 'forked' },
      { when: 2, how: 'exited', status: 3 },
      { when: 3, how: 'reaped', by: '1' },
    ],
  );
  assert.deepEqual(
    names.map(({ name }) => name),
    ['init', 'a.sh'],
  );
  const states = (when: number) => processesAt(of, when).map(({ pid, state }) => `${pid} ${state}`);
  assert.deepEqual([1, 2.5, 3].map(states), [['1 alive', '2 alive'], ['1 alive', '2 zombie'], ['1 alive']]);
});

test('a child has the name, the session and the group of its parent until it changes them', () => {
  const of = read(
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'setsid', pid: 2 }),
    eventOf({ event: 'exec', pid: 2, path: 'sh' }),
    eventOf({ event: 'fork', pid: 2, child: 3 }),
    eventOf({ event: 'setpgid', pid: 2, of: 3, pgid: 3 }),
    eventOf({ event: 'exec', pid: 3, path: './b.sh' }),
  );
  const rows = (when: number) =>
    processesAt(of, when).map(({ pid, ppid, sid, pgid, name }) => [pid, ppid, sid, pgid, name]);
  assert.deepEqual(rows(3)[2], [3, 2, 2, 2, 'sh']);
  assert.deepEqual(rows(5)[2], [3, 2, 2, 3, 'b.sh']);
});

test('who was only looked at was seen, not forked, and is gone, not ended', () => {
  const [sh, cat] = [aProcess({ pid: 2 }), aProcess({ pid: 3, ppid: 2, comm: 'cat' })];
  const of = read(tableOf('first', sh), tableOf('then', sh, cat), tableOf('last', sh));
  assert.deepEqual(life(of, 3).begin, { when: 1, how: 'seen', notBefore: 0 });
  assert.deepEqual(life(of, 3).end, { when: 2, how: 'missed', after: 1 });
  assert.deepEqual(life(of, 3).gone, { when: 2, how: 'missed' });
  assert.equal(life(of, 2).end, undefined);
});

test('a zombie that was looked at ended at some time since it was last seen running', () => {
  const of = read(
    tableOf('first', aProcess({ pid: 2 })),
    tableOf('then', aProcess({ pid: 2, stat: 'Z', comm: 'sh <defunct>' })),
    endOf(2, 'gone'),
  );
  assert.deepEqual(life(of, 2).end, { when: 1, how: 'seen', after: 0 });
  assert.deepEqual(life(of, 2).gone, { when: 2, how: 'seen' });
  assert.deepEqual(
    life(of, 2).names.map(({ name }) => name),
    ['sh'],
  );
});

test('a table that lacks a traced process does not end it: the table is older than its time', () => {
  const of = read(eventOf({ event: 'fork', pid: 1, child: 2 }), tableOf('old', aProcess({ pid: 1, ppid: 0 })));
  assert.equal(life(of, 2).end, undefined);
});

test('a PID that comes round again is another process', () => {
  const of = read(
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exit', pid: 2, status: 0 }),
    eventOf({ event: 'reap', pid: 1, child: 2 }),
    eventOf({ event: 'fork', pid: 1, child: 2 }),
  );
  assert.deepEqual(
    of.lives.map(({ id }) => id),
    ['1', '2', "2'"],
  );
  assert.equal(life(of, 2).gone?.how, 'reaped');
});

test('what the experiment starts is there from then on, and a sandbox that closes does not end it', () => {
  const end = (status: number): Fact => ({ kind: 'end', program: 'server', pid: 5, status });
  const start: Fact = { kind: 'act', what: 'start server: ./serve 8080' };
  const table = tableOf('now', aProcess({ pid: 5, comm: 'serve', args: './serve 8080' }));
  assert.deepEqual(life(read(start, table, end(2)), 5).begin, { when: 0, how: 'started' });
  assert.deepEqual(life(read(start, end(2)), 5).end, { when: 1, how: 'told', status: 2 });
  assert.equal(life(read(start, table, end(125)), 5).end, undefined);
});

test('a signal comes from a process, from the kernel, or from outside the sandbox', () => {
  const told = { event: 'signal', pid: 2, signal: 'SIGHUP', fate: 'delivered' } as const;
  const of = read(
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ ...told, code: 'SI_USER', from: 1 }),
    eventOf({ ...told, code: 'SI_KERNEL' }),
    eventOf({ ...told, code: 'SI_USER', from: 0 }),
  );
  assert.deepEqual(
    of.signals.map(({ from }) => from),
    [{ sender: 'process', life: '1' }, { sender: 'kernel' }, { sender: 'outside' }],
  );
});

test('a signal that was sent and of which nobody told is one all the same, to everybody in the group; in vain it is none', () => {
  const fork = (child: number) => eventOf({ event: 'fork', pid: 1, child });
  const kill = { event: 'kill', by: 2, to: -2, signal: 'SIGKILL' } as const;
  const group = [fork(2), eventOf({ event: 'setsid', pid: 2 }), eventOf({ event: 'fork', pid: 2, child: 3 })];
  const sent = read(...group, eventOf({ ...kill, result: 'ok' }));
  assert.deepEqual(
    sent.signals.map(({ to, fate }) => [to, fate]),
    [
      ['2', undefined],
      ['3', undefined],
    ],
  );
  assert.deepEqual(read(...group, eventOf({ ...kill, result: 'failed' })).signals, []);
});

test('a signal by the experiment is told once, whether a tracer saw it or not', () => {
  const table = tableOf('before', aProcess({ pid: 2 }));
  const act: Fact = { kind: 'act', what: 'kill -TERM -- 2' };
  const traced = eventOf({ event: 'signal', pid: 2, signal: 'SIGTERM', code: 'SI_USER', from: 0, fate: 'delivered' });
  assert.deepEqual(at(read(table, act).signals), [1]);
  assert.deepEqual(at(read(table, act, traced).signals), [2]);
});

test('simultaneous observations are put in an order in which causes come first, however they were noted', () => {
  const facts = [
    eventOf({ event: 'reap', pid: 1, child: 2 }),
    eventOf({ event: 'signal', pid: 1, signal: 'SIGCHLD', code: 'CLD_KILLED', child: 2, fate: 'blocked' }),
    eventOf({ event: 'exit', pid: 2, signal: 'SIGTERM' }),
    eventOf({ event: 'signal', pid: 2, signal: 'SIGTERM', code: 'SI_USER', from: 3, fate: 'delivered' }),
    eventOf({ event: 'kill', by: 3, to: 2, signal: 'SIGTERM', result: 'ok' }),
    eventOf({ event: 'exec', pid: 3, path: 'kill' }),
    eventOf({ event: 'fork', pid: 1, child: 3 }),
  ];
  const { record } = historyOf('all at once', facts);
  const order = (observations: typeof record.observations) =>
    inOrder(observations.map((seen) => ({ ...seen, at: 0 }))).map((seen) => ('event' in seen ? seen.event : seen.kind));
  const expected = ['fork', 'kill', 'signal', 'exec', 'exit', 'signal', 'reap'];
  const got = order(record.observations);
  assert.deepEqual([...got].sort(), [...expected].sort());
  assert.deepEqual(order([...record.observations].reverse()), got);
  const place = (what: string) => got.indexOf(what as (typeof got)[number]);
  assert.ok(place('fork') < place('kill') && place('kill') < place('signal') && place('signal') < place('exit'));
  assert.ok(place('exit') < got.lastIndexOf('signal') && got.lastIndexOf('signal') < place('reap'));
});

/** A parent with so many children, of which each gets SIGTERM, but for the last, which gets SIGKILL. */
function family(children: number): Lifeline {
  const pids = Array.from({ length: children }, (_, i) => i + 3);
  const signal = (pid: number) => (pid === children + 2 ? 'SIGKILL' : 'SIGTERM');
  return read(
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exec', pid: 2, path: 'httpd' }),
    ...pids.map((child) => eventOf({ event: 'fork', pid: 2, child })),
    ...pids.map((pid) =>
      eventOf({ event: 'signal', pid, signal: signal(pid), code: 'SI_USER', from: 2, fate: 'delivered' }),
    ),
    ...pids.map((pid) => eventOf({ event: 'exit', pid, signal: signal(pid) })),
    ...pids.map((child) => eventOf({ event: 'reap', pid: 2, child })),
  );
}

test('children that are alike share a lane; one that ends by another signal has its own', () => {
  const of = family(9);
  const lanes = lanesOf(of, of.lives, of.signals);
  assert.deepEqual(
    lanes.map(({ lives }) => lives.map(({ pid }) => pid)),
    [[1], [2], [3, 4, 5, 6, 7, 8, 9, 10], [11]],
  );
});

test('families that are alike are put together, generation by generation', () => {
  const jobs = [3, 5, 7].flatMap((pid) => [
    eventOf({ event: 'fork', pid: 2, child: pid }),
    eventOf({ event: 'exec', pid, path: 'sh' }),
    eventOf({ event: 'fork', pid, child: pid + 1 }),
    eventOf({ event: 'exec', pid: pid + 1, path: pid === 7 ? 'as' : 'cc' }),
  ]);
  const of = read(eventOf({ event: 'fork', pid: 1, child: 2 }), ...jobs);
  const lanes = lanesOf(of, of.lives, of.signals);
  assert.deepEqual(
    lanes.map(({ lives, depth }) => [depth, lives.map(({ pid }) => pid)]),
    [
      [0, [1]],
      [1, [2]],
      [2, [3, 5]],
      [3, [4, 6]],
      [2, [7]],
      [3, [8]],
    ],
  );
});

test('many signals of one kind at one time are one arrow, with the count', () => {
  const { arrows } = sceneOf(family(9));
  assert.deepEqual(
    arrows.map(({ signal, to }) => [signal, to]).filter(([signal]) => signal === 'SIGKILL'),
    [['SIGKILL', [{ lane: '11', count: 1 }]]],
  );
  const counts = arrows.filter(({ signal }) => signal === 'SIGTERM').flatMap(({ to }) => to.map(({ count }) => count));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    8,
  );
  assert.ok(counts.length <= 4, `${counts.length} arrows`);
});

test('SIGCHLD is drawn where one is dropped, and not where all is well', () => {
  const told = (fate: 'delivered' | 'dropped') =>
    eventOf({ event: 'signal', pid: 2, signal: 'SIGCHLD', code: 'CLD_EXITED', child: 3, fate });
  const begun = [eventOf({ event: 'fork', pid: 1, child: 2 }), eventOf({ event: 'fork', pid: 2, child: 3 })];
  assert.deepEqual(sceneOf(read(...begun, told('delivered'))).arrows, []);
  assert.deepEqual(
    sceneOf(read(...begun, told('delivered'), told('dropped'))).arrows.map(({ fate }) => fate),
    ['delivered', 'dropped'],
  );
});

test('an orphan steps to its new parent; who ends at that moment anyway does not', () => {
  const begun = [
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'fork', pid: 2, child: 3 }),
    eventOf({ event: 'exit', pid: 2, status: 0 }),
    eventOf({ event: 'reparent', pid: 3, from: 2, to: 1 }),
  ];
  assert.deepEqual(
    sceneOf(read(...begun)).adoptions.map(({ lane, to }) => [lane, to]),
    [['3', '1']],
  );
  assert.deepEqual(sceneOf(read(...begun, eventOf({ event: 'exit', pid: 3, status: 0 }))).adoptions, []);
});

test('what holds the sandbox together is not drawn, unless something happens to it', () => {
  const begun = [
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exec', pid: 2, path: 'terminal' }),
    eventOf({ event: 'fork', pid: 2, child: 3 }),
    eventOf({ event: 'exec', pid: 3, path: 'bash' }),
    eventOf({ event: 'fork', pid: 3, child: 4 }),
  ];
  const pids = (of: Lifeline) => sceneOf(of).lanes.flatMap(({ lives }) => lives.map(({ pid }) => pid));
  assert.deepEqual(pids(read(...begun)), [3, 4]);
  assert.deepEqual(pids(read(...begun, eventOf({ event: 'exit', pid: 2, status: 0 }))), [2, 3, 4]);
});

test('a history without processes has no lanes, and says why', () => {
  const of = read({ kind: 'missing', because: 'needs apache2 (apt-get install apache2)' });
  assert.equal(of.obstacle, 'needs apache2 (apt-get install apache2)');
  assert.deepEqual(sceneOf(of).lanes, []);
});

test('what the experiment ran to look is not drawn; what it left running is', () => {
  const command = (line: string): Fact => ({ kind: 'command', command: line, stdout: '', stderr: '', status: 0 });
  const ran = (pid: number, ...paths: string[]) => [
    eventOf({ event: 'fork', pid: 1, child: pid }),
    eventOf({ event: 'setsid', pid }),
    ...['/bin/bash', ...paths].map((path) => eventOf({ event: 'exec', pid, path })),
  ];
  const over = (pid: number) => [
    eventOf({ event: 'exit', pid, status: 0 }),
    eventOf({ event: 'reap', pid: 1, child: pid }),
  ];
  const of = read(
    ...[{ kind: 'act', what: 'start server: ./serve' } as const, ...ran(2, './serve')],
    ...[command('ss -tln'), ...ran(3, '/usr/bin/ss'), ...over(3)],
    ...[command('daemon'), ...ran(4, 'daemon'), eventOf({ event: 'fork', pid: 4, child: 5 }), ...over(4)],
    ...[command('kill -TERM 2'), ...ran(6)],
    eventOf({ event: 'signal', pid: 2, signal: 'SIGTERM', code: 'SI_USER', from: 6, fate: 'delivered' }),
    ...over(6),
  );
  const { lanes, folded, arrows } = sceneOf(of);
  assert.deepEqual(
    lanes.map(({ id }) => id),
    ['2', '4', '5'],
  );
  assert.deepEqual(
    folded.map(({ id }) => id),
    ['1', '3', '6'],
  );
  assert.deepEqual(
    arrows.map(({ from, to }) => [from.sender, to[0]?.lane]),
    [['outside', '2']],
  );
});
