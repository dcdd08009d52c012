import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../notebooks/lab/outlet';
import { Progress } from './progress';

const arm = (name: string, state: 'begins' | 'is over'): Message => ({
  tell: 'arm',
  experiment: 'who dies',
  arm: name,
  state,
});

test('a notebook is shown with its time and its cell, then with the arms under way, then as over', () => {
  const progress = new Progress();
  progress.begin('scripts', 1000);
  progress.hear('scripts', { tell: 'cell', id: 'tools' });
  assert.deepEqual(progress.lines(2500, 80), ['   1.5 s  scripts    tools']);
  progress.hear('scripts', arm('TERM', 'begins'));
  progress.hear('scripts', arm('KILL', 'begins'));
  assert.deepEqual(progress.lines(3000, 80), ['   2.0 s  scripts    who dies: TERM · KILL']);
  progress.hear('scripts', arm('TERM', 'is over'));
  assert.deepEqual(progress.lines(3000, 80), ['   2.0 s  scripts    who dies: KILL']);
  progress.hear('scripts', arm('KILL', 'is over'));
  assert.deepEqual(progress.lines(3000, 80), ['   2.0 s  scripts    tools']);
  progress.end('scripts', 4000);
  assert.deepEqual(progress.lines(99_000, 80), ['   3.0 s  scripts    over']);
});

test('notebooks that run side by side have a line each, none wider than the terminal', () => {
  const progress = new Progress();
  for (const name of ['a', 'b']) progress.begin(name, 0);
  progress.hear('a', arm('x'.repeat(100), 'begins'));
  progress.hear('nobody', arm('x', 'begins'));
  const lines = progress.lines(0, 40);
  assert.deepEqual(
    lines.map((line) => line.length),
    [39, 21],
  );
});
