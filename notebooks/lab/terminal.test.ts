import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Sandbox, type TerminalOptions } from './sandbox';
import type { Terminal } from './terminal';
import { keyBytes } from './terminal';

/** A sandbox with one terminal, closed when the test is over. */
async function opened(t: TestContext, options?: TerminalOptions): Promise<{ box: Sandbox; one: Terminal }> {
  const box = await Sandbox.open();
  t.after(() => box.close());
  return { box, one: await box.terminal('Terminal 1', options) };
}

/** The lines on the screen, once it shows `text`. */
async function linesWith(box: Sandbox, terminal: Terminal, text: string | RegExp): Promise<string[]> {
  await box.until(terminal.shows(text));
  return terminal.screen().split('\n');
}

test('a key is the byte that a keyboard sends for it', () => {
  assert.deepEqual(['Enter', 'Tab', 'Escape', 'Backspace'].map(keyBytes), ['\r', '\t', '\x1b', '\x7f']);
  assert.deepEqual(['Ctrl-C', 'Ctrl-c', 'Ctrl-D', 'Ctrl-Z'].map(keyBytes), ['\x03', '\x03', '\x04', '\x1a']);
  assert.deepEqual(['Ctrl-\\', 'Ctrl-]', 'Ctrl-^', 'Ctrl-_'].map(keyBytes), ['\x1c', '\x1d', '\x1e', '\x1f']);
});

test('a key that nobody has is refused, with those that there are', () => {
  for (const key of ['', 'C', 'Ctrl-', 'Ctrl-CC', 'Ctrl-1', 'Return'])
    assert.throws(() => keyBytes(key), {
      message: `no key is called "${key}"; there are: Enter, Tab, Escape, Backspace, Ctrl-C and its like`,
    });
});

test('the first terminal is an interactive shell that leads a session on a terminal of its own', async (t) => {
  const { box, one } = await opened(t);
  const bash = (await box.ps()).find(one.leader);
  assert.deepEqual(bash && [bash.comm, bash.pgid, bash.sid, bash.tpgid], ['bash', one.leader, one.leader, one.leader]);
  assert.equal(`/dev/${bash?.tty}`, one.tty);
  if (box.facts.kind !== 'host') assert.equal(one.tty, '/dev/pts/0');
});

test('what came from a terminal and what was done at it are told in order, with the time', async (t) => {
  const { box, one } = await opened(t);
  one.type('echo $((6 * 7))\n');
  await box.until(one.shows(/^42$/m));
  await one.resize(30, 100);
  one.press('Ctrl-C');
  await box.until(one.shows('^C'));
  await one.hangUp();
  const account = one.account();
  const done = account.flatMap(({ at: _, ...event }) => (event.kind === 'output' ? [] : [event]));
  assert.deepEqual(done, [
    { kind: 'type', text: 'echo $((6 * 7))\n' },
    { kind: 'resize', rows: 30, columns: 100 },
    { kind: 'press', key: 'Ctrl-C' },
    { kind: 'close' },
  ]);
  const heard = account.map((event) => (event.kind === 'output' ? event.text : '')).join('');
  assert.equal(heard, one.transcript());
  const times = account.map(({ at }) => at);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok(times.every((at) => at > 0 && at <= box.recorder.now()));
});

test('a second terminal is another terminal, with another session', async (t) => {
  const { box, one } = await opened(t);
  const two = await box.terminal('Terminal 2');
  const table = await box.ps();
  const [first, second] = [table.find(one.leader), table.find(two.leader)];
  assert.notEqual(one.tty, two.tty);
  assert.deepEqual([first?.sid, second?.sid], [one.leader, two.leader]);
  if (box.facts.kind !== 'host') assert.equal(two.tty, '/dev/pts/1');
});

test('what is typed is run, and what it prints is on the screen', async (t) => {
  const { box, one } = await opened(t);
  one.type('echo $((6 * 7)); tty\n');
  assert.deepEqual(await linesWith(box, one, /^42\n\/dev\/pts\/\d+\n\$/m), [
    '$ echo $((6 * 7)); tty',
    '42',
    one.tty,
    '$',
  ]);
});

test('what is typed, pasted and pressed is noted down', async (t) => {
  const { box, one } = await opened(t);
  one.type('ec');
  one.paste('ho 1');
  one.press('Ctrl-C');
  const acts = box.recorder.finish().flatMap((seen) => (seen.kind === 'act' ? [seen.what] : []));
  assert.deepEqual(acts.slice(-3), ['Terminal 1: type ec', 'Terminal 1: paste ho 1', 'Terminal 1: press Ctrl-C']);
});

test('Ctrl-C ends the job in the foreground, and the shell stays', async (t) => {
  const { box, one } = await opened(t);
  one.type('sleep 1000\n');
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  assert.equal(sleep.tpgid, sleep.pgid);
  one.press('Ctrl-C');
  await box.until(box.gone(sleep.pid));
  one.type('echo $?\n');
  await box.until(one.shows(/^130$/m));
});

test('Ctrl-Z stops the job in the foreground, and fg lets it go on', async (t) => {
  const { box, one } = await opened(t);
  one.type('sleep 1000\n');
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  one.press('Ctrl-Z');
  await box.until(box.state(sleep.pid, 'T'));
  await box.until(one.shows(/Stopped +sleep 1000/));
  one.type('fg\n');
  await box.until(box.state(sleep.pid, 'S'));
});

test('Ctrl-D at an empty prompt ends the shell, and the screen stays', async (t) => {
  const { box, one } = await opened(t);
  one.type('echo last words\n');
  await box.until(one.shows(/^last words$/m));
  one.press('Ctrl-D');
  await box.until(box.gone(one.leader));
  assert.match(await one.look(), /^last words$/m);
});

test('Ctrl-C arrives while a program fills the screen as fast as it can', async (t) => {
  const { box, one } = await opened(t);
  one.type('yes\n');
  const yes = (await box.until(box.running('yes'))).named('yes');
  await box.until(one.shows(/^y\ny\ny$/m));
  one.press('Ctrl-C');
  await box.until(box.gone(yes.pid));
  await box.until(one.shows(/\n\^C\n\$$|\$$/));
});

test('a resize is seen by what runs on the terminal, which is told of it', async (t) => {
  const { box, one } = await opened(t, { rows: 30, columns: 100 });
  one.type("trap 'echo told' WINCH; stty size\n");
  await box.until(one.shows(/^30 100\n\$$/m)); // the shell is in the foreground again: it is who is told
  await one.resize(40, 132);
  await box.until(one.shows(/\btold$/m));
  one.type('stty size\n');
  await box.until(one.shows(/^40 132$/m));
});

test('of several sizes at once, the last one holds', async (t) => {
  const { box, one } = await opened(t);
  for (let round = 0; round < 10; round++) {
    await Promise.all([31, 32, 33, 34, 35, 36].map((rows) => one.resize(rows, 100)));
    assert.equal((await box.$`stty -F ${one.tty} size`).stdout, '36 100\n');
  }
});

test('a paste is bracketed for a shell: nothing runs before Enter', async (t) => {
  const { box, one } = await opened(t);
  one.paste('mkdir one\nmkdir two\n');
  await box.until(one.shows('mkdir two'));
  assert.equal(box.look('one'), 'absent');
  one.press('Enter');
  await box.until(box.exists('two'));
  await box.until(box.exists('one'));
});

test('a paste is plain for a program that did not ask for brackets', async (t) => {
  const { box, one } = await opened(t);
  one.type('echo ready; cat > typed\n');
  await box.until(one.shows(/^ready$/m)); // by then the screen knows that the shell has taken its brackets back
  one.paste('one\ntwo\n');
  one.press('Ctrl-D');
  await box.until(box.exists('typed'));
  await box.until({
    what: 'cat to have read both lines',
    look: () =>
      box.read('typed') === 'one\ntwo\n'
        ? { met: 'yes', value: undefined, witness: 'the file system' }
        : { met: 'no', seen: JSON.stringify(box.read('typed')) },
  });
});

test('a here-document of 20 KB is pasted whole', async (t) => {
  const { box, one } = await opened(t);
  const text = Array.from({ length: 500 }, (_, i) => `line ${i} of many, each with 'quotes' and $dollars\n`).join('');
  assert.ok(text.length > 20_000);
  one.paste(`cat > pasted << 'EOF'\n${text}EOF\nmkdir done\n`);
  one.press('Enter');
  await box.until(box.exists('done'), { within: 20_000 });
  assert.equal(box.read('pasted'), text);
});

test('what is typed ahead of a busy program is read when it is done', async (t) => {
  const { box, one } = await opened(t);
  await box.$`mkfifo pipe`;
  one.type('cat < pipe\n');
  one.type('mkdir typed-ahead\n');
  await box.$`echo done > pipe`; // waits for the reader
  await box.until(box.exists('typed-ahead'));
});

test('a line longer than the screen is wide is one line, with the blanks in it', async (t) => {
  const { box, one } = await opened(t, { columns: 40 });
  const [digits, blank] = ['0'.repeat(39), ' '];
  one.type("printf '%039d %039d end\\n' 0 0\n");
  const lines = await linesWith(box, one, /^0+ 0+ end$/m);
  assert.ok(lines.includes(`${digits}${blank}${digits} end`), lines.join('\n'));
});

test('wide characters and accents are read as they were written, also across the edge', async (t) => {
  const { box, one } = await opened(t, { columns: 21 });
  box.files({ text: 'naïve 日本語 é\n日本語日本語日本語日本語\n' });
  one.type('cat text\n');
  const lines = await linesWith(box, one, /語$/m);
  assert.ok(lines.includes('naïve 日本語 é'), lines.join('\n'));
  assert.ok(lines.includes('日本語日本語日本語日本語'), lines.join('\n'));
});

test('what scrolled off the screen is still read', async (t) => {
  const { box, one } = await opened(t, { rows: 5 });
  one.type('seq 100\n');
  const lines = await linesWith(box, one, /^100$/m);
  assert.deepEqual(
    lines.slice(1, 101),
    Array.from({ length: 100 }, (_, i) => String(i + 1)),
  );
});

test('what a program draws over is not there any more', async (t) => {
  const { box, one } = await opened(t);
  one.type("printf 'before\\rafter!\\n'\n");
  const lines = await linesWith(box, one, /^after!$/m);
  assert.ok(!lines.includes('before'));
});

test('hanging up ends the shell and its job, and the terminal is gone', async (t) => {
  const { box, one } = await opened(t);
  one.type('sleep 1000\n');
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  await one.hangUp();
  await box.until(box.gone(one.leader));
  await box.until(box.gone(sleep.pid));
  assert.deepEqual((await box.ps()).allNamed('terminal'), []);
  await one.hangUp(); // a second time it has nothing to do
});

test('a window can be closed whose program reads nothing of what was typed', async (t) => {
  const { box, one } = await opened(t);
  one.type('sleep 1000\n');
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  one.paste('a line that nobody reads\n'.repeat(4000));
  await one.hangUp();
  await box.until(box.gone(sleep.pid));
});

test('a window that is hung up takes no more keys', async (t) => {
  const { one } = await opened(t);
  await one.hangUp();
  assert.throws(() => one.type('ls\n'), { message: 'Terminal 1 is hung up: nothing can be typed into it' });
});

test('a terminal can be opened with any program, which then leads the session', async (t) => {
  const { box, one } = await opened(t, { program: ['sleep', '1000'] });
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  assert.deepEqual([sleep.pid, sleep.sid, `/dev/${sleep.tty}`], [one.leader, one.leader, one.tty]);
});

test('a program that is not there says so on the screen', async (t) => {
  const { box, one } = await opened(t, { program: ['no-such-program'] });
  await box.until(one.shows('no-such-program: No such file or directory'));
});

test('a traced shell leads its session itself: the tracer stands aside', async (t) => {
  const before = process.env.PROCNOTES_WITNESS;
  process.env.PROCNOTES_WITNESS = 'strace';
  t.after(() => {
    if (before === undefined) delete process.env.PROCNOTES_WITNESS;
    else process.env.PROCNOTES_WITNESS = before;
  });
  const { box, one } = await opened(t, { traced: 'yes' });
  const table = await box.ps();
  const bash = table.named('bash');
  assert.deepEqual([bash.pid, bash.sid], [one.leader, one.leader]);
  const tracer = table.named('strace');
  assert.ok(tracer.sid !== bash.sid && tracer.tty === '?', String(table));
});

test('the screen at the end is part of the history', async (t) => {
  const { box, one } = await opened(t);
  one.type('echo last words\n');
  await box.until(one.shows(/^last words$/m));
  await box.close();
  const [screen] = box.recorder.finish().filter((seen) => seen.moment === 'at the end');
  assert.match(screen?.kind === 'screen' ? screen.text : '', /^last words$/m);
});

test('the transcript has all that was written to the terminal, escape sequences and all', async (t) => {
  const { box, one } = await opened(t);
  one.type("printf '\\033[31mred\\033[0m\\n'\n");
  await box.until(one.shows(/^red$/m));
  assert.ok(one.transcript().includes('\x1b[31mred\x1b[0m\r\n'));
});
