import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Sandbox } from './sandbox';

async function opened(t: TestContext): Promise<Sandbox> {
  const box = await Sandbox.open();
  t.after(() => box.close());
  return box;
}

test('a program that runs on is known by its PID, leads its session, and has no shell around it', async (t) => {
  const box = await opened(t);
  const program = await box.start('sleeper', 'sleep 1000');
  await box.until(box.running('sleep'));
  const row = (await box.ps()).find(program.pid);
  assert.deepEqual(row && [row.comm, row.ppid, row.pgid, row.sid], ['sleep', box.facts.init, program.pid, program.pid]);
});

test('what it prints is noted down line by line, from both streams, with the program as witness', async (t) => {
  const box = await opened(t);
  box.files({ 'talk.sh': '#!/bin/sh\necho one\nread go\necho two >&2\n' });
  const talk = await box.start('talk', './talk.sh');
  await box.until(talk.says('one'));
  talk.write('go\n');
  const [match] = await box.until(talk.says(/^tw./));
  assert.equal(match, 'two');
  assert.equal(await box.until(talk.ends()), 0);
  const seen = box.recorder.finish().flatMap((seen) => (seen.witness === 'talk' ? [seen] : []));
  assert.deepEqual(
    seen.map((one) => (one.kind === 'line' ? one.line : one.kind === 'end' ? one.status : one.kind)),
    ['one', 'two', 0],
  );
});

test('a program that a signal ended says which', async (t) => {
  const box = await opened(t);
  const program = await box.start('sleeper', 'sleep 1000');
  await box.kill(program.pid, 'USR1');
  assert.equal(await box.until(program.ends()), 'SIGUSR1');
});

test('a line that can no longer come is not waited for', async (t) => {
  const box = await opened(t);
  const program = await box.start('brief', 'echo hello');
  await box.until(program.ends());
  await assert.rejects(box.until(program.says('good-bye')), /^Error: brief ended \(0\) without printing .*hello$/s);
});

test('a program reads until its standard input is closed', async (t) => {
  const box = await opened(t);
  const cat = await box.start('cat', 'cat');
  cat.write('a line\n');
  await box.until(cat.says('a line'));
  cat.close();
  assert.equal(await box.until(cat.ends()), 0);
});

test('a program that is not there says so, and ends', async (t) => {
  const box = await opened(t);
  const program = await box.start('none', 'no-such-program');
  await box.until(program.says(/no-such-program: not found/));
  assert.equal(await box.until(program.ends()), 127);
});
