import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';

import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event, Observation } from '../history';
import { History } from '../history';
import { judge, no, yes } from '../judge';
import { compile } from '../programs';
import { Sandbox, type SandboxOptions } from '../sandbox';
import { waitFor } from '../until';
import { obstacle, Tracefs } from './tracefs';
import { bestWitness } from './witness';

/** A test that needs tracefs: where the host forbids it, it is skipped, and says why. */
const asRoot = (name: string, body: (t: TestContext) => Promise<void>) =>
  test(name, async (t) => {
    const against = obstacle();
    if (against !== undefined) return t.skip(against);
    await body(t);
  });

type Named = 'tracefs' | 'strace' | 'none';

/** Runs with one witness only; what `traced` gives is run in a sandbox, which is closed again. */
async function witnessed(
  only: Named,
  steps: (box: Sandbox) => Promise<void>,
  options: SandboxOptions = {},
): Promise<Observation[]> {
  const before = process.env.PROCNOTES_WITNESS;
  process.env.PROCNOTES_WITNESS = only;
  const box = await Sandbox.open(options).finally(() => {
    if (before === undefined) delete process.env.PROCNOTES_WITNESS;
    else process.env.PROCNOTES_WITNESS = before;
  });
  try {
    await steps(box);
  } finally {
    await box.close();
  }
  return box.recorder.finish();
}

const eventsOf = (seen: Observation[]) => seen.flatMap((one) => (one.kind === 'event' ? [one] : []));

/** Copies a program of fixtures/ into the sandbox, and runs it with a witness; its exit status must be 0. */
async function fixture(only: Named, name: string, ...args: string[]): Promise<Event[]> {
  const program = await compile(`lab/fixtures/${name}.c`);
  const seen = await witnessed(only, async (box) => {
    box.files({ here: '' });
    const { stdout } = await box.$`cp ${program} ${name} && pwd`;
    assert.equal(stdout, `${box.scratch}\n`);
    const { exitCode } = await box.$`${box.traced(`./${name}`).split(' ')} ${args}`;
    assert.equal(exitCode, 0, `${name} failed`);
  });
  assert.deepEqual(
    seen.filter(({ kind }) => kind === 'gap'),
    [],
  );
  return below(eventsOf(seen), `./${name}`);
}

/** What concerns the process that executed `path`, and its descendants, from then on. */
function below(events: Event[], path: string): Event[] {
  const start = events.findIndex((event) => event.event === 'exec' && event.path === path);
  const [first] = events.slice(start);
  assert.ok(first?.event === 'exec', `nobody executed ${path}`);
  const family = new Set([first.pid]);
  return events.slice(start).filter((event) => {
    if (event.event === 'fork' && family.has(event.pid)) family.add(event.child);
    if (event.event === 'tcp') return true;
    const who = event.event === 'kill' ? event.by : event.event === 'reap' ? event.child : event.pid;
    return family.has(who ?? 0);
  });
}

/** The events in words without PIDs: each process is called by its place in the tree, as `P`, its second child as `P.2`. */
function inWords(events: Event[]): { of: string; words: string }[] {
  const names = new Map<number, string>([[1, 'init']]);
  const children = new Map<string, number>();
  const name = (pid: number): string => names.get(pid) ?? 'P';
  return events.map((event) => {
    switch (event.event) {
      case 'fork': {
        const count = (children.get(name(event.pid)) ?? 0) + 1;
        children.set(name(event.pid), count);
        names.set(event.child, `${name(event.pid)}.${count}`);
        return { of: name(event.pid), words: `forks ${name(event.child)}` };
      }
      case 'kill': {
        const to = event.to < 0 ? `group of ${name(-event.to)}` : name(event.to);
        return { of: name(event.by), words: `sends ${event.signal} to ${to}: ${event.result}` };
      }
      case 'signal': {
        const from = event.from === undefined ? '' : ` from ${name(event.from)}`;
        return { of: `${name(event.pid)}, told`, words: `${event.signal} (${event.code})${from}` };
      }
      case 'exec':
        return { of: name(event.pid), words: `executes ${event.path}` };
      case 'setpgid':
        return { of: name(event.pid), words: `puts ${name(event.of)} into the group of ${name(event.pgid)}` };
      case 'reparent':
        return { of: `${name(event.pid)}, child of`, words: `${name(event.from)}, now of ${name(event.to)}` };
      case 'reap':
        return { of: `${name(event.child)}, waited for`, words: `by ${name(event.pid)}` };
      case 'exit':
        return { of: name(event.pid), words: `ends (${event.signal ?? event.status})` };
      case 'tcp':
        return { of: `${event.local} ${event.remote}`, words: `${event.from} to ${event.to}` };
      default:
        return { of: name(event.pid), words: event.event };
    }
  });
}

/** What each process did and what befell it, in order; between processes there is none that both witnesses must agree on. */
function byProcess(events: Event[]): Record<string, string[]> {
  const threads: Record<string, string[]> = {};
  for (const { of, words } of inWords(events)) threads[of] = [...(threads[of] ?? []), words];
  return threads;
}

/** What both witnesses can tell: a tracer is not told of SIGKILL, or of a signal that is dropped or waits; of init and TCP it sees nothing. */
const common = (events: Event[]) =>
  events.filter(
    (event) =>
      event.event !== 'tcp' &&
      !(
        event.event === 'signal' &&
        (event.signal === 'SIGKILL' || event.fate === 'dropped' || event.fate === 'blocked')
      ) &&
      !(event.event === 'reap' && event.pid <= 1),
  );

for (const [name, least] of [
  ['ends-every-way', 40],
  ['leaves-orphans', 12],
  ['drops-sigchld', 10],
  ['client-closes-first', 4],
] as const) {
  asRoot(`tracefs and strace tell the same of ${name}, in the same order`, async () => {
    const args = name === 'client-closes-first' ? ['8080'] : [];
    const [kernel, tracer] = [await fixture('tracefs', name, ...args), await fixture('strace', name, ...args)];
    const settle = (events: Event[]) => {
      const told = byProcess(common(events));
      // How often it had to be told is chance.
      if (name === 'ends-every-way')
        for (const of of ['P', 'P.7, told'])
          told[of] = (told[of] ?? []).filter(
            (words, i, all) => !/SIGUSR1.*(P\.7|from P$)/.test(words) || words !== all[i - 1],
          );
      return told;
    };
    assert.ok(common(tracer).length >= least, `only ${common(tracer).length} events`);
    assert.deepEqual(settle(kernel), settle(tracer));
  });
}

asRoot(
  'tracefs tells the fate of a signal: of three SIGCHLDs one comes, two are dropped as it is waiting',
  async () => {
    const events = await fixture('tracefs', 'drops-sigchld');
    const told = events.filter((event) => event.event === 'signal' && event.signal === 'SIGCHLD' && 'child' in event);
    const [parent] = events.flatMap((event) => (event.event === 'fork' ? [event.pid] : []));
    const children = events.flatMap((event) => (event.event === 'fork' ? [event.child] : []));
    assert.deepEqual(
      told.filter((event) => event.event === 'signal' && event.pid === parent),
      children.map((child, i) => ({
        ...told[i],
        event: 'signal',
        pid: parent,
        signal: 'SIGCHLD',
        code: 'CLD_EXITED',
        child,
        fate: i === 0 ? 'delivered' : 'dropped',
      })),
    );
  },
);

asRoot('tracefs tells an ignored signal, and one that is caught', async () => {
  const events = await fixture('tracefs', 'ends-every-way');
  const fates = (of: string) =>
    inWords(events).flatMap(({ of: whose }, i) => {
      const event = events[i];
      return whose === `${of}, told` && event?.event === 'signal' ? [`${event.signal} ${event.fate}`] : [];
    });
  assert.deepEqual(fates('P.6'), ['SIGUSR1 ignored', 'SIGTERM delivered']);
  assert.equal(fates('P.7')[0], 'SIGUSR1 delivered');
});

asRoot('an adoption that is inferred is what ps shows', async () => {
  let [shown, orphan, init] = [0, 0, 0];
  const seen = await witnessed('tracefs', async (box) => {
    const { stdout } = await box.$`${box.traced('sh').split(' ')} -c ${'sleep 1000 > /dev/null 2>&1 & echo $!'}`;
    orphan = Number(stdout);
    init = box.facts.init;
    shown = (await box.ps()).find(orphan)?.ppid ?? 0;
  });
  const [adoption] = seen.filter((one) => one.kind === 'event' && one.event === 'reparent');
  assert.ok(adoption?.kind === 'event' && adoption.event === 'reparent');
  assert.deepEqual([adoption.pid, adoption.to, adoption.witness], [orphan, shown, 'tracefs, inferred']);
  assert.equal(shown, init);
});

asRoot('who closed a connection first is seen by its states, as ss shows it', async () => {
  const events = await fixture('tracefs', 'client-closes-first', '8080');
  const states = events.flatMap((event) => (event.event === 'tcp' ? [event] : []));
  const closes = states.filter(({ from, to }) => from === 'ESTABLISHED' && to === 'FIN_WAIT1');
  assert.deepEqual(
    closes.map(({ remote, pid }) => [remote, pid]),
    [['127.0.0.1:8080', events.flatMap((event) => (event.event === 'fork' ? [event.child] : []))[0]]],
  );
  const server = states
    .filter(({ local, remote }) => local === '127.0.0.1:8080' && remote !== '0.0.0.0:0')
    .map(({ to }) => to);
  assert.deepEqual(server, ['SYN_RECV', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSE']);
});

asRoot('the SIGINT of a Ctrl-C comes from the kernel, whose worker no list of PIDs would have followed', async () => {
  const seen = await witnessed(
    'tracefs',
    async (box) => {
      const terminal = await box.terminal('Terminal 1');
      terminal.type('sleep 1000\n');
      const sleep = (await box.until(box.running('sleep'))).named('sleep').pid;
      terminal.press('Ctrl-C');
      await box.until(box.gone(sleep));
    },
    { trace: 'yes' },
  );
  const told = eventsOf(seen).flatMap((event) =>
    event.event === 'signal' && event.signal === 'SIGINT' ? [event] : [],
  );
  assert.deepEqual(
    told.map(({ code, from, fate }) => ({ code, from, fate })),
    [{ code: 'SI_KERNEL', from: undefined, fate: 'delivered' }],
  );
});

asRoot('every process has its PID inside, however briefly it lived, while other sandboxes do the same', async () => {
  const storm = (count: number) =>
    witnessed('tracefs', async (box) => {
      await box.$`${box.traced('bash').split(' ')} -c ${`for i in {1..${count}}; do (exit 3); done; exit 0`}`;
    });
  const all = await Promise.all([storm(100), storm(150), storm(200)]);
  for (const [i, seen] of all.entries()) {
    const events = eventsOf(seen);
    const ends = events.flatMap((event) => (event.event === 'exit' && event.status === 3 ? [event.pid] : []));
    assert.equal(ends.length, 100 + 50 * i);
    assert.deepEqual(
      [...ends].sort((a, b) => a - b),
      ends,
      'PIDs inside are given in order',
    );
    assert.ok(!events.some((event) => 'pid' in event && event.pid === 0), 'a PID is unknown');
    assert.equal(
      new Set(events.flatMap((event) => (event.event === 'reap' ? [event.child] : []))).size >= ends.length,
      true,
    );
  }
});

asRoot('who is numbered in a PID namespace within is unknown, and not guessed', async () => {
  const seen = await witnessed('tracefs', async (box) => {
    const { exitCode } = await box.$`${box.traced('unshare').split(' ')} --pid --fork sh -c ${'sh -c true; true'}`;
    assert.equal(exitCode, 0);
  });
  const [outer, inner] = eventsOf(seen).flatMap((event) => (event.event === 'fork' && event.pid !== 1 ? [event] : []));
  assert.ok(outer !== undefined && outer.child > 1, 'the first inside has a PID here');
  assert.deepEqual([inner?.pid, inner?.child], [outer.child, 0]);
});

/** The trace instances of this project, whoever owns them, seen in a mount namespace of our own. */
function instances(): string[] {
  const look = 'mount -t tracefs tracefs /sys/kernel/tracing 2> /dev/null; ls /sys/kernel/tracing/instances';
  const shown = execFileSync('unshare', ['--mount', 'sh', '-c', look], { encoding: 'utf8' });
  return shown.split('\n').filter((name) => name.startsWith('procnotes-'));
}

const noneOf = (pid: number) => ({
  what: `no instance of ${pid}`,
  look: () => {
    const left = instances().filter((name) => name.startsWith(`procnotes-${pid}-`));
    return left.length === 0
      ? ({ met: 'yes', value: undefined, witness: 'tracefs' } as const)
      : ({ met: 'no', seen: left.join(', ') } as const);
  },
});

/** A keeper by itself, that has said it is ready. */
async function keeper(t: TestContext) {
  const child = spawn(await compile('lab/tracefs.c'), [String(process.pid), '64'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await new Promise((ready) => child.stdout.once('data', ready));
  child.stdout.resume();
  const pid = child.pid ?? 0;
  assert.equal(instances().filter((name) => name.startsWith(`procnotes-${pid}-`)).length, 2);
  return { child, pid };
}

asRoot('a trace leaves no instance when it is closed', async () => {
  const trace = await Tracefs.open(64);
  const { pid } = (trace as unknown as { keeper: { pid: number } }).keeper;
  assert.equal(instances().filter((name) => name.startsWith(`procnotes-${pid}-`)).length, 2);
  await trace.close();
  assert.deepEqual(
    instances().filter((name) => name.startsWith(`procnotes-${pid}-`)),
    [],
  );
});

asRoot('no instance is left when its owner is killed', async () => {
  const lab = join(__dirname, 'tracefs');
  const script = `require(${JSON.stringify(lab)}).Tracefs.open(64).then((trace) => { setInterval(() => {}, 1000); console.log(trace.keeper.pid); })`;
  const owner = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: __dirname,
  });
  const pid = Number(await new Promise((said) => owner.stdout.once('data', (text) => said(String(text)))));
  assert.equal(instances().filter((name) => name.startsWith(`procnotes-${pid}-`)).length, 2);
  owner.kill('SIGKILL');
  await waitFor(noneOf(pid), 10_000);
});

asRoot('an interrupt or a hang-up does not end who has to remove it', async (t) => {
  const { child, pid } = await keeper(t);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
  child.stdin.write('mark\n');
  await new Promise((still) => child.stdout.once('data', still));
  child.stdin.end();
  await waitFor(noneOf(pid), 10_000);
});

asRoot('what a killed one left is removed by the next', async (t) => {
  const { child, pid } = await keeper(t);
  child.kill('SIGKILL');
  await new Promise((ended) => child.once('close', ended));
  assert.equal(instances().filter((name) => name.startsWith(`procnotes-${pid}-`)).length, 2);
  const next = await Tracefs.open(64);
  await next.close();
  assert.deepEqual(
    instances().filter((name) => name.startsWith(`procnotes-${pid}-`)),
    [],
  );
});

asRoot(
  'events that the buffer had no room for are a gap in the history, and what asks for events is inconclusive',
  async () => {
    const trace = await Tracefs.open(4);
    const following = trace.follow();
    const program = await compile('lab/fixtures/drops-sigchld.c');
    const ends = Array.from({ length: 4 }, () =>
      spawn('sh', ['-c', `for i in $(seq 200); do ${program}; done`], { stdio: 'ignore' }),
    ).map((child) => new Promise((ended) => child.once('close', ended)));
    await Promise.all(ends);
    const { gaps } = await following.account({ task: process.pid, pid: 1 });
    following.end();
    await trace.close();
    assert.match(
      gaps.map(({ because }) => because).join('\n'),
      /^the kernel's trace buffer overran, (at least )?\d+ events are lost$/,
    );
  },
);

test('a history with a gap can be looked at, but not judged by its events', () => {
  const observations: Observation[] = [
    { n: 1, at: 0, witness: 'tracefs', kind: 'event', event: 'exit', pid: 7, status: 0 },
    { n: 2, at: 1, witness: 'tracefs', kind: 'gap', because: '5 events are lost' },
    { n: 3, at: 2, witness: 'the file system', kind: 'file', path: 'x', state: 'there' },
  ];
  const history = (arm: string) => new History({ experiment: 'x', arm, box: null, observations });
  assert.equal(history('a').events('exit').length, 1);
  const byEvents = (one: History) => yes('it ended', ...one.events('exit'));
  const byFile = (one: History) =>
    one.arm === 'a' ? yes('there', one.file('x').seen) : no('not there', one.file('x').seen);
  const claims = {
    'by.events': { effect: byEvents, treatment: ['a'], control: ['b'] },
    'by.file': { effect: byFile, treatment: ['a'], control: ['b'] },
  };
  const findings = judge(claims, { a: history('a'), b: history('b') });
  assert.deepEqual(
    findings.map(({ verdict, because }) => [verdict, because.split(';')[0]]),
    [
      ['inconclusive', 'the judge could not tell: 5 events are lost'],
      ['confirmed', 'a: there'],
    ],
  );
});

test('without a witness the command runs all the same, and the history says that nobody saw', async () => {
  const seen = await witnessed('none', async (box) => {
    assert.equal(box.traced('true'), 'true');
    assert.equal((await box.$`${box.traced('echo').split(' ')} run`).stdout, 'run\n');
  });
  assert.deepEqual(
    seen.flatMap((one) => (one.kind === 'gap' ? [one.because] : [])),
    ['no trace can be had: PROCNOTES_WITNESS=none'],
  );
  assert.deepEqual(eventsOf(seen), []);
});

test('an arm that wants no trace has none, and says so to who asks all the same', async () => {
  const steps = async (box: Sandbox) => {
    assert.equal(box.traced('true'), 'true');
  };
  const seen = await witnessed('strace', steps, { trace: 'no' });
  assert.deepEqual(
    seen.flatMap((one) => (one.kind === 'gap' ? [one.because] : [])),
    ['no trace can be had: the arm is run without one'],
  );
});

test('an arm that only the kernel may witness is left alone by strace, and says that nobody saw', async () => {
  const steps = async (box: Sandbox) => {
    assert.equal((await box.$`sh -c ${'grep TracerPid /proc/$$/status'}`).stdout, 'TracerPid:\t0\n');
  };
  const seen = await witnessed('strace', steps, { trace: 'by the kernel' });
  assert.deepEqual(
    seen.flatMap((one) => (one.kind === 'gap' ? [one.because] : [])),
    ['no trace can be had: PROCNOTES_WITNESS=strace'],
  );
});

asRoot('an arm that only the kernel may witness is witnessed by the kernel', async () => {
  const seen = await witnessed('tracefs', async (box) => void (await box.$`sh -c ${'exit 41'}`), {
    trace: 'by the kernel',
  });
  assert.ok(eventsOf(seen).some((event) => event.event === 'exit' && event.status === 41));
});

test('where nobody asked for a witness, the history has no events and no gap', async () => {
  const seen = await witnessed('none', async (box) => {
    await box.$`true`;
  });
  assert.deepEqual(
    seen.map(({ kind }) => kind),
    ['command'],
  );
});

for (const only of ['strace', 'tracefs'] as const) {
  const declare = only === 'tracefs' ? asRoot : (name: string, body: () => Promise<void>) => test(name, body);
  declare(`a sandbox with trace: 'yes' has all that is started in it witnessed by ${only}`, async () => {
    const seen = await witnessed(
      only,
      async (box) => {
        await box.$`sh -c ${'exit 41'}`;
        const program = await box.start('a program', 'sh -c "exit 42"');
        await box.until(program.ends());
        const terminal = await box.terminal('Terminal 1');
        terminal.type('sh -c "exit 43"\n');
        await box.until(terminal.shows('43'));
        terminal.type('exit 44\n');
        await box.until(box.gone(terminal.leader));
      },
      { trace: 'yes' },
    );
    const statuses = eventsOf(seen).flatMap((event) => (event.event === 'exit' ? [event.status] : []));
    for (const status of [41, 42, 43, 44])
      assert.ok(statuses.includes(status), `nothing of the one that ended with ${status}`);
    assert.ok(
      !eventsOf(seen).some((event) => event.event === 'exec' && /\/(ps|stty)$/.test(event.path)),
      'the lab shows its own looks',
    );
  });
}

test('an unknown witness is refused, with those that there are', async (t) => {
  process.env.PROCNOTES_WITNESS = 'oracle';
  t.after(() => delete process.env.PROCNOTES_WITNESS);
  await assert.rejects(bestWitness(), { message: 'PROCNOTES_WITNESS is "oracle"; it can be tracefs, strace or none' });
});
