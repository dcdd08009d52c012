import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference, twin } from './difference';

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

test('a twin is its own head comment, and where its code differs from that of the other', () => {
  const [first, second] = [
    '/*\n * one: closes it.\n */\na\nclose\nb\n',
    '/*\n * two: forgets to. On purpose.\n */\na\nb\n',
  ];
  assert.equal(twin(first, second), '/*\n * two: forgets to. On purpose.\n */\n  a\n- close\n  b');
});

test('a twin without a head comment is the difference alone', () => {
  assert.equal(twin('a\nb\n', 'a\n'), '  a\n- b');
});
