import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Nested } from './nested';
import { Sandbox, whichSandbox } from './sandbox';

/** A sandbox for one test, closed at its end. */
async function within(body: (box: Sandbox) => Promise<void>): Promise<void> {
  const box = await Sandbox.open();
  try {
    await body(box);
  } finally {
    await box.close();
  }
}

test('a nested PID namespace begins at 1 with the command given, and ends with it', async (t) => {
  if ((await whichSandbox()).kind === 'host') return t.skip('no namespaces here');
  await within(async (box) => {
    const nested = await Nested.open(box, 'PID 1', 'sleep infinity');
    const inside = await nested.ps('inside');
    assert.deepEqual(
      inside.rows.map(({ pid, ppid, args }) => [pid, ppid, args]),
      [[1, 0, 'sleep infinity']],
    );
    assert.equal((await box.ps()).find(nested.init)?.args, 'sleep infinity');
    await box.kill(nested.init, 'KILL');
    await box.until(nested.program.ends());
  });
});

test('what enters a nested namespace has its own PID there and no parent that can be seen', async (t) => {
  if ((await whichSandbox()).kind === 'host') return t.skip('no namespaces here');
  await within(async (box) => {
    const nested = await Nested.open(box, 'PID 1', 'sleep infinity');
    const { stdout } = await box.$`sh -c ${nested.entering("sh -c 'echo $$ $PPID'")}`;
    assert.equal(stdout, '2 0\n');
  });
});

test('a process is over when it is gone, and when it is a zombie of a parent that sleeps', async () => {
  await within(async (box) => {
    const parent = await box.start('parent', `sh -c 'sleep 0 & echo child $!; exec sleep 100'`);
    const [, child] = await box.until(parent.says(/^child (\d+)/));
    await box.until(box.over(Number(child)));
    assert.equal((await box.ps()).find(Number(child))?.stat.charAt(0), 'Z');
    await box.kill(parent.pid);
    await box.until(box.over(parent.pid));
    await box.until(box.over(Number(child)));
    assert.equal((await box.ps()).find(Number(child)), undefined);
  });
});

test('a process that runs is neither over nor at rest', async () => {
  await within(async (box) => {
    const busy = await box.start('busy', `sh -c 'while :; do :; done'`);
    await assert.rejects(box.until(box.rests(busy.pid), { within: 200 }), /to be at rest; last seen: \d+ is R/);
    await assert.rejects(box.until(box.over(busy.pid), { within: 50 }), /to be over; last seen: its state is R/);
    await box.kill(busy.pid, 'KILL');
    await box.until(box.rests(busy.pid));
  });
});
