import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../history';
import { withAdoptions } from './kinship';

/** Who went to whom, of these events, under init 1. */
const adoptions = (...events: Event[]) =>
  withAdoptions(
    events.map((event, at) => ({ at, ...event })),
    1,
  ).flatMap((event) => (event.event === 'reparent' ? [`${event.pid} from ${event.from} to ${event.to}`] : []));

const fork = (pid: number, child: number): Event => ({ event: 'fork', pid, child });
const exit = (pid: number): Event => ({ event: 'exit', pid, status: 0 });
const subreaper = (pid: number): Event => ({ event: 'subreaper', pid });

test('the children of who ends go to init, zombies too', () => {
  assert.deepEqual(adoptions(fork(1, 2), fork(2, 3), fork(2, 4), exit(4), exit(2)), ['3 from 2 to 1', '4 from 2 to 1']);
});

test('a child that was waited for goes to nobody', () => {
  assert.deepEqual(adoptions(fork(2, 3), exit(3), { event: 'reap', pid: 2, child: 3 }, exit(2)), []);
});

test('the nearest living subreaper among the ancestors comes before init', () => {
  const tree = [fork(1, 2), subreaper(2), fork(2, 3), subreaper(3), fork(3, 4), fork(4, 5)];
  assert.deepEqual(adoptions(...tree, exit(4)), ['5 from 4 to 3']);
  assert.deepEqual(adoptions(...tree, exit(3), exit(4)), ['4 from 3 to 2', '5 from 4 to 2']);
});

test('an adoption stands right after the end that caused it', () => {
  const events = withAdoptions(
    [fork(1, 2), fork(2, 3), exit(2), exit(3)].map((event, at) => ({ at, ...event })),
    1,
  );
  assert.deepEqual(
    events.map(({ at, event }) => [at, event]),
    [
      [0, 'fork'],
      [1, 'fork'],
      [2, 'exit'],
      [2, 'reparent'],
      [3, 'exit'],
    ],
  );
});

test('a PID that comes round again has no children from before', () => {
  assert.deepEqual(adoptions(fork(1, 2), subreaper(2), fork(2, 3), exit(2), fork(1, 2), exit(2)), ['3 from 2 to 1']);
});

/** For whom each SIGCHLD was, of these events. */
const mourned = (...events: Event[]) =>
  withAdoptions(
    events.map((event, at) => ({ at, ...event })),
    1,
  ).flatMap((event) => (event.event === 'signal' ? [event.child] : []));
const mourns = (child: number): Event => ({ event: 'signal', pid: 1, signal: 'SIGCHLD', code: 'CLD_EXITED', child });

test('who ends tells the adopter of each zombie it leaves, in the order of the list, and then of itself', () => {
  const family = [fork(1, 2), fork(2, 3), fork(2, 4), fork(2, 5), exit(5), exit(3)];
  assert.deepEqual(mourned(...family, exit(2), mourns(2), mourns(2), mourns(2)), [3, 5, 2]);
  assert.deepEqual(mourned(...family, exit(2), mourns(2), mourns(2)), [0, 0], 'one of them was not told of');
  assert.deepEqual(mourned(fork(1, 2), fork(2, 3), exit(2), mourns(2)), [2], 'no zombie was left');
});

test('zombies that were adopted come after those of their own', () => {
  const family = [
    fork(1, 2),
    subreaper(2),
    fork(2, 3),
    fork(3, 4),
    fork(2, 5),
    exit(4),
    exit(5),
    exit(3),
    mourns(3),
    mourns(3),
  ];
  assert.deepEqual(mourned(...family, exit(2), ...[1, 2, 3, 4].map(() => mourns(2))), [4, 3, 3, 5, 4, 2]);
});

test('of a process that is not known nothing is inferred', () => {
  assert.deepEqual(adoptions(fork(0, 3), fork(1, 0), exit(0)), []);
});
