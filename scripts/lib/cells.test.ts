import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { CELL_BEGINS } from './cell-begins';
import { inNotebook, writeCells } from './cells';
import { readNotebook } from './notebook';
import { notebookOf } from './sample-project';

const name = `cells-${process.pid}`;
const text = notebookOf({ one: 'show(1);\nshow(11);', two: 'show(2);' });
const notebook = readNotebook(text, `notebooks/${name}.md`);

/** The lines of the module, and of the .md, that have something to show. */
const shows = (lines: string) => lines.split('\n').flatMap((line, at) => (line.includes('show(') ? [at + 1] : []));

test('line N of the module is line N of the .md, with and without the marks of where cells begin', (t) => {
  for (const purpose of ['to run', 'to check'] as const) {
    const path = writeCells(name, notebook, purpose);
    t.after(() => rmSync(path));
    const module = readFileSync(path, 'utf8');
    assert.deepEqual(shows(module), shows(text));
    const marks = [...module.matchAll(new RegExp(`${CELL_BEGINS}\\('(\\w+)'\\); show`, 'g'))].map(([, id]) => id);
    assert.deepEqual(marks, purpose === 'to run' ? ['one', 'two'] : []);
  }
});

test('places in the module are given as places in the .md, other places as they are', (t) => {
  const path = writeCells(name, notebook, 'to run');
  t.after(() => rmSync(path));
  const stack = (place: string) =>
    `Error: no\n    at ${place}:8:3\n    at f (file://${place}:9:1)\n    at /x/lab.ts:1:1`;
  assert.equal(
    inNotebook(stack(path), name),
    `Error: no\n    at notebooks/${name}.md:8:3\n    at f (notebooks/${name}.md:9:1)\n    at /x/lab.ts:1:1`,
  );
  assert.equal(inNotebook(`${dirname(path)}/other.mts:1`, name), `${dirname(path)}/other.mts:1`);
});
