import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chord } from './chord';

test('what is typed goes on as it is, control characters and all', () => {
  assert.deepEqual(new Chord().read('ls é\r\x03\x1b[A'), [{ do: 'type', text: 'ls é\r\x03\x1b[A' }]);
});

test('Ctrl-] and a digit shows a terminal, Ctrl-] and q leaves', () => {
  assert.deepEqual(new Chord().read('a\x1d2b\x1dq'), [
    { do: 'type', text: 'a' },
    { do: 'show', number: 2 },
    { do: 'type', text: 'b' },
    { do: 'leave' },
  ]);
});

test('the two keys of a chord may come one by one', () => {
  const chord = new Chord();
  assert.deepEqual(chord.read('\x1d'), []);
  assert.deepEqual(chord.read('1'), [{ do: 'show', number: 1 }]);
  assert.deepEqual(chord.read('1'), [{ do: 'type', text: '1' }]);
});

test('Ctrl-] twice types one', () => {
  assert.deepEqual(new Chord().read('\x1d\x1dq'), [{ do: 'type', text: '\x1dq' }]);
});

test('Ctrl-] and any other key asks for help, and types nothing', () => {
  assert.deepEqual(new Chord().read('\x1dx\x1d0'), [{ do: 'help' }, { do: 'help' }]);
});
