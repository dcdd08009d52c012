/** Sources and cells, as `npm run check` looks at them. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cacheFolder } from '../notebooks/lab/programs';
import { checkCells, checkSources } from './lib/checks';
import { readNotebook } from './lib/notebook';
import { loadNotebook, notebookNames } from './lib/project';
import { notebookOf } from './lib/sample-project';

describe('compiler, linter and formatter', { concurrency: 2 }, () => {
  test('find nothing in the sources', async () => {
    for (const { what, complaint } of await checkSources()) assert.equal(complaint, '', what);
  });

  for (const name of notebookNames()) {
    test(`find nothing in the cells of ${name}`, async () => {
      for (const { what, complaint } of await checkCells(name, loadNotebook(name))) assert.equal(complaint, '', what);
    });
  }

  test('find a wrong type, a fault and bad formatting on their lines of the .md', async (t) => {
    const name = `bad-${process.pid}`;
    t.after(() => {
      for (const path of [`check/${name}.mts`, `check/tsconfig.${name}.json`, `format/${name}`])
        rmSync(join(cacheFolder(), 'cells', path), { recursive: true, force: true });
    });
    const text = notebookOf({
      good: "import { show } from './lab';\n\nshow('well');",
      typed: "const three: number = 'three';\nshow(String(three));",
      faulty: 'debugger;',
      formatted: "show( 'so' )",
    });
    const line = (source: string) => text.slice(0, text.indexOf(source)).split('\n').length;
    const file = `notebooks/${name}.md`;
    const [typed, linted, formatted] = await checkCells(name, readNotebook(text, file));
    assert.match(typed?.complaint ?? '', new RegExp(`^${file}\\(${line('const three')},7\\): error TS2322: [^\n]+$`));
    assert.match(
      linted?.complaint ?? '',
      new RegExp(`^${file}:${line('debugger')}:1 lint/suspicious/noDebugger `, 'm'),
    );
    assert.equal(
      formatted?.complaint,
      `${file}:${line("show( 'so' )")}: cell "formatted" is not formatted; run npm run check -- --mend`,
    );
  });
});
