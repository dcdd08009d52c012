/** The command from outside: what it prints, how it ends, and what it says of bad input. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { whichSandbox } from '../notebooks/lab/sandbox';
import { PROJECT } from './lib/project';
import {
  among,
  type Cells,
  cellsOf,
  claimsOf,
  notebookOf,
  noted,
  noteOf,
  SampleProject,
  topic,
} from './lib/sample-project';

/** A sample project with these files over its own, removed when the test is over. */
async function sample(t: TestContext, files: Record<string, string> = {}): Promise<SampleProject> {
  const project = await SampleProject.make();
  t.after(() => project.remove());
  project.write(files);
  return project;
}

/** The same, with these cells in tiny.md in the place of its own or after them. */
const tinyWith = (t: TestContext, cells: Cells) => sample(t, topic('tiny', cells));

const LINE = (shape: string, id: string, verdict: string, note: string, because: string) =>
  `${shape} tiny.${id} +${verdict} +${note}  ${because}\n`;
const YES = LINE('●', 'says-yes', 'confirmed', 'as noted', 'echo yes: it says yes; control — echo no: it says no');
const NO = LINE('✕', 'says-no', 'refuted', 'as noted', 'echo no: it says no; control — echo yes: it says yes');

describe('what it prints, and its exit code', { concurrency: 2 }, () => {
  test('a line a claim, a summary with the host and the time, and 0 when all is as noted', async (t) => {
    const { status, stdout, stderr } = await (await sample(t)).reproduce();
    const host = `Linux .*${process.arch}.*\nbash .*; Node ${process.version}; .*, sandbox: .*\n[\\d.]+ s\n`;
    assert.match(
      stdout,
      new RegExp(`^tiny\n${YES}${NO}\n2 claims: ● 1 confirmed, ✕ 1 refuted; each as its note says\n${host}$`),
    );
    assert.equal(stderr, 'tiny: what is said: echo yes\ntiny: what is said: echo no\n');
    assert.equal(status, 0);
  });

  test('1 when a note says otherwise, and the line says so', async (t) => {
    const project = await sample(t, { 'docs/tiny.md': noteOf('tiny').replace('"refuted"', '"confirmed"') });
    const { status, stdout } = await project.reproduce();
    assert.match(stdout, new RegExp(YES + LINE('✕', 'says-no', 'refuted', 'THE NOTE SAYS confirmed', 'echo no: .*')));
    assert.match(stdout, /; 1 not as the note says\n/);
    assert.equal(status, 1);
  });

  test('1 rather than 2 when one claim is inconclusive and another not as noted', async (t) => {
    const project = await sample(t, {
      'docs/tiny.md': noteOf('tiny').replace('"refuted"', '"confirmed"'),
      'notebooks/claims/tiny.ts': claimsOf('tiny').replace("control: ['echo no']", 'control: []'),
    });
    const { status, stdout } = await project.reproduce();
    assert.match(stdout, /○ tiny\.says-yes +inconclusive +THE NOTE SAYS confirmed {2}the claim names no control\n/);
    assert.equal(status, 1);
  });

  test('2 when something is inconclusive and nothing contradicts a note', async (t) => {
    const lacking = cellsOf('tiny').says?.replace('await box.$`echo no`', "box.needs('no-such-program')") ?? '';
    const { status, stdout, stderr } = await (await tinyWith(t, { says: lacking })).reproduce();
    assert.match(stdout, /^2 claims: ○ 2 inconclusive; 2 not as the note says$/m);
    assert.equal(stdout.match(/needs no-such-program \(apt-get install no-such-program\)/g)?.length, 2);
    assert.doesNotMatch(stderr, /failed/);
    assert.equal(status, 2);
  });

  test('1 and an inconclusive claim where its finding is not shown', async (t) => {
    const { status, stdout, stderr } = await (
      await tinyWith(t, { findings: 'show(judge(claims, says).slice(1));' })
    ).reproduce();
    assert.match(stdout, new RegExp(`○ tiny.says-yes +inconclusive .* the notebook shows no finding for it\n${NO}`));
    assert.match(stderr, /^notebooks\/tiny\.md:\d+: no finding for "tiny\.says-yes"; /m);
    assert.equal(status, 1);
  });

  test('--json prints one document and nothing else', async (t) => {
    const { status, stdout } = await (await sample(t)).reproduce(['--json']);
    const document = JSON.parse(stdout);
    assert.deepEqual(Object.keys(document), ['host', 'seconds', 'claims']);
    assert.deepEqual([document.host.node, typeof document.seconds, status], [process.version, 'number', 0]);
    const because = 'echo yes: it says yes; control — echo no: it says no';
    assert.deepEqual(document.claims, [
      { id: 'tiny.says-yes', verdict: 'confirmed', because, noted: 'confirmed', notebook: 'tiny' },
      { ...document.claims[1], id: 'tiny.says-no', verdict: 'refuted', noted: 'refuted', notebook: 'tiny' },
    ]);
  });

  test('npm run reproduce -- --json prints one document and nothing else', async (t) => {
    const { status, stdout, stderr } = await (await sample(t)).npm(['run', 'reproduce', '--', '--json']);
    assert.equal(JSON.parse(stdout).claims.length, 2, stderr);
    assert.equal(status, 0);
  });

  test('--json is one document when a cell fails, too', async (t) => {
    const { status, stdout, stderr } = await (await tinyWith(t, { says: 'throw new Error("no");' })).reproduce([
      '--json',
    ]);
    assert.match(JSON.parse(stdout).claims[0].because, /^no finding: notebooks\/tiny\.md:\d+: cell "says" failed: no$/);
    assert.match(stderr, /cell "says" failed: no/);
    assert.equal(status, 1);
  });

  test('--list names the notebooks and their claims, and runs nothing', async (t) => {
    const project = await sample(t, topic('other', { tools: 'process.exit(9);' }));
    const { status, stdout, stderr } = await project.reproduce(['--list']);
    const title = 'What an echo says';
    assert.equal(
      stdout,
      `other: ${title}\n  other.says-yes\n  other.says-no\ntiny: ${title}\n  tiny.says-yes\n  tiny.says-no\n`,
    );
    assert.deepEqual([status, stderr], [0, '']);
  });

  test('a part of a name chooses the notebooks that have it', async (t) => {
    const project = await sample(t, { ...topic('other'), ...topic('others') });
    const { claims } = JSON.parse((await project.reproduce(['--json', 'the'])).stdout);
    const notebooks = claims.map((claim: { notebook: string }) => claim.notebook);
    assert.deepEqual(notebooks, ['other', 'other', 'others', 'others']);
  });

  test('--show prints every observation too', async (t) => {
    const { stdout } = await (await sample(t)).reproduce(['--show']);
    assert.match(stdout, /^echo yes\n +#1 +\d+ ms {2}sh:\n +\$ echo yes\n +yes\n\necho no\n(.*\n)*tiny\n●/);
  });
});

describe('bad input is one message with its place, and nothing is run', { concurrency: 2 }, () => {
  const first = notebookOf(cellsOf('tiny'));
  const cases: [string, Record<string, string>, RegExp, string[]?][] = [
    [
      'an unknown notebook name',
      topic('other'),
      /^unknown notebook "tinny"; did you mean "tiny"\? \(there are: other, tiny\)\n$/,
      ['tinny'],
    ],
    [
      'a malformed header',
      { 'notebooks/tiny.md': first.replace('kernelspec: {', 'kernelspec: {{') },
      /^notebooks\/tiny\.md:4: the header is not YAML: .+; mend the YAML\n$/,
    ],
    [
      'a cell id used twice',
      { 'notebooks/tiny.md': first.replace('id="findings"', 'id="says"') },
      /^notebooks\/tiny\.md:29: cell id "says" is used twice \(first at line 16\); give one another id\n$/,
    ],
    [
      'a claim id used twice',
      { 'docs/zoo.md': `# Again\n\n${noted('tiny.says-yes', 'confirmed')}` },
      /^docs\/zoo\.md:3: claim id "tiny\.says-yes" is used twice \(first at docs\/tiny\.md:3\); .+\n$/,
    ],
    [
      'a claim that no notebook tests',
      { 'docs/tiny.md': `${noteOf('tiny')}\n${noted('tiny.sings', 'confirmed')}` },
      /^docs\/tiny\.md:11: no notebook tests claim "tiny\.sings"; add it to one of notebooks\/claims\/tiny\.ts\n$/,
    ],
    [
      'a claim tested that no note states',
      {
        'docs/tiny.md': noted('tiny.says-yes', 'confirmed'),
      },
      /^notebooks\/claims\/tiny\.ts:13: no note states claim "tiny\.says-no"; write it into a note of docs\/, .+\n$/,
    ],
    [
      'a claim tested by two notebooks',
      { 'notebooks/other.md': first, 'notebooks/claims/other.ts': claimsOf('tiny') },
      /^(notebooks\/claims\/tiny\.ts:1[23]: claim "tiny\.says-\w+" is tested by notebook other too; .+\n){2}$/,
    ],
    [
      'a notebook without claims',
      { 'notebooks/other.md': first },
      /^notebooks\/other\.md:1: tests no claim; write notebooks\/claims\/other\.ts\n$/,
    ],
  ];
  for (const [what, files, message, args] of cases) {
    test(what, async (t) => {
      const { status, stdout, stderr } = await (await sample(t, files)).reproduce(args);
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  test('a malformed notebook beside a good one', async (t) => {
    const project = await sample(t, { ...topic('other'), 'notebooks/tiny.md': first.replace('id="says"', 'id="') });
    const { status, stdout, stderr } = await project.reproduce();
    assert.match(stderr, /^notebooks\/tiny\.md:\d+: .+\n$/);
    assert.deepEqual([status, stdout], [1, '']);
  });

  test('a deadline that is no time', async (t) => {
    const { status, stderr } = await (await sample(t)).reproduce(['--deadline', 'soon']);
    assert.match(stderr, /^error: option '--deadline <seconds>' argument 'soon' is invalid. a number of seconds .*\n$/);
    assert.equal(status, 1);
  });
});

describe('a cell that goes wrong is named with its line, and 1', { concurrency: 2 }, () => {
  /** What follows `notebooks/tiny.md:LINE: cell "says" `, and how it all ended. */
  async function complaint(t: TestContext, cells: Cells, args: string[] = [], id = 'says') {
    const project = await tinyWith(t, cells);
    const { status, stdout, stderr } = await project.reproduce(args);
    const line = project.lineOf('notebooks/tiny.md', `id="${id}"`) + 1;
    const place = `notebooks/tiny.md:${line}: cell "${id}" `;
    const at = stderr.indexOf(place);
    assert.notEqual(at, -1, `no "${place}" in ${stderr}`);
    assert.match(stdout, /^2 claims: /m);
    assert.equal(status, 1);
    return { said: stderr.slice(at + place.length), stdout, project };
  }

  test('a TypeError has its stack, which points into the .md', async (t) => {
    const says = `const nothing: { name: string } | undefined = undefined;

show((nothing as unknown as { name: string }).name);`;
    const { said, stdout, project } = await complaint(t, { says });
    const line = project.lineOf('notebooks/tiny.md', 'show((nothing');
    assert.match(said, /^failed: Cannot read properties of undefined \(reading 'name'\)\n/);
    assert.match(said, new RegExp(`\n +at .*notebooks/tiny\\.md:${line}:\\d+`));
    assert.doesNotMatch(said, /\.mts/);
    assert.match(stdout, /^2 claims: ○ 2 inconclusive/m);
  });

  test('a fact waited for in vain has no stack', async (t) => {
    const says = cellsOf('tiny').says?.replace(
      'await box.$`echo no`',
      "await box.until(box.exists('x'), { within: 1 })",
    );
    const { said } = await complaint(t, { says: says ?? '' });
    assert.match(
      said,
      /^failed: experiment "what is said", arm "echo no": waited 1 ms for x to be there; last seen: .*\n$/,
    );
  });

  test('code that is no TypeScript has no stack, but its place', async (t) => {
    const project = await tinyWith(t, { says: 'const says = ;' });
    const { status, stderr } = await project.reproduce();
    assert.match(
      stderr,
      /^notebooks\/tiny\.md:10: the cells could not be begun: .*\nnotebooks\/tiny\.md:17:\d+: ERROR: Unexpected ";"\n$/,
    );
    assert.equal(status, 1);
  });

  test('what is thrown need not be an Error', async (t) => {
    assert.match((await complaint(t, { says: 'throw "a fit";' })).said, /^failed: a cell threw a fit\n/);
  });

  test('the verdicts of another notebook are printed all the same', async (t) => {
    const project = await sample(t, { ...topic('tiny'), ...topic('other', { says: 'throw new Error("no");' }) });
    const { status, stdout, stderr } = await project.reproduce();
    assert.match(stderr, /^notebooks\/other\.md:\d+: cell "says" failed: no$/m);
    assert.match(stdout, new RegExp(`\ntiny\n${YES}${NO}`));
    assert.match(stdout, /○ other\.says-yes +inconclusive .* no finding: notebooks\/other\.md:\d+: /);
    assert.equal(status, 1);
  });

  // The cell is the first, so that a busy machine which has not come so far within the deadline says the same.
  for (const [what, source] of [
    ['a loop without end', 'for (;;);'],
    ['a promise that nobody keeps', 'await new Promise(() => {});'],
  ] as const) {
    test(what, async (t) => {
      const { said } = await complaint(
        t,
        { tools: `${cellsOf('tiny').tools}\n${source}` },
        ['--deadline', '2'],
        'tools',
      );
      assert.equal(said, 'did not end within 2 s; give it longer with --deadline SECONDS, or mend it\n');
    });
  }

  test('an end of the process', async (t) => {
    const project = await tinyWith(t, { says: 'process.exit(0);' });
    const { status, stdout, stderr } = await project.reproduce();
    assert.equal(stderr, 'notebooks/tiny.md:17: the process ended in cell "says" (status 0)\n');
    assert.match(stdout, /^2 claims: ○ 2 inconclusive/m);
    assert.equal(status, 1);
  });

  test('a rejection that nobody handles, after the cell', async (t) => {
    const project = await tinyWith(t, {
      findings: `${cellsOf('tiny').findings}\nvoid Promise.reject(new Error('too late'));`,
    });
    const { status, stdout, stderr } = await project.reproduce();
    assert.match(stderr, /^notebooks\/tiny\.md:30: cell "findings" failed: too late$/m);
    assert.match(stdout, new RegExp(YES + NO));
    assert.equal(status, 1);
  });

  test('a finding for an unknown claim', async (t) => {
    const stray = "show([{ claim: 'tiny.stray', verdict: 'confirmed', because: 'so', cites: [] }]);";
    const { status, stdout, stderr } = await (await tinyWith(t, { stray })).reproduce();
    assert.match(
      stderr,
      /^notebooks\/tiny\.md:\d+: finding for an unknown claim "tiny\.stray"; add it to notebooks\/claims\/tiny\.ts$/m,
    );
    assert.match(stdout, new RegExp(YES + NO));
    assert.equal(status, 1);
  });
});

describe('what the host lacks', { concurrency: 2 }, () => {
  test('without a compiler every notebook of the project comes to its end, and 2', async (t) => {
    const project = await sample(t);
    for (const folder of ['notebooks', 'docs', '.cache']) rmSync(project.path(folder), { recursive: true });
    for (const folder of ['notebooks', 'docs']) {
      const filter = (path: string) => !path.endsWith('.ipynb');
      cpSync(join(PROJECT, folder), project.path(folder), { recursive: true, filter });
    }
    const PATH = project.programs(['sh', 'unshare', 'setpriv']);
    const { status, stdout, stderr } = await project.reproduce(['--quick'], { env: { PATH } });
    assert.doesNotMatch(stderr, /^notebooks\//m);
    assert.match(stdout, /^\d+ claims: ○ \d+ inconclusive/m);
    assert.equal(status, 2);
  });

  test('without a compiler every claim is inconclusive and names gcc, and 2', async (t) => {
    const project = await sample(t);
    rmSync(project.path('.cache'), { recursive: true });
    const PATH = project.programs(['sh', 'unshare', 'setpriv']);
    const { status, stdout, stderr } = await project.reproduce([], { env: { PATH } });
    const needs = /○ .* inconclusive .* needs a C compiler \(apt-get install gcc libc6-dev\)$/gm;
    assert.equal(stdout.match(needs)?.length, 2, stdout);
    assert.match(stdout, /^2 claims: ○ 2 inconclusive; 2 not as the note says$/m);
    assert.doesNotMatch(stderr, /Error|failed/);
    assert.equal(status, 2);
  });

  test('without Apache every claim of the httpd notebook names apache2, and 2', async (t) => {
    const { kind, refusals } = await whichSandbox();
    if (kind === 'host') return t.skip(`no namespaces to hide Apache in: ${refusals.join('; ')}`);
    const project = await sample(t);
    const command = [process.execPath, '--import', require.resolve('tsx'), join(PROJECT, 'scripts/reproduce.ts')];
    const hidden = among('mount -t tmpfs none /usr/sbin', [...command, 'httpd', '--json']);
    const { status, stdout, stderr } = await project.run(hidden);
    const { claims, host } = JSON.parse(stdout);
    assert.ok(claims.length > 0, stderr);
    for (const { verdict, because } of claims) {
      assert.deepEqual([verdict, because], ['inconclusive', 'needs apache2 (apt-get install apache2-bin)']);
    }
    assert.deepEqual([host.apache, status], ['missing', 2]);
  });

  test('where nothing may be traced, what rests on a trace is inconclusive and says why, what does not is judged, and 2', async (t) => {
    const project = await sample(t);
    const refuse = "echo 'strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted' >&2; exit 1";
    const PATH = `${project.programs([], { strace: refuse })}:${process.env.PATH}`;
    const command = [process.execPath, '--import', require.resolve('tsx'), join(PROJECT, 'scripts/reproduce.ts')];
    const run = await project.run([...command, 'scripts', '--json'], { env: { PATH, PROCNOTES_WITNESS: 'strace' } });
    const claims: { id: string; verdict: string; because: string }[] = JSON.parse(run.stdout).claims;
    const found = (id: string) => claims.find((claim) => claim.id === id);
    assert.equal(found('session.leader-death-foreground')?.verdict, 'inconclusive');
    assert.match(
      found('session.leader-death-foreground')?.because ?? '',
      /no trace can be had: .*ptrace\(PTRACE_TRACEME.*\): Operation not permitted/,
    );
    assert.equal(found('scripts.child-survives')?.verdict, 'confirmed');
    assert.equal(run.status, 2, run.stderr);
  });

  test('where namespaces are refused the experiments run on the plain host, which is said, with the same verdicts', async (t) => {
    const project = await sample(t);
    const refuse = "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1";
    const PATH = `${project.programs([], { unshare: refuse })}:${process.env.PATH}`;
    const { status, stdout, stderr } = await project.reproduce([], { env: { PATH } });
    assert.match(stdout, new RegExp(`^tiny\n${YES}${NO}(.*\n)*.*, sandbox: host\n`));
    assert.match(
      stderr,
      /^no namespaces here \(.*unshare failed: Operation not permitted.*\): the experiments ran on the plain host$/m,
    );
    assert.equal(status, 0);
  });

  test('a port that is taken on the plain host is one message with the remedy', async (t) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const PROCNOTES_PORT = String((server.address() as AddressInfo).port);
    const says = cellsOf('tiny').says?.replace('await box.$`echo no`', 'await box.port(8080)') ?? '';
    const project = await tinyWith(t, { says });
    const { status, stderr } = await project.reproduce(['--host'], { env: { PROCNOTES_PORT } });
    const [, ...complaints] = stderr.split('\n').slice(1);
    assert.deepEqual(complaints, [
      `notebooks/tiny.md:17: cell "says" failed: experiment "what is said", arm "echo no": port ${PROCNOTES_PORT} is taken on this host; set PROCNOTES_PORT to a free one`,
      '',
    ]);
    assert.equal(status, 1);
  });
});
