import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTransit, parseStance, restless, type Stance } from './rest';

const at = (state: string, switches: number): Stance => ({ state, switches });
const look = (...stances: [number, Stance][]) => new Map(stances);

test('a stance is the state, and every time that the process left a processor', () => {
  const status = 'Name:\tchat\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n';
  assert.deepEqual(parseStance(status), at('S', 15));
  assert.deepEqual(parseStance(undefined), at('gone', 0));
});

test('at rest is who sleeps and has not run between two looks, and who is gone', () => {
  assert.equal(
    restless(look([5, at('S', 7)], [6, at('gone', 0)]), look([5, at('S', 7)], [6, at('gone', 0)])),
    undefined,
  );
  assert.equal(restless(look([5, at('Z', 7)]), look([5, at('Z', 7)])), undefined);
});

test('not at rest is who runs, who ran, and who was looked at once', () => {
  assert.match(restless(look([5, at('R', 7)]), look([5, at('R', 7)])) ?? '', /5 is in state R/);
  assert.match(restless(look([5, at('S', 7)]), look([5, at('S', 8)])) ?? '', /5 has run/);
  assert.match(restless(look([5, at('S', 7)]), look([5, at('gone', 0)])) ?? '', /5 has run/);
  assert.match(restless(look(), look([5, at('S', 7)])) ?? '', /looked at once/);
});

const socket = (state: string, sendQ = 0) => ({
  state,
  recvQ: 0,
  sendQ,
  local: '127.0.0.1:8080',
  peer: '127.0.0.1:49153',
});

test('a FIN that is not acknowledged and bytes that are not are in transit; a socket that waits for nothing is not', () => {
  const quiet = ['LISTEN', 'ESTAB', 'FIN-WAIT-2', 'CLOSE-WAIT', 'TIME-WAIT'].map((state) => socket(state));
  assert.deepEqual(inTransit(quiet), []);
  assert.deepEqual(inTransit([socket('FIN-WAIT-1')]), ['a socket in FIN-WAIT-1']);
  assert.deepEqual(inTransit([socket('ESTAB', 5)]), ['a socket with 5 bytes not acknowledged']);
});
