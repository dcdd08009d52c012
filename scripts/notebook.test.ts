import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type IpynbCell, serializeIpynb, toIpynb } from './lib/ipynb';
import { readNotebook } from './lib/notebook';

const TEXT = `---
jupyter:
  kernelspec: {name: tslab, display_name: TypeScript} # ours
---

Guess.

\`\`\`typescript id="one"
show(1);
\`\`\`
`;

/** A folder with scripts.md and its record, the record a minute younger. */
function folderOf(t: TestContext, edit: (cells: IpynbCell[]) => unknown[] = (cells) => cells) {
  const folder = mkdtempSync(join(tmpdir(), 'procnotes-notebook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const md = join(folder, 'scripts.md');
  const ipynb = join(folder, 'scripts.ipynb');
  writeFileSync(md, TEXT);
  const record = toIpynb(readNotebook(TEXT, 'x.md'));
  writeFileSync(ipynb, serializeIpynb({ ...record, cells: edit(record.cells) as IpynbCell[] }));
  const now = Date.now() / 1000;
  utimesSync(md, now - 60, now - 60);
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...process.execArgv, join(__dirname, 'notebook.ts'), '--folder', folder, ...args],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      },
    );
    return { status, stdout, stderr };
  };
  return {
    folder,
    md,
    ipynb,
    run,
    text: () => readFileSync(md, 'utf8'),
    older: () => utimesSync(ipynb, now - 120, now - 120),
  };
}

const edited = (cells: IpynbCell[]) => [
  ...cells.map((cell) => ({ ...cell, source: cell.source.replace('show(1)', 'show(11)') })),
  { cell_type: 'markdown', id: '0fedcba9', metadata: {}, source: 'And now?' },
  {
    cell_type: 'code',
    id: 'a1b2c3d4',
    metadata: { scrolled: true },
    source: 'show(2);',
    outputs: [],
    execution_count: 3,
  },
];

describe('npm run notebook -- pull', () => {
  test('brings back what was edited in Jupyter, and leaves the record alone', (t) => {
    const { ipynb, run, text, folder } = folderOf(t, edited);
    const record = readFileSync(ipynb, 'utf8');
    const { status, stdout, stderr } = run('pull', 'scripts');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /scripts\.md: changed one; added before-a1b2c3d4, a1b2c3d4\n$/);
    assert.equal(
      text(),
      `${TEXT.replace('show(1)', 'show(11)')}\nAnd now?\n\n\`\`\`typescript id="a1b2c3d4"\nshow(2);\n\`\`\`\n`,
    );
    assert.equal(readFileSync(ipynb, 'utf8'), record);
    assert.deepEqual(readdirSync(folder).sort(), ['scripts.ipynb', 'scripts.md']);
    assert.match(run('pull', 'scripts').stdout, /scripts\.md: as it was\n$/);
  });

  test('does not overwrite a younger .md unless forced', (t) => {
    const { run, text, older } = folderOf(t, edited);
    older();
    const { status, stderr } = run('pull', 'scripts');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /scripts\.md was changed after .*scripts\.ipynb; save the notebook in Jupyter again, or .*--force\n$/,
    );
    assert.equal(text(), TEXT);
    assert.equal(run('pull', '--force', 'scripts').status, 0);
    assert.notEqual(text(), TEXT);
  });

  for (const [what, spoil, message] of [
    ['an unknown name', undefined, /^unknown notebook "script"; did you mean "scripts"\? \(there are: scripts\)\n$/],
    [
      'a record that is not JSON',
      '{"cells": [\n  oops',
      /^.*scripts\.ipynb:2: not JSON from `oops` on; take back .*\n$/,
    ],
    [
      'a record that is not 4.5',
      '{"nbformat": 3, "nbformat_minor": 0}',
      /^.*scripts\.ipynb:1: this is nbformat 3\.0, not nbformat 4\.5; .*\n$/,
    ],
  ] as const) {
    test(`${what} is refused with one message, and nothing is written`, (t) => {
      const { run, ipynb, text } = folderOf(t, edited);
      if (spoil !== undefined) writeFileSync(ipynb, spoil);
      const { status, stderr, stdout } = run('pull', ...(spoil === undefined ? ['scripts', 'script'] : ['scripts']));
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.deepEqual([stdout, text()], ['', TEXT]);
    });
  }

  test('no record is refused with the way to make one', (t) => {
    const { run, ipynb } = folderOf(t);
    rmSync(ipynb);
    assert.match(
      run('pull', 'scripts').stderr,
      /^there is no .*scripts\.ipynb; make it with "npm run record scripts"\n$/,
    );
  });
});

test('npm run notebook -- list says which records are current', (t) => {
  assert.equal(folderOf(t).run('list').stdout, 'scripts: 1 code cells, recorded\n');
  assert.match(
    folderOf(t, edited).run('list').stdout,
    /^scripts: 1 code cells, .*scripts\.md:9: code cell "one" reads otherwise in the \.ipynb; record it again/,
  );
});
