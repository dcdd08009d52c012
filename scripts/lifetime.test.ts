/** Whatever ends a run, nothing of it is left: no process, no temporary folder, no half-written file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { compile } from '../notebooks/lab/programs';
import { whichSandbox } from '../notebooks/lab/sandbox';
import { eventually, SampleProject, topic } from './lib/sample-project';

/** One arm, which opens a terminal, leaves a daemon behind, says by a file that all is there, and then does `next`. */
const busy = (seconds: string, next: string) => `const { writeFileSync } = await import('node:fs');
const says = await experiment('what is said', {
  'echo yes': async (box) => {
    await box.terminal('Terminal 1');
    await box.$\`setsid -f sleep ${seconds} > /dev/null 2>&1\`;
    await box.until(box.running('sleep'));
    writeFileSync('../there', '');
    ${next}
  },
});`;

type Where = 'in namespaces' | 'on the plain host';

/** When it is ended: as soon as it says that the arm begins, or when all that the arm starts is there. */
type Moment = 'as the arm begins' | 'when all is there';

/** A run in a process group of its own, at that moment; and what is to be gone afterwards. */
async function underWay(t: TestContext, where: Where, moment: Moment, next = 'await new Promise(() => {});') {
  const project = await SampleProject.make();
  // sleep(1) takes fractions: the number is nobody else's, and stands in the arguments of the daemon.
  const seconds = `1000.${process.pid}${process.hrtime.bigint()}`;
  project.write(topic('tiny', { says: busy(seconds, next) }));
  const env = where === 'on the plain host' ? { PROCNOTES_HOST: '1' } : {};
  const run = project.start(project.script('reproduce', '--deadline', '60'), { env, group: 'own' });
  t.after(() => project.clear(run, seconds));
  await run.says('what is said: echo yes');
  if (moment === 'when all is there') await eventually('all to be there', () => project.list('.').includes('there'));
  return {
    run,
    pid: run.child.pid as number,
    pidsOf: (program: string) =>
      project.processes(seconds).flatMap(({ pid, words }) => (words.includes(program) ? [pid] : [])),
    /** Waits for the end of the run, and then for nothing to be left of it. */
    async over() {
      const ended = await run.ended;
      await project.nothingLeft(seconds);
      return ended;
    },
  };
}

for (const where of ['in namespaces', 'on the plain host'] as const) {
  describe(`${where} nothing is left after`, { concurrency: 2 }, () => {
    /** Skipped, and says why, where there are no namespaces to be left. */
    const leaves = (what: string, body: (t: TestContext) => Promise<void>) =>
      test(what, async (t) => {
        const { kind, refusals } = await whichSandbox();
        if (where === 'in namespaces' && kind === 'host') return t.skip(`no namespaces: ${refusals.join('; ')}`);
        await body(t);
      });

    for (const moment of ['as the arm begins', 'when all is there'] as const) {
      leaves(`Ctrl-C, which goes to the whole group, ${moment}`, async (t) => {
        const { pid, pidsOf, over } = await underWay(t, where, moment);
        if (moment === 'when all is there') assert.equal(pidsOf('sleep 1000.').length, 1);
        process.kill(-pid, 'SIGINT');
        assert.equal((await over()).signal, 'SIGINT');
      });

      leaves(`SIGTERM to the runner ${moment}`, async (t) => {
        const { pid, over } = await underWay(t, where, moment);
        process.kill(pid, 'SIGTERM');
        assert.equal((await over()).signal, 'SIGTERM');
      });

      leaves(`SIGKILL to the runner ${moment}`, async (t) => {
        const { pid, over } = await underWay(t, where, moment);
        process.kill(pid, 'SIGKILL');
        assert.equal((await over()).signal, 'SIGKILL');
      });
    }

    leaves('SIGKILL to the runner while a cell loops', async (t) => {
      const { pid, over } = await underWay(t, where, 'when all is there', 'for (;;);');
      process.kill(pid, 'SIGKILL');
      assert.equal((await over()).signal, 'SIGKILL');
    });

    leaves('SIGKILL to the process of the cells', async (t) => {
      const { pidsOf, over } = await underWay(t, where, 'when all is there');
      const [cells = Number.NaN] = pidsOf('/run/tiny.mjs');
      process.kill(cells, 'SIGKILL');
      const { status, stderr } = await over();
      assert.match(stderr, /^notebooks\/tiny\.md:\d+: the process ended in cell "says" \(by SIGKILL\)$/m);
      assert.equal(status, 1);
    });

    leaves('a reader of its output who goes before the end, as head does', async (t) => {
      const { run, over } = await underWay(t, where, 'as the arm begins', 'return;');
      run.child.stdout?.destroy();
      assert.doesNotMatch((await over()).stderr, /EPIPE|Error/);
    });

    leaves('a reader of its messages who goes before the end', async (t) => {
      const { run, over } = await underWay(
        t,
        where,
        'when all is there',
        "await experiment('more', { now: async () => {} });",
      );
      run.child.stderr?.destroy();
      assert.notEqual((await over()).status, 0);
    });
  });
}

test('on the plain host init removes the scratch directory though whoever opened it is gone before it is ready', async (t) => {
  const scratch = join(tmpdir(), `procnotes-${process.pid}`);
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  // `:` ends at once, and with it the only reader of init's "ready".
  const script = 'exec 3> >(:); wait $!; "$@" < /dev/null >&3';
  const init = spawn('bash', ['-c', script, 'bash', await compile('lab/init.c'), scratch, join(scratch, '.box')]);
  assert.deepEqual(await once(init, 'close'), [0, null]);
  assert.equal(existsSync(scratch), false);
});
