/** The commands around a record, through real Jupyter: record, judge, pull, and a reader's own nbconvert. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, type TestContext, test } from 'node:test';
import { whichSandbox } from '../notebooks/lab/sandbox';
import { bundlesOf, evidenceOf } from './lib/evidence';
import { PYTHON } from './lib/jupyter';
import { readIpynb } from './lib/nbformat';
import { among, type Cells, cellsOf, SampleProject, topic } from './lib/sample-project';

before(() => {
  const { status, stderr } = spawnSync(PYTHON, ['-c', 'import nbclient, nbconvert, nbformat'], { encoding: 'utf8' });
  assert.equal(status, 0, `Jupyter is not set up; run: npm run setup\n${stderr}`);
});

async function sample(cells?: Cells): Promise<SampleProject> {
  const project = await SampleProject.make();
  project.write(topic('tiny', cells));
  project.writeKernelspec();
  return project;
}

const RECORD = 'notebooks/tiny.ipynb';

describe('a notebook that all is well with', () => {
  let project: SampleProject;
  let text: string;
  const judge = (...args: string[]) => project.run(project.script('judge', ...args));

  before(async () => {
    project = await sample();
    const { status, stderr } = await project.run(project.script('record', 'tiny'));
    assert.match(stderr, /^tiny: tools says findings\ntiny: wrote notebooks\/tiny\.ipynb \([\d.]+ s\)\n$/);
    assert.equal(status, 0);
    text = project.read(RECORD);
  });
  after(() => project.remove());

  /** The record with something replaced in it, for one test. */
  const tamper = (t: TestContext, change: (text: string) => string) => {
    assert.notEqual(change(text), text);
    project.write({ [RECORD]: change(text) });
    t.after(() => project.write({ [RECORD]: text }));
  };

  test('gives a record that Python takes for nbformat 4.5', () => {
    const program = `import nbformat, sys
nb = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)
nbformat.validate(nb)
print(nb.nbformat, nb.nbformat_minor, nb.metadata.kernelspec.name)`;
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', program, project.path(RECORD)], { encoding: 'utf8' });
    assert.equal(stdout, '4 5 tslab\n', stderr);
  });

  test('gives a record with histories, findings and the host', () => {
    const record = readIpynb(text, RECORD);
    const { histories, findings } = evidenceOf(bundlesOf(record));
    assert.deepEqual(
      histories.map(({ experiment, arm, observations }) => [experiment, arm, observations.length]),
      [
        ['what is said', 'echo yes', 1],
        ['what is said', 'echo no', 1],
      ],
    );
    assert.deepEqual(
      findings.map(({ claim, verdict }) => [claim, verdict]),
      [
        ['tiny.says-yes', 'confirmed'],
        ['tiny.says-no', 'refuted'],
      ],
    );
    const { host, recorded } = record.metadata.procnotes as { host: Record<string, string>; recorded: string };
    assert.deepEqual([host.node, host.architecture], [process.version, process.arch]);
    assert.match(recorded, /^\d{4}-\d\d-\d\d$/);
  });

  test('comes back from its record byte for byte', async () => {
    const former = project.read('notebooks/tiny.md');
    const { status, stdout, stderr } = await project.run(project.script('notebook', 'pull', 'tiny'));
    assert.deepEqual([status, stdout, stderr], [0, 'notebooks/tiny.md: as it was\n', '']);
    assert.equal(project.read('notebooks/tiny.md'), former);
  });

  test('is judged again, without running, as it was recorded', async () => {
    const { status, stdout, stderr } = await judge('--json');
    const document = JSON.parse(stdout);
    assert.deepEqual(Object.keys(document), ['host', 'seconds', 'claims']);
    assert.deepEqual(
      document.claims.map((claim: object) => Object.keys(claim)),
      Array(2).fill(['id', 'verdict', 'because', 'noted', 'notebook']),
    );
    assert.deepEqual(
      document.claims.map(({ verdict }: { verdict: string }) => verdict),
      ['confirmed', 'refuted'],
    );
    assert.deepEqual([document.host.node, stderr, status], [process.version, '', 0]);
    assert.match((await judge()).stdout, /^tiny\n● tiny\.says-yes .*\n✕ tiny\.says-no .*\n\n2 claims: /);
  });

  test('does not pass with a finding that does not follow from its histories', async (t) => {
    tamper(t, (record) => record.replace('"verdict": "refuted"', '"verdict": "confirmed"'));
    const { status, stderr } = await judge();
    const problem = 'the record has confirmed for "tiny.says-no"; judged again it is refuted';
    assert.equal(stderr, `${RECORD}:1: ${problem}; record it again: npm run record -- tiny\n`);
    assert.equal(status, 1);
  });

  test('comes out otherwise with another history', async (t) => {
    tamper(t, (record) => record.replace('"stdout": "yes\\n"', '"stdout": "no\\n"'));
    const { status, stdout } = await judge();
    assert.match(stdout, /^○ tiny\.says-yes +inconclusive +THE NOTE SAYS confirmed +the control shows the same: .*$/m);
    assert.equal(status, 1);
  });

  for (const [what, change, message] of [
    ['a record that is not JSON', (record) => record.slice(0, -20), /^notebooks\/tiny\.ipynb:\d+: .*JSON.*; .+\n$/],
    [
      'a record of nbformat 4.4',
      (record) => record.replace('"nbformat_minor": 5', '"nbformat_minor": 4'),
      /^notebooks\/tiny\.ipynb:1: this is nbformat 4\.4, not nbformat 4\.5; .+\n$/,
    ],
    [
      'a record that names no host',
      (record) => record.replace('"host": {', '"guest": {'),
      /^notebooks\/tiny\.ipynb:1: the record names no host; record it again: npm run record -- tiny\n$/,
    ],
  ] as [string, (record: string) => string, RegExp][]) {
    test(`${what} is one message`, async (t) => {
      tamper(t, change);
      const { status, stdout, stderr } = await judge();
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  test('no record is one message', async (t) => {
    const other = await sample();
    t.after(() => other.remove());
    const { status, stdout, stderr } = await other.run(other.script('judge'));
    assert.equal(stderr, 'notebooks/tiny.ipynb:1: there is no record; make one: npm run record -- tiny\n');
    assert.deepEqual([status, stdout], [1, '']);
  });

  test('is executed by a reader with nbconvert as well, who needs only to say where the kernel is', async () => {
    const JUPYTER_PATH = project.path('.cache/jupyter/share/jupyter');
    const HOME = project.path('tmp');
    const args = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output', 'by-hand.ipynb', RECORD];
    const { status, stderr } = await project.run([PYTHON, ...args], { env: { JUPYTER_PATH, HOME } });
    assert.equal(status, 0, stderr);
    const { histories, findings } = evidenceOf(bundlesOf(readIpynb(project.read('notebooks/by-hand.ipynb'), RECORD)));
    assert.deepEqual(
      [histories.length, ...findings.map(({ claim, verdict }) => `${claim} ${verdict}`)],
      [2, 'tiny.says-yes confirmed', 'tiny.says-no refuted'],
    );
  });
});

describe('where something goes wrong the former record is left as it was', { concurrency: 2 }, () => {
  const FORMER = 'the former record\n';

  /** Records such a notebook over a former record, in vain, and gives what was said after the cells' names. */
  async function refusal(t: TestContext, cells: Cells, args: string[] = []) {
    const project = await sample(cells);
    project.write({ [RECORD]: FORMER });
    const run = project.start(project.script('record', ...args), { group: 'own' });
    t.after(() => project.clear(run));
    const { status, stderr } = await run.ended;
    assert.equal(project.read(RECORD), FORMER);
    await project.nothingLeft();
    assert.equal(status, 1);
    return {
      said: stderr.replace(/^tiny:.*?(?=notebooks\/)/, ''),
      lineOf: (id: string) => project.lineOf('notebooks/tiny.md', `id="${id}"`) + 1,
    };
  }

  test('when a cell throws', async (t) => {
    const { said, lineOf } = await refusal(t, { says: 'throw new Error("a fit");' });
    assert.match(
      said,
      new RegExp(`^notebooks/tiny.md:${lineOf('says')}: cell "says" was answered "error":\n(.*\n)*Error: a fit\n`),
    );
  });

  test('when a cell does not end', async (t) => {
    const { said, lineOf } = await refusal(t, { tools: 'for (;;);' }, ['--deadline', '2']);
    const remedy = 'mend it, or give it longer with --deadline SECONDS';
    assert.equal(said, `notebooks/tiny.md:${lineOf('tools')}: cell "tools" did not end within 2 s; ${remedy}\n`);
  });

  test('when a cell writes to standard error', async (t) => {
    const { said, lineOf } = await refusal(t, { says: `${cellsOf('tiny').says}\nconsole.error('hm');` });
    assert.equal(said, `notebooks/tiny.md:${lineOf('says')}: cell "says" wrote to standard error:\nhm\n`);
  });

  test('when a claim has no finding', async (t) => {
    const { said, lineOf } = await refusal(t, { findings: 'show(judge(claims, says).slice(1));' });
    const remedy = 'show(judge(claims, …)) with all histories';
    assert.equal(said, `notebooks/tiny.md:${lineOf('findings')}: no finding for "tiny.says-yes"; ${remedy}\n`);
  });

  test('when there is no kernel', async (t) => {
    const project = await SampleProject.make();
    t.after(() => project.remove());
    const { status, stderr } = await project.run(project.script('record'));
    assert.match(stderr, /Jupyter and its TypeScript kernel are not set up; run: npm run setup\n$/);
    assert.equal(status, 1);
  });

  test('when the deadline is no time', async (t) => {
    const project = await SampleProject.make();
    t.after(() => project.remove());
    const { status, stderr } = await project.run(project.script('record', '--deadline', 'soon'));
    assert.match(stderr, /^error: option '--deadline <seconds>' argument 'soon' is invalid\. .*\n$/);
    assert.equal(status, 1);
  });

  test('when the disk is full', async (t) => {
    const { kind, refusals } = await whichSandbox();
    if (kind === 'host') return t.skip(`no namespaces to mount a small disk in: ${refusals.join('; ')}`);
    const project = await sample();
    t.after(() => project.remove());
    project.write({ [RECORD]: FORMER });
    // A disk that has room for the notebooks and for nothing more.
    const mounting = `cp -a notebooks tmp/copy
mount -t tmpfs -o size=2m none notebooks
cp -a tmp/copy/. notebooks
dd if=/dev/zero of=notebooks/filler bs=4096 2>/dev/null || :`;
    const record = project
      .script('record')
      .map((word) => `'${word}'`)
      .join(' ');
    const looking = `${record}; echo "status $?"; cat ${RECORD}; ls notebooks`;
    const { stdout, stderr } = await project.run(among(mounting, ['sh', '-c', looking]));
    const remedy = 'the former record is as it was; make room or mend the rights, and record it again';
    assert.match(
      stderr,
      new RegExp(`^tiny: tools says findings${RECORD}:1: cannot be written \\(ENOSPC.*\\); ${remedy}\n$`),
    );
    assert.equal(stdout, `status 1\n${FORMER}claims\nfiller\nlab\nlab.ts\ntiny.ipynb\ntiny.md\n`);
  });

  test('when it is stopped by Ctrl-C', async (t) => {
    const project = await sample({ says: 'await new Promise(() => {});' });
    project.write({ [RECORD]: FORMER });
    const run = project.start(project.script('record'), { group: 'own' });
    t.after(() => project.clear(run));
    await run.says(' says');
    const [kernel] = project.processes().filter(({ words }) => words.includes('--config-path'));
    assert.match(kernel?.words ?? '', new RegExp(`--config-path ${project.path('tmp')}/`)); // where nothingLeft looks
    process.kill(-(run.child.pid as number), 'SIGINT');
    assert.equal((await run.ended).signal, 'SIGINT');
    assert.equal(project.read(RECORD), FORMER);
    await project.nothingLeft();
  });
});
