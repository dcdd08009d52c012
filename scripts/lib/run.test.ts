import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Message } from '../../notebooks/lab/outlet';
import { evidenceOf } from './evidence';
import { type Cells, cellsOf, SampleProject, topic } from './sample-project';

/** Runs tiny.md with such cells, by the run.ts of a sample project; gives the run, and what was told before its end. */
async function runWith(t: TestContext, cells: Cells = {}) {
  const project = await SampleProject.make();
  t.after(() => project.remove());
  project.write(topic('tiny', cells));
  const { runNotebook } = (await import(project.path('scripts/lib/run.ts'))) as typeof import('./run');
  const { loadNotebook } = (await import(project.path('scripts/lib/project.ts'))) as typeof import('./project');
  const told: string[] = [];
  const onMessage = (message: Message) =>
    told.push(
      message.tell === 'cell' ? message.id : message.tell === 'arm' ? `${message.arm} ${message.state}` : message.tell,
    );
  return { run: await runNotebook('tiny', loadNotebook('tiny'), { deadline: 60, onMessage }), told, project };
}

describe('a run', { concurrency: 2 }, () => {
  test('tells of cells and arms as they come, and of what is shown', async (t) => {
    const { run, told } = await runWith(t);
    assert.equal(run.error, undefined);
    assert.deepEqual(
      told.filter((one) => !/^echo no/.test(one)),
      [...['tools', 'says', 'echo yes begins', 'echo yes is over'], ...['shown', 'shown', 'findings', 'shown', 'done']],
    );
    assert.equal(evidenceOf(run.bundles).histories.length, 2);
  });

  test('that fails keeps what was shown until then, and says where in the .md it failed', async (t) => {
    const { run, project } = await runWith(t, { findings: 'const claim: { id?: string } = {};\nclaim.id!.trim();' });
    const line = project.lineOf('notebooks/tiny.md', 'const claim');
    assert.match(
      run.error?.message ?? '',
      new RegExp(`^notebooks/tiny.md:${line}: cell "findings" failed: Cannot read`),
    );
    assert.match(run.error?.stack ?? '', new RegExp(`notebooks/tiny.md:${line + 1}:`));
    assert.equal(evidenceOf(run.bundles).histories.length, 2);
  });

  test('keeps the history of an arm that failed, as far as it came', async (t) => {
    const says = cellsOf('tiny').says?.replace(
      'await box.$`echo no`;',
      'await box.$$`echo no`;\n    throw new Error("a fit");',
    );
    const { run } = await runWith(t, { says: says ?? '' });
    const [, failed] = evidenceOf(run.bundles).histories;
    assert.deepEqual(
      failed?.observations.map(({ kind }) => kind),
      ['command', 'failure'],
    );
  });
});
