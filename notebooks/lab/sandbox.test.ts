import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Fact } from './history';
import { compile } from './programs';
import { Sandbox, type SandboxOptions, whichSandbox } from './sandbox';
import { TimeOut, waitFor } from './until';

/** A sandbox that is closed when the test is over. */
async function opened(t: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const box = await Sandbox.open(options);
  t.after(() => box.close());
  return box;
}

/** The test is about strace, whatever else this host would allow. */
function withStrace(t: TestContext): void {
  const before = process.env.PROCNOTES_WITNESS;
  process.env.PROCNOTES_WITNESS = 'strace';
  t.after(() => {
    if (before === undefined) delete process.env.PROCNOTES_WITNESS;
    else process.env.PROCNOTES_WITNESS = before;
  });
}

/** A test that needs namespaces: where the host forbids them it is skipped, and says why. */
const inNamespaces = (name: string, body: (t: TestContext) => Promise<void>) =>
  test(name, async (t) => {
    const { kind, refusals } = await whichSandbox();
    if (kind === 'host') return t.skip(`no namespaces on this host: ${refusals.join('; ') || 'PROCNOTES_HOST=1'}`);
    await body(t);
  });

const bothWays: [string, SandboxOptions][] = [
  ['in namespaces', {}],
  ['on the plain host', { on: 'host' }],
];

/** The last fact of a kind that the sandbox noted down. */
function last<K extends Fact['kind']>(box: Sandbox, kind: K): Extract<Fact, { kind: K }> {
  const [seen] = box.recorder
    .finish()
    .filter((seen): seen is Extract<typeof seen, { kind: K }> => seen.kind === kind)
    .slice(-1);
  if (seen === undefined) throw new Error(`no ${kind} was noted down`);
  return seen as unknown as Extract<Fact, { kind: K }>;
}

/** A TCP server of this host, outside every sandbox, that says `greeting`. */
async function hostServer(t: TestContext, greeting: string): Promise<number> {
  const server = createServer((client) => client.end(greeting));
  t.after(() => server.close());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** Shell: what the server at this port says. */
const hear = (port: number) => `cat < /dev/tcp/127.0.0.1/${port}`;

inNamespaces('ps inside sees init as PID 1, with a group and a session of its own, and nobody outside', async (t) => {
  const box = await opened(t);
  const { rows } = await box.ps();
  assert.deepEqual(
    rows.map(({ pid, ppid, pgid, sid, comm }) => ({ pid, ppid, pgid, sid, comm })),
    [{ pid: 1, ppid: 0, pgid: 1, sid: 1, comm: 'init' }],
  );
});

for (const [where, options] of bothWays) {
  test(`${where} a command is a child of init that leads a group and a session, without a terminal`, async (t) => {
    const box = await opened(t, options);
    const { stdout } = await box.$`echo $$ $PPID; ps -o pgid=,sid=,tty= -p $$`;
    const [pid, ppid, pgid, sid, tty] = stdout.trim().split(/\s+/);
    assert.deepEqual([ppid, pgid, sid, tty], [String(box.facts.init), pid, pid, '?']);
  });

  test(`${where} a command begins in the scratch directory, with an environment that tells nothing of its caller`, async (t) => {
    process.env.PROCNOTES_SECRET = 'of the caller';
    t.after(() => delete process.env.PROCNOTES_SECRET);
    const box = await opened(t, options);
    const { stdout } = await box.$`pwd; echo $HOME; printenv PROCNOTES_SECRET`;
    assert.equal(stdout, `${box.scratch}\n${box.scratch}\n`);
  });

  test(`${where} the process table has what the sandbox started, and only that`, async (t) => {
    const box = await opened(t, options);
    const [, another] = [box.spawn(['sleep', '1000']), await opened(t, options)];
    another.spawn(['tail', '-f', '/dev/null']);
    await another.until(another.running('tail'));
    const table = await box.until(box.running('sleep'));
    assert.deepEqual(
      table.rows.map(({ comm }) => comm),
      ['init', 'sleep'],
    );
    assert.deepEqual(
      table.childrenOf(box.facts.init).map(({ comm }) => comm),
      ['sleep'],
    );
  });

  test(`${where} an orphan goes to init`, async (t) => {
    const box = await opened(t, options);
    const { stdout } = await box.$`sh -c ${'sleep 1000 > /dev/null 2>&1 & echo $!'}`;
    const orphan = (await box.ps()).find(Number(stdout));
    assert.deepEqual([orphan?.comm, orphan?.ppid], ['sleep', box.facts.init]);
  });

  test(`${where} an orphan that ends is waited for by an init that waits`, async (t) => {
    const box = await opened(t, options);
    const { stdout } = await box.$`sh -c ${'sleep 1000 > /dev/null 2>&1 & echo $!'}`;
    await box.kill(Number(stdout));
    await box.until(box.gone(Number(stdout)));
    assert.deepEqual(last(box, 'process'), { ...last(box, 'process'), pid: Number(stdout), state: 'gone' });
  });

  test(`${where} an orphan that ends stays a zombie under an init that never waits`, async (t) => {
    const box = await opened(t, { ...options, pid1: 'never waits' });
    const { stdout } = await box.$`sh -c ${'sleep 1000 > /dev/null 2>&1 & echo $!'}`;
    await box.kill(Number(stdout));
    await box.until(box.state(Number(stdout), 'Z'));
    await box.$`true`; // init has waited for another child since
    const zombie = (await box.ps()).named('sleep');
    assert.deepEqual([zombie.pid, zombie.ppid, zombie.stat.charAt(0)], [Number(stdout), box.facts.init, 'Z']);
  });

  test(`${where} a signal to a negative PID reaches the whole group, and no more`, async (t) => {
    const box = await opened(t, options);
    box.spawn(['sh', '-c', 'sleep 1000 & sleep 1000']);
    const bystander = box.spawn(['tail', '-f', '/dev/null']);
    const table = await box.until(
      box.table('two sleeps and tail', (now) =>
        now.allNamed('sleep').length === 2 && now.allNamed('tail').length === 1 ? now : undefined,
      ),
    );
    const { pid, pgid } = table.named('sh');
    assert.equal(pid, pgid);
    assert.equal(table.inGroup(pgid).length, 3);
    await box.kill(-pgid);
    for (const process of table.inGroup(pgid)) await box.until(box.gone(process.pid));
    assert.equal((await box.ps()).allNamed('tail').length, 1);
    assert.equal(bystander.exitCode, null);
  });

  test(`${where} a signal to nobody is an error`, async (t) => {
    const box = await opened(t, options);
    await assert.rejects(box.kill(4194303), /^Error: kill -TERM -- 4194303 failed: .*No such process/);
  });

  test(`${where} closing ends all of it, daemons and what ignores every signal as well, and leaves no directory`, async (t) => {
    const box = await opened(t, options);
    const seconds = `1000.${process.pid}${options.on === 'host' ? 1 : 2}`;
    await box.$`setsid sleep ${seconds} > /dev/null 2>&1 & trap '' TERM HUP INT; sleep ${seconds} > /dev/null 2>&1 &`;
    const sleeping = () =>
      readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
        } catch {
          return false;
        }
      });
    await waitFor(
      {
        what: 'two sleeps',
        look: () =>
          sleeping().length === 2 ? { met: 'yes', value: 2, witness: '/proc' } : { met: 'no', seen: 'fewer' },
      },
      10_000,
    );
    await box.close();
    assert.deepEqual(sleeping(), []);
    assert.ok(options.on !== 'host' || !existsSync(box.scratch), `${box.scratch} is still there`);
    await box.close(); // a second time it has nothing to do
  });

  test(`${where} a trace shows who sent a signal and who took it, and how everybody ended`, async (t) => {
    withStrace(t);
    const box = await opened(t, options);
    const script = 'sleep 1000 & kill -USR1 $!; wait';
    const { stdout } = await box.$`echo $$; ${box.traced('sh').split(' ')} -c ${script}`;
    await box.close();
    const events = box.recorder.finish().flatMap((seen) => (seen.kind === 'event' ? [seen] : []));
    const kill = events.find((seen) => seen.event === 'kill');
    assert.ok(kill?.event === 'kill' && kill.signal === 'SIGUSR1' && kill.result === 'ok', JSON.stringify(events));
    const shell = kill.by;
    assert.ok(shell >= Number(stdout));
    const of = (event: string) =>
      events.filter((seen) => seen.event === event).map(({ n, at, witness, kind, ...fact }) => fact);
    assert.deepEqual(of('fork'), [{ event: 'fork', pid: shell, child: kill.to }]);
    assert.deepEqual(
      of('signal').filter((fact) => 'pid' in fact && fact.pid === kill.to),
      [{ event: 'signal', pid: kill.to, signal: 'SIGUSR1', code: 'SI_USER', from: shell }],
    );
    assert.deepEqual(of('reap'), [{ event: 'reap', pid: shell, child: kill.to }]);
    assert.deepEqual(of('exit'), [
      { event: 'exit', pid: kill.to, signal: 'SIGUSR1' },
      { event: 'exit', pid: shell, status: 0 },
    ]);
  });
}

test('a traced program has the parent, group and session that it would have without', async (t) => {
  withStrace(t);
  const box = await opened(t);
  await box.$`bash -c ${`${box.traced('sh')} -c 'echo $$ $PPID; ps -o pgid=,sid= -p $$' > traced; echo $$ > caller`}`;
  const [pid, ...kin] = box.read('traced').trim().split(/\s+/);
  const caller = box.read('caller').trim();
  assert.deepEqual(kin, [caller, caller, caller], 'parent, group and session are the command that called it');
  assert.notEqual(pid, caller);
});

inNamespaces('its ports are its own: none of the host is reached, and the same numbers are free', async (t) => {
  const port = await hostServer(t, 'outside');
  const box = await opened(t);
  const before = await box.$`bash -c ${hear(port)}`;
  assert.match(before.stderr, /Connection refused/); // loopback is up, or this would be: Network is unreachable
  const server = box.spawn([await compile('lab/fixtures/listens.c'), String(port), 'inside']);
  await new Promise((resolve) => server.stdout.once('data', resolve));
  assert.equal((await box.$`bash -c ${hear(port)}`).stdout, 'inside');
});

test('on the plain host the ports are those of the host', async (t) => {
  const port = await hostServer(t, 'outside');
  const box = await opened(t, { on: 'host' });
  assert.equal((await box.$`bash -c ${hear(port)}`).stdout, 'outside');
});

test('a port that is taken on the plain host is refused, with the remedy; in namespaces it is free', async (t) => {
  const port = await hostServer(t, 'outside');
  const host = await opened(t, { on: 'host' });
  await assert.rejects(host.port(port), {
    message: `port ${port} is taken on this host; set PROCNOTES_PORT to a free one`,
  });
  const box = await opened(t);
  if (box.facts.kind !== 'host') assert.equal(await box.port(port), port);
});

test('on the plain host PROCNOTES_PORT names another port, in namespaces the wanted one is given', async (t) => {
  const [host, box] = [await opened(t, { on: 'host' }), await opened(t)];
  const port = await hostServer(t, '');
  process.env.PROCNOTES_PORT = String(port);
  t.after(() => delete process.env.PROCNOTES_PORT);
  await assert.rejects(host.port(8080), { message: /^port \d+ is taken/ });
  if (box.facts.kind !== 'host') assert.equal(await box.port(8080), 8080);
  for (const none of ['a port', '80', '70000']) {
    process.env.PROCNOTES_PORT = none;
    await assert.rejects(host.port(8080), {
      message: `PROCNOTES_PORT is "${none}"; it can be a port from 1024 to 65535`,
    });
  }
});

inNamespaces('the scratch directory is seen from inside only, and by no other sandbox', async (t) => {
  const [one, other] = [await opened(t), await opened(t)];
  one.files({ 'only-inside': 'x' });
  assert.equal(one.scratch, other.scratch);
  assert.equal((await one.$`cat only-inside`).stdout, 'x');
  assert.equal(other.look('only-inside'), 'absent');
  assert.ok(!existsSync(join(one.scratch, 'only-inside')));
});

inNamespaces('the host keeps its name', async (t) => {
  const box = await opened(t);
  const before = hostname();
  assert.equal((await box.$`uname -n`).stdout, 'box\n');
  assert.equal(hostname(), before);
});

inNamespaces('what a command does has no more rights than its user has', async (t) => {
  const box = await opened(t);
  if (box.facts.kind !== 'user namespace') return t.skip('root has all rights anyway');
  assert.match((await box.$`grep CapEff /proc/self/status`).stdout, /CapEff:\s+0{16}/);
});

test('a command is noted down with what it printed and how it ended', async (t) => {
  const box = await opened(t);
  const { exitCode, stdout } = await box.$`echo out; echo err >&2; exit 3`;
  assert.deepEqual([exitCode, stdout], [3, 'out\n']);
  const { command, stdout: out, stderr: err, status } = last(box, 'command');
  assert.deepEqual([command, out, err, status], ['echo out; echo err >&2; exit 3', 'out\n', 'err\n', 3]);
});

test('a command that a signal ended is noted down with the signal', async (t) => {
  const box = await opened(t);
  const { signal } = await box.$`kill -SEGV $$`;
  assert.deepEqual([signal, last(box, 'command').status], ['SIGSEGV', 'SIGSEGV']);
});

test('what is put into a command is one word, whatever is in it', async (t) => {
  const box = await opened(t);
  const nasty = `a 'b' "c" $HOME \`id\` \\ ; # \n é 日本`;
  const { stdout } = await box.$`printf '[%s]' ${nasty} ${['x', 'y z']} ${''}`;
  assert.equal(stdout, `[${nasty}][x][y z][]`);
});

test('a megabyte of output comes whole', async (t) => {
  const box = await opened(t);
  const { stdout } = await box.$`head -c 1000000 /dev/zero | tr '\\0' x`;
  assert.equal(stdout.length, 1_000_000);
});

test('a hundred commands at once are each answered their own', async (t) => {
  const box = await opened(t);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => box.$`echo ${i}`));
  assert.deepEqual(
    answers.map(({ stdout }) => Number(stdout)),
    answers.map((_, i) => i),
  );
});

test('a command whose caller is gone is ended', async (t) => {
  const box = await opened(t);
  const caller = box.spawn(['sleep', '1000']);
  const sleep = (await box.until(box.running('sleep'))).named('sleep');
  caller.kill();
  await box.until(box.gone(sleep.pid));
});

test('files are written, folders and all, and a script can be run', async (t) => {
  const box = await opened(t);
  box.files({ 'a.sh': '#!/bin/sh\necho $0\n', 'deep/er/text': 'no script\n' });
  assert.equal((await box.$`./a.sh`).stdout, './a.sh\n');
  assert.match((await box.$`deep/er/text`).stderr, /Permission denied/);
  assert.equal(box.read('deep/er/text'), 'no script\n');
  assert.deepEqual([box.look('a.sh'), box.look('deep/er'), box.look('deep/er/none')], ['there', 'there', 'absent']);
  assert.equal(box.look('no/such/folder'), 'absent');
});

test('a file that comes is waited for, and noted down', async (t) => {
  const box = await opened(t);
  box.spawn(['sh', '-c', 'while ! test -e go; do :; done; mkdir abcdef']);
  const there = box.until(box.exists('abcdef'), { moment: 'made' });
  box.files({ go: '' });
  await there;
  assert.equal(last(box, 'file').path, 'abcdef');
  const [made] = box.recorder.finish().filter((seen) => seen.moment === 'made');
  assert.equal(made?.witness, 'the file system');
});

test('what a file says is waited for; until it is there the scratch directory is shown, then what it says', async (t) => {
  const box = await opened(t);
  const ready = box.contains('log', /^ready$/m);
  await assert.rejects(
    box.until(ready, { within: 0 }),
    /for log to say .*ready.*; last seen: the scratch directory holds/,
  );
  box.files({ log: 'not yet\n' });
  await assert.rejects(box.until(ready, { within: 0 }), /last seen: not yet/);
  box.files({ log: 'not yet\nready\n' });
  await box.until(ready);
});

test('a stop is noticed when the parent has fetched it, not before', async (t) => {
  const box = await opened(t);
  const idle = await box.start('idle', `sh -c 'sleep 99 & echo $!; read line'`);
  const [, unnoticed] = await box.until(idle.says(/^(\d+)$/));
  await box.kill(Number(unnoticed), 'STOP');
  await box.until(box.state(Number(unnoticed), 'T'));
  await assert.rejects(
    box.until(box.stopNoticed(Number(unnoticed)), { within: 0 }),
    /last seen: its state is T, its exit code 19/,
  );

  const one = await box.terminal('Terminal 1'); // bash with job control asks for stopped children
  one.type('sleep 98 &\n');
  const { pid } = await box.until(box.table('sleep', (table) => table.rows.find(({ args }) => args === 'sleep 98')));
  await box.kill(pid, 'STOP');
  await box.until(box.stopNoticed(pid));
});

test('a fact that is waited for in vain says what was there instead, and is not noted down', async (t) => {
  const box = await opened(t);
  box.files({ other: '' });
  await assert.rejects(box.until(box.exists('abcdef'), { within: 0 }), (error) => {
    assert.ok(error instanceof TimeOut);
    assert.match(
      error.message,
      /^waited 0 ms for abcdef to be there; last seen: the scratch directory holds .*\bother\b/,
    );
    return true;
  });
  await assert.rejects(box.until(box.running('a.sh'), { within: 0 }), {
    message: /^waited 0 ms for a\.sh to run; last seen: \n *PID +PPID[\s\S]* init$/,
  });
  await assert.rejects(box.until(box.gone(box.facts.init), { within: 0 }), {
    message: /^waited 0 ms for process \d+ to be gone; last seen: its state is [RS]$/,
  });
  assert.deepEqual(
    box.recorder.finish().filter(({ kind }) => kind !== 'act'),
    [],
  );
});

test('a program that the host lacks is asked for in vain, with its package', async (t) => {
  const box = await opened(t);
  assert.throws(() => box.needs('sh', 'no-such-program'), {
    name: 'Missing',
    message: 'needs no-such-program (apt-get install no-such-program)',
  });
});

test('a program of the notebooks is compiled into the scratch directory', async (t) => {
  const box = await opened(t);
  await box.program('join-group');
  assert.match((await box.$`./join-group`).stderr, /^usage: join-group PGID/);
});

test('a sandbox is closed even where its history cannot be completed', async (t) => {
  withStrace(t);
  const box = await Sandbox.open();
  const sleeper = box.spawn(['sleep', '1000']);
  const ended = new Promise((resolve) => sleeper.once('close', resolve));
  await box.until(box.running('sleep'));
  const [trace = ''] = /\.strace-\d+/.exec(box.traced('true')) ?? [];
  await box.$`mkdir ${trace}`;
  await assert.rejects(box.close(), /EISDIR/);
  await ended;
});

test('a /tmp of its own is empty, may be written, and is not the host’s', async (t) => {
  const box = await Sandbox.open({ tmp: 'own' });
  t.after(() => box.close());
  if (box.tmp === 'shared') return t.diagnostic('no namespaces here');
  assert.equal((await box.$`ls -A /tmp`).stdout, '');
  assert.equal((await box.$`stat -c %a /tmp`).stdout, '1777\n');
  await box.$`touch /tmp/procnotes-own-tmp`;
  assert.equal(existsSync('/tmp/procnotes-own-tmp'), false);
});
