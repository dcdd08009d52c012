import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  APT_START,
  aptReason,
  aptStage,
  describeStage,
  type Facts,
  fromApt,
  type Installer,
  kernelspec,
  missing,
  NEEDS,
  packagesOf,
  plan,
  remedy,
} from './needs';

const nothing: Facts = { command: () => false, file: () => false };
const everything: Facts = { command: () => true, file: () => true };
const without = (name: string): Facts => ({ command: (other) => other !== name, file: (other) => other !== name });

const root: Installer = { uid: 0, aptGet: true, sudo: false, askable: false, lists: true };
const user: Installer = { ...root, uid: 1000 };

test('where nothing is missing there is nothing to do', () => {
  assert.deepEqual(plan(missing('all', everything), root), { action: 'nothing' });
});

test('reproducing needs no Jupyter', () => {
  const packages = packagesOf(missing('reproduce', nothing));
  assert.ok(packages.includes('apache2-bin'));
  assert.ok(!packages.some((name) => /jupyter|nbclient|chromium/.test(name)));
});

test('recipes need what reproducing needs, and the shells that readers have, but no Jupyter', () => {
  const packages = packagesOf(missing('recipes', nothing));
  for (const name of packagesOf(missing('reproduce', nothing))) assert.ok(packages.includes(name), name);
  for (const name of ['zsh', 'dash', 'shellcheck']) assert.ok(packages.includes(name), name);
  assert.ok(!packages.some((name) => /jupyter|nbclient|chromium/.test(name)));
});

test('all needs what reproducing and recipes need, Jupyter, and a browser', () => {
  const packages = packagesOf(missing('all', nothing));
  for (const name of packagesOf(missing('recipes', nothing))) assert.ok(packages.includes(name), name);
  for (const name of ['jupyter-notebook', 'jupyter-nbconvert', 'python3-nbclient', 'chromium'])
    assert.ok(packages.includes(name), name);
});

test('the Apache service is never asked for, only the server', () => {
  assert.ok(!NEEDS.some((need) => need.packages.includes('apache2')));
});

test('an Apache without its prefork module is missing', () => {
  const lacking = missing('reproduce', without('/usr/lib/apache2/modules/mod_mpm_prefork.so'));
  assert.deepEqual(packagesOf(lacking), ['apache2-bin']);
});

test('a compiler without the C headers asks for the headers only', () => {
  assert.deepEqual(packagesOf(missing('reproduce', without('/usr/include/stdio.h'))), ['libc6-dev']);
});

test('every need is missed on a bare host, is met on a full one, and names a package', () => {
  for (const need of NEEDS) {
    assert.equal(need.present(nothing), false, need.what);
    assert.equal(need.present(everything), true, need.what);
    assert.ok(need.packages.length > 0, need.what);
  }
});

test('root installs without recommends and without questions', () => {
  const todo = plan(missing('reproduce', without('strace')), root);
  assert.ok(todo.action === 'install');
  assert.equal(todo.updateFirst, false);
  assert.equal(
    todo.install.join(' '),
    'env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get install -o DPkg::Lock::Timeout=300 --no-install-recommends -y strace',
  );
});

test('without package lists they are fetched first', () => {
  const todo = plan(missing('reproduce', without('strace')), { ...root, lists: false });
  assert.ok(todo.action === 'install' && todo.updateFirst);
});

test('with sudo the same commands go through sudo', () => {
  const todo = plan(missing('reproduce', without('strace')), { ...user, sudo: true, askable: true });
  assert.ok(todo.action === 'install');
  assert.deepEqual(todo.install.slice(0, 2), ['sudo', 'env']);
  assert.deepEqual(todo.update.slice(0, 2), ['sudo', 'env']);
});

test('sudo is not to wait for a password that nobody can type', () => {
  const todo = plan(missing('reproduce', without('strace')), { ...user, sudo: true });
  assert.ok(todo.action === 'install');
  assert.deepEqual(todo.install.slice(0, 3), ['sudo', '-n', 'env']);
});

test('with neither root nor sudo it prints the exact command and carries on', () => {
  assert.deepEqual(plan(missing('reproduce', without('strace')), user), {
    action: 'tell',
    message: 'missing: strace; as root, run: apt-get update && apt-get install --no-install-recommends -y strace',
  });
});

test('a distribution without apt-get is told what is missing by name', () => {
  for (const installer of [root, user, { ...user, sudo: true }]) {
    const todo = plan(missing('all', nothing), { ...installer, aptGet: false });
    assert.ok(todo.action === 'tell');
    for (const need of NEEDS) assert.ok(todo.message.includes(need.what), need.what);
    assert.match(todo.message, /no apt-get here/);
  }
});

test('the remedy names sudo where there is sudo', () => {
  const lacking = missing('reproduce', without('strace'));
  assert.match(remedy(lacking, { ...user, sudo: true }), /^run: sudo apt-get update && sudo apt-get install /);
  assert.match(remedy(lacking, root), /^run: apt-get update && apt-get install /);
});

test('a need of a later goal is a record of its own', () => {
  const chromium = {
    for: 'all',
    what: 'Chromium',
    packages: ['chromium'],
    present: (facts: Facts) => facts.command('chromium'),
  } as const;
  const needs = [...NEEDS, { ...chromium, packages: [...chromium.packages] }];
  assert.deepEqual(packagesOf(missing('all', without('chromium'), needs)), ['chromium']);
  assert.deepEqual(missing('reproduce', without('chromium'), needs), []);
});

test('the stage of apt-get is read from what it prints', () => {
  const printed = [
    ['Reading package lists...', 'starting'],
    ['0 upgraded, 2 newly installed, 0 to remove and 3 not upgraded.', 'starting'],
    ['Get:1 http://deb.example bookworm/main amd64 libunwind8 amd64 1.6.2-3 [51.2 kB]', 'fetching 1/2'],
    ['Get:2 http://deb.example bookworm/main amd64 strace amd64 6.1-0.1 [1306 kB]', 'fetching 2/2'],
    ['Unpacking strace (6.1-0.1) ...', 'unpacking 1/2'],
    ['Setting up strace (6.1-0.1) ...', 'setting up 1/2'],
  ] as const;
  let stage = APT_START;
  for (const [line, description] of printed) {
    stage = aptStage(stage, line);
    assert.equal(describeStage(stage), description, line);
  }
});

test('the reason of a failure is the last error of apt-get', () => {
  const reason = aptReason('Reading package lists...\nE: Failed to fetch a\nE: Unable to fetch some archives\n');
  assert.equal(reason, 'E: Unable to fetch some archives');
  assert.equal(fromApt(reason), true);
});

test('a refusal of sudo is no failure of apt-get', () => {
  for (const refusal of ['sudo: a password is required', 'reader is not in the sudoers file.']) {
    assert.equal(aptReason(`${refusal}\n`), refusal);
    assert.equal(fromApt(aptReason(refusal)), false);
  }
  assert.equal(aptReason(''), 'it printed nothing');
});

test('the kernelspec names node and tslab by absolute paths', () => {
  assert.deepEqual(JSON.parse(kernelspec('/opt/node/bin/node', '/home/x/notes/node_modules/tslab/bin/tslab')), {
    argv: [
      '/opt/node/bin/node',
      '/home/x/notes/node_modules/tslab/bin/tslab',
      'kernel',
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript',
    language: 'typescript',
  });
});
