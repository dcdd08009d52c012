import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from './difference';

test('the lines that differ stand between those next to them, and the rest is left out', () => {
  assert.equal(difference('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nD\ne\nf\n'), '…\n  c\n- d\n+ D\n  e\n…');
});

test('a line that only one of the texts has', () => {
  assert.equal(difference('a\nb\nc\n', 'a\nc\n'), '  a\n- b\n  c');
  assert.equal(difference('a\nc\n', 'a\nb\nc\n'), '  a\n+ b\n  c');
  assert.equal(difference('a\n', 'a\nb\n'), '  a\n+ b');
});

test('two differences far from each other have one gap between them', () => {
  assert.equal(difference('1\nx\n2\n3\n4\ny\n', '1\n2\n3\n4\n'), '  1\n- x\n  2\n…\n  4\n- y');
});

test('texts that do not differ', () => {
  assert.equal(difference('a\nb\n', 'a\nb\n'), '…');
});
