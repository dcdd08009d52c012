import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { CUT_SHORT } from './command';
import { Sandbox } from './sandbox';

test('a command tells its exit status, or the signal that ended it, and what it wrote is all there by then', async (t) => {
  const box = await Sandbox.open();
  t.after(() => box.close());
  const command = box.spawn(['sh', '-c', 'cat; echo over >&2; exit 3']);
  let written = '';
  command.stdout.on('data', (bytes) => (written += bytes));
  command.stdin.end('x'.repeat(1_000_000));
  assert.deepEqual(await once(command, 'close'), [3, null]);
  assert.equal(written.length, 1_000_000);
  assert.deepEqual(await once(box.spawn(['sh', '-c', 'kill -SEGV $$']), 'exit'), [null, 'SIGSEGV']);
  assert.deepEqual(await once(box.spawn(['sh', '-c', 'kill -40 $$']), 'exit'), [null, 'signal 40']);
});

test('the end of its standard input is a hang-up to who polls it', async (t) => {
  const box = await Sandbox.open();
  t.after(() => box.close());
  const polls = 'import select, sys; p = select.poll(); p.register(0, 0); sys.exit(p.poll()[0][1] & select.POLLHUP)';
  const command = box.spawn(['python3', '-c', polls]);
  command.stdin.end();
  assert.deepEqual(await once(command, 'exit'), [16, null]); // POLLHUP, poll(2)
});

test('a command that was under way when its sandbox was closed did not end by itself', async () => {
  const box = await Sandbox.open();
  const command = box.spawn(['sleep', '1000']);
  const ended = once(command, 'close');
  await box.until(box.running('sleep'));
  await box.close();
  assert.deepEqual(await ended, [CUT_SHORT, null]);
});

test('a command for a sandbox that is closed is an error', async () => {
  const box = await Sandbox.open();
  await box.close();
  const [error] = await once(box.spawn(['true']), 'error');
  assert.match(error.message, /^connect (ENOENT|ECONNREFUSED) .*\.box$/);
});

test('more than there is room for is refused before anything is asked', async (t) => {
  const box = await Sandbox.open();
  t.after(() => box.close());
  assert.throws(() => box.spawn(['echo', 'x'.repeat(200_000)]), {
    message: 'echo: a command of 2 words, 200006 bytes; there is room for 1024 and 131072',
  });
  assert.throws(() => box.spawn(['echo', ...Array.from({ length: 1024 }, () => 'x')]), /a command of 1025 words/);
  const { stdout } = await box.$`echo ${Array.from({ length: 2000 }, () => 'x')}`; // one word: the shell takes it apart
  assert.equal(stdout.length, 4000);
});
