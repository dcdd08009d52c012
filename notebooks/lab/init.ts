import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Box } from './history';
import { compile, findProgram, project } from './programs';

/** A sandbox's first process, as its opener holds it: it ends when `process.stdin` does. */
export interface Init {
  kind: Box['kind'];
  process: ChildProcess;
  /** PID as the host counts. */
  pid: number;
  /** The scratch directory, as processes inside name it. */
  scratch: string;
  /** Where the sandbox's root directory is, seen from here. */
  root: string;
}

/** How a sandbox can be made, and why better ways could not be gone. */
export interface Way {
  kind: Box['kind'];
  refusals: string[];
}

const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child'];

/** What unshare(1) is asked for; an ordinary user needs a user namespace around the others (user_namespaces(7)). */
const flags: Record<Box['kind'], string[]> = {
  namespaces,
  'user namespace': ['--user', '--map-current-user', '--keep-caps', ...namespaces],
  host: [],
};

let best: Promise<Way> | undefined;

/** The best way that this host allows: tried once, by making a sandbox and closing it again. */
export function bestWay(): Promise<Way> {
  best ??= tryWays(process.getuid?.() === 0 ? ['namespaces', 'user namespace'] : ['user namespace']);
  return best;
}

async function tryWays(kinds: Box['kind'][]): Promise<Way> {
  const refusals: string[] = [];
  for (const kind of kinds) {
    try {
      await stopInit(await startInit(kind, 'waits'));
      return { kind, refusals };
    } catch (refusal) {
      if (refusal instanceof Error && refusal.name === 'Missing') throw refusal;
      refusals.push(`${kind}: ${(refusal as Error).message}`);
    }
  }
  return { kind: 'host', refusals };
}

/** Starts init; rejects with its own words, or unshare's, where that is refused. Throws `Missing` without a compiler. */
export async function startInit(
  kind: Box['kind'],
  pid1: Box['pid1'],
  sysctls: Record<string, string> = {},
  tmp: 'own' | 'shared' = 'shared',
): Promise<Init> {
  const program = await compile('lab/init.c');
  const scratch = kind === 'host' ? join(tmpdir(), `procnotes-${randomBytes(6).toString('hex')}`) : mountPoint();
  const settings = Object.entries(sysctls).map(([name, value]) => `${name}=${value}`);
  const command = [
    program,
    scratch,
    join(scratch, '.box'),
    ...(pid1 === 'never waits' ? ['never'] : []),
    ...(tmp === 'own' ? ['tmp'] : []),
    ...settings,
  ];
  const [first = '', ...rest] =
    kind === 'host' ? command : [findProgram('unshare') ?? 'unshare', ...flags[kind], '--', ...command];
  // A session of its own: a Ctrl-C meant for the runner must not end it before the runner has closed it.
  const started = spawn(first, rest, { stdio: 'pipe', detached: true, env: environment(scratch) });
  return new Promise((resolve, reject) => {
    let complaint = '';
    const refuse = () => {
      if (kind === 'host') rmSync(scratch, { recursive: true, force: true });
      reject(new Error(complaint.trim() || 'it ended without a word'));
    };
    started.stderr.on('data', (text) => (complaint += text));
    started.stdin.on('error', () => {});
    started.once('error', reject);
    started.once('close', refuse);
    createInterface({ input: started.stdout }).once('line', (line) => {
      started.off('close', refuse);
      const pid = Number(line.replace('ready ', ''));
      resolve({ kind, process: started, pid, scratch, root: kind === 'host' ? '' : `/proc/${pid}/root` });
    });
  });
}

/** Ends init, and with it everything in its sandbox; resolves when all of it is gone. */
export async function stopInit({ process: init }: Init): Promise<void> {
  if (init.exitCode !== null || init.signalCode !== null) return;
  const gone = new Promise((resolve) => init.once('close', resolve));
  init.stdin?.end();
  await gone;
}

/** A directory over which the scratch directory may be mounted: one that holds nothing which the lab runs. */
function mountPoint(): string {
  const used = [project, process.execPath, process.cwd()];
  const free = ['/mnt', '/media', '/srv'].find(
    (point) => isFolder(point) && !used.some((path) => path.startsWith(`${point}/`)),
  );
  if (free === undefined)
    throw new Error('neither /mnt, /media nor /srv can hold the scratch directory: make one of them');
  return free;
}

export function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What every process inside starts with: of the caller's environment, only who they are and their time zone. */
function environment(scratch: string): NodeJS.ProcessEnv {
  const { USER = 'root', TZ } = process.env;
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: scratch,
    USER,
    LOGNAME: USER,
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    PS1: '$ ',
    ...(TZ === undefined ? {} : { TZ }),
  };
}
