import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadOf, spreadText } from './spread';

test('the median is the middle one, or lies between the middle two', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3, rounds: 3 });
  assert.equal(spreadOf([4, 1, 3, 2]).median, 2.5);
  assert.equal(spreadOf([7]).median, 7);
});

test('nothing measured is an error, not a number', () => {
  assert.throws(() => spreadOf([]), /nothing was measured/);
});

test('a spread says its ends and its rounds', () => {
  assert.equal(spreadText(spreadOf([1, 1.5, 4])), '1.50 (1.00 to 4.00 in 3 rounds)');
});
