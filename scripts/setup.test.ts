/** setup.sh in a checkout of its own, with an npm that only says that it was called. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

const PROJECT = resolve(__dirname, '..');
const TSX = { version: '1.0.0', integrity: 'sha512-tsx' };
const made: string[] = [];
after(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));

/** A checkout whose `npm ci` notes its call in npm.log, then runs `then`, then installs what the lock file says. */
async function checkout(then = ':') {
  const path = await mkdtemp(join(tmpdir(), 'procnotes-setup-'));
  made.push(path);
  await mkdir(join(path, 'scripts'));
  await mkdir(join(path, 'bin'));
  await copyFile(join(PROJECT, 'scripts/setup.sh'), join(path, 'scripts/setup.sh'));
  await writeFile(
    join(path, 'scripts/setup.ts'),
    "console.log('setup.ts', process.cwd(), ...process.argv.slice(2));\n",
  );
  await writeFile(join(path, 'package.json'), '{}\n');
  const packages = {
    '': {},
    'node_modules/tsx': TSX,
    'node_modules/elsewhere': { ...TSX, optional: true, os: ['plan9'] },
  };
  await writeFile(join(path, 'package-lock.json'), JSON.stringify({ packages }));
  await executable(
    join(path, 'bin/npm'),
    `echo "npm $*" >>npm.log; echo 'added 1 package'; ${then}
     mkdir -p node_modules && ln -sfn '${join(PROJECT, 'node_modules/tsx')}' node_modules/tsx
     echo '${JSON.stringify({ packages: { 'node_modules/tsx': TSX } })}' >node_modules/.package-lock.json`,
  );
  return path;
}

async function executable(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

function start(path: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const PATH = [join(path, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn('/bin/sh', [join(path, 'scripts/setup.sh'), ...args], {
    cwd: '/',
    env: { ...process.env, PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  return { child, said, ended: once(child, 'close').then(([code]) => ({ code, ...said })) };
}

const run = (...args: Parameters<typeof start>) => start(...args).ended;
const npmCalls = (path: string) => readFile(join(path, 'npm.log'), 'utf8').catch(() => '');

/** Resolves once the child has printed the text; rejects if it ends without. */
async function prints(started: { child: ChildProcess; said: { stderr: string } }, text: string): Promise<void> {
  while (!started.said.stderr.includes(text)) {
    const ended = once(started.child, 'close').then(() =>
      assert.fail(`ended without "${text}": ${started.said.stderr}`),
    );
    await Promise.race([once(started.child.stderr as NodeJS.ReadableStream, 'data'), ended]);
  }
}

test('a fresh clone gets its npm packages, from any directory, and standard output stays empty', async () => {
  const path = await checkout();
  const { code, stdout, stderr } = await run(path, ['reproduce', '--strict']);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(await npmCalls(path), /^npm ci .*--loglevel=error\n$/);
  assert.match(stderr, new RegExp(`setup.ts ${path} reproduce --strict\n`));
});

test('packages that are what the lock file says are left alone', async () => {
  const path = await checkout();
  await run(path);
  const { stderr } = await run(path);
  assert.equal(stderr, `setup.ts ${path}\n`);
  assert.equal((await npmCalls(path)).split('\n').length - 1, 1);
});

test('a package at another checksum, one too many or an interrupted install is put right', async () => {
  const path = await checkout();
  const installed = join(path, 'node_modules/.package-lock.json');
  await run(path);
  await writeFile(installed, JSON.stringify({ packages: { 'node_modules/tsx': { ...TSX, integrity: 'sha512-old' } } }));
  await run(path);
  await writeFile(installed, JSON.stringify({ packages: { 'node_modules/tsx': TSX, 'node_modules/stray': TSX } }));
  await run(path);
  await rm(installed);
  await run(path);
  await run(path);
  assert.equal((await npmCalls(path)).split('\n').length - 1, 4);
});

test('two set-ups at the same time install once', async () => {
  // The fake npm blocks until somebody opens the pipe for writing.
  const path = await checkout("mkfifo gate; echo 'at the gate'; cat gate");
  const first = start(path);
  await prints(first, 'at the gate');
  const second = start(path);
  await prints(second, 'waiting for another set-up');
  await writeFile(join(path, 'gate'), '');
  assert.equal((await first.ended).code, 0);
  assert.equal((await second.ended).code, 0);
  assert.equal((await npmCalls(path)).split('\n').length - 1, 1);
});

test('a failing npm ci ends the set-up with the remedy', async () => {
  const path = await checkout('echo no network; exit 7');
  const { code, stdout, stderr } = await run(path);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /no network\nsetup: npm ci failed .* run npm run setup\n$/);
});

test('a node that is too old is named, with its version', async () => {
  const path = await checkout();
  await executable(join(path, 'bin/node'), `case $1 in --version) echo v18.20.4 ;; *) exit 1 ;; esac`);
  const { code, stderr } = await run(path);
  assert.equal(code, 1);
  assert.match(stderr, /^setup: Node v18.20.4 is too old; install Node 20.12 or newer.*\n$/);
});

test('a missing node or npm is one line', async () => {
  const path = await checkout();
  const bin = join(path, 'bin');
  await rm(join(bin, 'npm'));
  await symlink('/usr/bin/dirname', join(bin, 'dirname'));
  const nodeless = await run(path, [], { PATH: bin });
  assert.equal(nodeless.code, 1);
  assert.match(nodeless.stderr, /^setup: node is missing; .*\n$/);
  await symlink(process.execPath, join(bin, 'node'));
  const npmless = await run(path, [], { PATH: bin });
  assert.equal(npmless.code, 1);
  assert.match(npmless.stderr, /^setup: npm is missing; .*\n$/);
});
