import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { cacheFolder, compile, userCache } from './programs';
import { whichSandbox } from './sandbox';
import { obstacle } from './trace/tracefs';
import { waitFor } from './until';

const fixture = join(__dirname, 'fixtures', 'leaves-a-sandbox-open.ts');
const seconds = 1000;

/** A process of this host. Its start time tells it from a later one with the same PID: proc(5), /proc/PID/stat. */
interface Living {
  pid: number;
  name: string;
  state: string;
  parent: number;
  began: string;
}

function living(pid: number): Living | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
    const [state = '', parent, ...rest] = text.slice(close + 2).split(' ');
    return { pid, name: text.slice(open + 1, close), state, parent: Number(parent), began: rest[17] ?? '' };
  } catch {
    return undefined;
  }
}

/** Everybody on this host who has this mark in their environment: a runner, its sandbox, and what is in it. */
function marked(mark: string): Living[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/environ`, 'utf8').includes(`USER=${mark}\0`)) return [];
      return living(Number(name)) ?? [];
    } catch {
      return []; // it has ended, or is another user's
    }
  });
}

/**
 * Who is left of those seen before, and who came since. A zombie is left while somebody of the sandbox is who should wait
 * for it; when it is for this host's own init to do, it has ended.
 */
function left(mark: string, before: Living[]): Living[] {
  const here = [
    ...before.flatMap(({ pid, began }) => (living(pid)?.began === began ? (living(pid) ?? []) : [])),
    ...marked(mark),
  ];
  return here.filter(({ state, parent }) => state !== 'Z' || here.some(({ pid }) => pid === parent));
}

const nobodyLeft = (mark: string, before: Living[]) =>
  waitFor(
    {
      what: 'every process of the sandbox to be gone',
      look: () => {
        const here = left(mark, before);
        if (here.length === 0) return { met: 'yes', value: undefined, witness: '/proc' };
        return { met: 'no', seen: here.map(({ pid, name, state }) => `${pid} ${name} (${state})`).join(', ') };
      },
    },
    20 * seconds,
  );

/** The scratch directories of sandboxes that are mounted where `who` looks. */
const mounts = (who: number | 'self') =>
  readFileSync(`/proc/${who}/mountinfo`, 'utf8')
    .split('\n')
    .filter((line) => line.includes('tmpfs') && line.includes('size=262144k'));

const refused = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });

/** How the runner ends when its sandbox is open: by itself, as the fixture's argument says, or by what comes from here. */
interface Ending {
  by: 'returns' | 'throws' | 'exits' | 'loops' | 'prints' | 'waits';
  end?(runner: Runner): void;
  /** What it then ended with. */
  with: number | NodeJS.Signals;
}

type Runner = ChildProcessByStdio<Writable, Readable, Readable>;

const endings: Record<string, Ending> = {
  'closes its sandbox': { by: 'returns', with: 0 },
  'throws and catches nothing': { by: 'throws', with: 1 },
  exits: { by: 'exits', with: 0 },
  'gets SIGINT': { by: 'waits', end: (runner) => runner.kill('SIGINT'), with: 'SIGINT' },
  'gets SIGTERM': { by: 'waits', end: (runner) => runner.kill('SIGTERM'), with: 'SIGTERM' },
  'gets SIGKILL': { by: 'waits', end: (runner) => runner.kill('SIGKILL'), with: 'SIGKILL' },
  'gets SIGINT with its whole process group, as by Ctrl-C': {
    by: 'waits',
    end: (runner) => process.kill(-(runner.pid ?? 0), 'SIGINT'),
    with: 'SIGINT',
  },
  'is in a tight loop and gets SIGTERM': { by: 'loops', end: (runner) => runner.kill('SIGTERM'), with: 'SIGTERM' },
  'is in a tight loop and gets SIGKILL': { by: 'loops', end: (runner) => runner.kill('SIGKILL'), with: 'SIGKILL' },
  'prints to a pipe that nobody reads any more': {
    by: 'prints',
    end: (runner) => runner.stdout.destroy(),
    with: 1, // Node ignores SIGPIPE; the write fails with EPIPE, and that is thrown
  },
};

const nobody = 65534;

/** A directory for everybody, gone when the tests are over. */
function directory(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `lab-${name}-`));
  chmodSync(path, 0o777);
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const cache = directory('cache');
let runs = 0;

/** The programs of the lab, compiled, where an ordinary user finds them: a test of lifetimes is none of compilers. */
before(async () => {
  for (const source of ['lab/init.c', 'lab/terminal.c', 'lab/fixtures/listens.c']) await compile(source);
  cpSync(join(cacheFolder(), 'programs'), join(userCache(cache), 'programs'), { recursive: true });
});

/** Starts the fixture, marked, with a temporary directory of its own, and gives what it said of its sandbox. */
async function run(
  by: Ending['by'],
  tracer: 'strace' | 'tracefs',
  as: { user?: number; environment?: NodeJS.ProcessEnv },
) {
  const mark = `lab-${process.pid}-${++runs}`;
  const temporary = directory(mark);
  const runner = spawn(process.execPath, ['--import', 'tsx', fixture, by], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: {
      PATH: process.env.PATH,
      USER: mark,
      HOME: temporary,
      TMPDIR: temporary,
      XDG_CACHE_HOME: cache,
      PROCNOTES_WITNESS: tracer,
      ...as.environment,
    },
    ...(as.user === undefined ? {} : { uid: as.user, gid: as.user }),
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    runner.once('exit', (status, signal) => resolve(signal ?? status)),
  );
  const lines = createInterface({ input: runner.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  runner.stderr.on('data', (text) => (complaint += text));
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the fixture ended (${await ended}): ${complaint}`);
    return value;
  };
  return { mark, temporary, runner, ended, line };
}

const isRoot = process.getuid?.() === 0;

/** Why `nobody` cannot run the fixture: a checkout below /root, say, is closed to others. */
function closedToOthers(): string | undefined {
  const look = ['-e', 'require("node:fs").readFileSync(process.argv[1])', fixture];
  const { status } = spawnSync(process.execPath, look, { uid: nobody, gid: nobody, cwd: '/' });
  return status === 0 ? undefined : `user ${nobody} may not read this checkout; test a clone that others may read`;
}

const ways = [
  {
    title: 'in namespaces',
    kind: 'namespaces',
    tracer: 'strace',
    as: {},
    hindrance: isRoot ? undefined : 'only root makes namespaces without a user namespace',
  },
  {
    title: "in namespaces, with the kernel's trace,",
    kind: 'namespaces',
    tracer: 'tracefs',
    as: {},
    hindrance: obstacle(),
  },
  {
    title: 'in a user namespace',
    kind: 'user namespace',
    tracer: 'strace',
    as: isRoot ? { user: nobody } : {},
    hindrance: isRoot ? closedToOthers() : undefined,
  },
  {
    title: 'on the plain host',
    kind: 'host',
    tracer: 'strace',
    as: { environment: { PROCNOTES_HOST: '1' } },
    hindrance: undefined,
  },
] as const;

for (const { title, kind, tracer, as, hindrance } of ways) {
  describe(`${title} nothing is left of a sandbox whose runner`, { concurrency: 2 }, () => {
    for (const [name, ending] of Object.entries(endings)) {
      test(name, { timeout: 60 * seconds }, async (t) => {
        if (hindrance !== undefined) return t.skip(hindrance);
        if (kind !== 'host' && (await whichSandbox()).kind === 'host') return t.skip('no namespaces on this host');

        const { mark, temporary, runner, ended, line } = await run(ending.by, tracer, as);
        t.after(() => {
          for (const { pid } of marked(mark)) process.kill(pid, 'SIGKILL'); // a test that fails leaves nothing either
        });
        const box: { kind: string; port: number; scratch: string } = JSON.parse(await line());
        assert.equal(box.kind, kind);
        const before = marked(mark);
        const names = new Set(before.map((process) => process.name));
        const expected = ['init', 'terminal', 'bash', 'sleep', 'listens', 'tail', tracer];
        for (const one of expected) assert.ok(names.has(one), `${one} is not among ${[...names].join(', ')}`);
        const init = before.find((process) => process.name === 'init')?.pid ?? 0;
        if (kind === 'host') assert.ok(existsSync(box.scratch) && !(await refused(box.port)));
        else assert.equal(mounts(init).length, 1);

        runner.stdin.write('go on\n');
        assert.equal(await line(), 'now');
        ending.end?.(runner);
        assert.equal(await ended, ending.with);

        await nobodyLeft(mark, before);
        assert.deepEqual(mounts('self'), []);
        const directories = readdirSync(temporary).filter((entry) => entry.startsWith('procnotes-'));
        assert.deepEqual(directories, []);
        if (kind === 'host') assert.ok(await refused(box.port), `port ${box.port} is still open`);
      });
    }
  });
}
