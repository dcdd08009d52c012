import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { HistoryRecord } from './history';

const project = resolve(__dirname, '..', '..');

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lab-fallback-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A folder to be put into PATH, with one program in it: a shell script. */
function folderWith(t: TestContext, name: string, script: string): string {
  const folder = directory(t);
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

/** The project with nothing compiled in it yet. */
function freshProject(t: TestContext): string {
  const copy = directory(t);
  cpSync(join(project, 'notebooks'), join(copy, 'notebooks'), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, '.cache'));
  return copy;
}

type Told = { which: string | { kind: string; refusals: string[] }; record: HistoryRecord };

/** What the fixture says of the sandbox that it gets in `where`, with this environment over that of this process. */
function tells(where: string, environment: NodeJS.ProcessEnv): Promise<Told> {
  const fixture = join(where, 'notebooks/lab/fixtures/tells-its-sandbox.ts');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', fixture],
      { cwd: where, env: { ...process.env, ...environment }, timeout: 30_000 },
      (error, stdout, stderr) => {
        if (error !== null) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(JSON.parse(stdout.trim().split('\n').pop() ?? ''));
      },
    );
  });
}

const because = (record: HistoryRecord) =>
  record.observations.map((seen) => (seen.kind === 'missing' ? seen.because : `a ${seen.kind}`));

test('where namespaces are forbidden the sandbox is on the plain host, and says why', async (t) => {
  const forbidden = folderWith(t, 'unshare', 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1');
  const { which, record } = await tells(project, { PATH: `${forbidden}:${process.env.PATH}` });
  assert.ok(typeof which === 'object');
  assert.equal(which.kind, 'host');
  assert.ok(which.refusals.includes('user namespace: unshare: unshare failed: Operation not permitted'));
  assert.equal(record.box?.kind, 'host');
  const [command] = record.observations;
  assert.equal(command?.kind === 'command' && command.stdout, `${record.box?.init}\n`);
});

test('where there is no unshare the sandbox is on the plain host as well', async (t) => {
  const without = folderWith(t, 'unshare', 'echo "unshare: not found" >&2; exit 127');
  const { which } = await tells(project, { PATH: `${without}:${process.env.PATH}` });
  assert.equal(typeof which === 'object' && which.kind, 'host');
});

test('PROCNOTES_HOST=1 asks for the plain host, and nothing was refused', async () => {
  const { which, record } = await tells(project, { PROCNOTES_HOST: '1' });
  assert.deepEqual(which, { kind: 'host', refusals: [] });
  assert.equal(record.box?.kind, 'host');
});

test('without a compiler the history says what is missing, and how to get it', async (t) => {
  const { which, record } = await tells(freshProject(t), { PATH: directory(t) });
  assert.equal(which, 'Missing: needs a C compiler (apt-get install gcc libc6-dev)');
  assert.equal(record.box, null);
  assert.deepEqual(because(record), ['needs a C compiler (apt-get install gcc libc6-dev)']);
});

test('a compiler without its library is as good as none', async (t) => {
  const bare = folderWith(t, 'cc', 'echo "fatal error: stdio.h: No such file or directory" >&2; exit 1');
  const { record } = await tells(freshProject(t), { PATH: `${bare}:/bin` });
  assert.deepEqual(because(record), ['needs a C compiler (apt-get install gcc libc6-dev)']);
});

test('a compiler that fails otherwise is an error, in its own words', async (t) => {
  const broken = folderWith(t, 'cc', 'echo "cc1: internal compiler error" >&2; exit 1');
  await assert.rejects(
    tells(freshProject(t), { PATH: `${broken}:/bin` }),
    /lab\/\w+\.c does not compile:\ncc1: internal compiler error/,
  );
});

test('what was compiled once needs no compiler any more', async (t) => {
  const copy = freshProject(t);
  assert.deepEqual(because((await tells(copy, {})).record), ['a command']);
  const { record } = await tells(copy, { PATH: directory(t) });
  assert.deepEqual(because(record), ['a command']);
});
