import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { withScratch } from './fresh-root';

const made: string[] = [];
after(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));

async function parent(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'procnotes-scratch-'));
  made.push(path);
  return path;
}

test('the scratch directory is there while it is used, and gone afterwards', async () => {
  const seen = await withScratch(await parent(), async (path) => {
    await writeFile(join(path, 'full'), '');
    return path;
  });
  assert.equal(existsSync(seen), false);
});

test('the scratch directory is gone after an exception, which is passed on', async () => {
  let seen = '';
  const broken = withScratch(await parent(), async (path) => {
    seen = path;
    throw new Error('broken');
  });
  await assert.rejects(broken, /broken/);
  assert.equal(existsSync(seen), false);
});

test('the scratch directory is gone after a kill -9 of its owner', { timeout: 20_000 }, async () => {
  const script = `require(${JSON.stringify(join(__dirname, 'fresh-root'))}).withScratch(process.argv[1], (path) => {
    console.log(path);
    return new Promise(() => setInterval(() => {}, 60_000));
  });`;
  const directory = await parent();
  const owner = spawn(process.execPath, ['--import', 'tsx', '-e', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const path = String((await once(owner.stdout, 'data'))[0]).trim();
  assert.equal(existsSync(path), true);
  const watcher = watch(directory);
  const changed = once(watcher, 'change');
  owner.kill('SIGKILL');
  await changed;
  watcher.close();
  assert.equal(existsSync(path), false);
});
