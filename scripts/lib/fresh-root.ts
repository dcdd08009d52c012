/**
 * A machine just installed: Debian 12 as debootstrap(8) makes it, with git, this host's Node and npm, and nothing else.
 *
 * What runs in it runs in namespaces of its own (unshare(1)): the mounts never show on the host, and the kernel ends every
 * process when PID 1 ends or when this process dies, by whatever cause. The directory goes as surely: a janitor that waits for
 * the end of a pipe removes it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  acquireSettings,
  CERTIFICATES,
  debianSources,
  freshEnvironment,
  mirrorOf,
  NPM_SETTINGS,
  npmrc,
  type Role,
  readAptSources,
  type Step,
} from './fresh-host';

const RELEASE = 'bookworm';
const ACCOUNTS: Record<Role, { name: string; home: string }> = {
  root: { name: 'root', home: '/root' },
  user: { name: 'reader', home: '/home/reader' },
  sudoer: { name: 'admin', home: '/home/admin' },
};

/** A directory in `parent` that is gone when `use` ends, and when this process does. */
export async function withScratch<T>(parent: string, use: (path: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, 'machine-'));
  // Tried again while processes that are just being killed still write.
  const sweep =
    'cat >/dev/null; for try in 1 2 3 4 5; do rm -rf --one-file-system -- "$1" && exit; sleep 1; done; exit 1';
  const janitor = spawn('sh', ['-c', sweep, 'janitor', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const swept = once(janitor, 'exit');
  try {
    return await use(path);
  } finally {
    janitor.stdin?.end();
    await swept;
    if (existsSync(path)) process.emitWarning(`${path} could not be removed; run: rm -rf --one-file-system ${path}`);
  }
}

/** The base system as a tar file beside the scratch directory, made when it is not there yet. Delete it to get a newer one. */
export async function baseSystem(scratch: string, signal: AbortSignal): Promise<string> {
  const architecture = (await output(['dpkg', '--print-architecture'], signal)).trim();
  const tarball = join(dirname(scratch), `${RELEASE}-${architecture}.tar`);
  if (existsSync(tarball)) return tarball;
  const base = join(scratch, 'base');
  const mirror = mirrorOf(hostSources(), RELEASE);
  const debootstrap = ['debootstrap', '--variant=minbase', '--include=ca-certificates,git', RELEASE, base];
  await output(isolated(['--mount-proc', ...debootstrap, ...(mirror ? [mirror] : [])]), signal);
  const part = join(scratch, 'base.tar');
  const leftOut = ['--exclude=./var/cache/apt/archives/*.deb', '--exclude=./var/lib/apt/lists/*_*'];
  await output(['tar', '--create', '--numeric-owner', '--file', part, '--directory', base, ...leftOut, '.'], signal);
  await rename(part, tarball);
  return tarball;
}

/** Unpacks the base and brings in what these roles need: Node and npm, the way to the network, accounts, a checkout each. */
export async function furnish(root: string, tarball: string, project: string, roles: Role[], signal: AbortSignal) {
  await mkdir(root);
  await output(['tar', '--extract', '--numeric-owner', '--file', tarball, '--directory', root], signal);
  await bringNetwork(root, signal);
  await bringNode(root, signal);
  for (const role of roles) {
    const { name, home } = ACCOUNTS[role];
    const checkout = join(root, home, 'procnotes');
    if (role !== 'root')
      await output(entering(root, ['useradd', '--create-home', '--shell', '/bin/bash', name]), signal);
    // No hard links: the chown that follows would reach the objects of the project itself.
    await output(['git', 'clone', '--quiet', '--no-hardlinks', project, checkout], signal);
    if (role !== 'root') await output(entering(root, ['chown', '-R', `${name}:${name}`, `${home}/procnotes`]), signal);
    if (role === 'sudoer') await bringSudo(root, name, signal);
  }
  const seen = await output(inRole(root, { role: 'root', command: 'node --version && npm --version' }), signal);
  return seen.trim().split('\n');
}

/** Runs one step with its output on ours; gives its exit code, null where a signal ended it. */
export async function runStep(root: string, step: Step, signal: AbortSignal): Promise<number | null> {
  const child = start(inRole(root, step), ['ignore', 'inherit', 'inherit'], signal);
  const [code] = await ending(child);
  signal.throwIfAborted();
  return code;
}

function inRole(root: string, { role, command }: Step): string[] {
  const { name, home } = ACCOUNTS[role];
  const environment = Object.entries(freshEnvironment(process.env, home, name)).map(
    ([key, value]) => `${key}=${value}`,
  );
  const become = role === 'root' ? [] : ['setpriv', '--reuid', name, '--regid', name, '--init-groups'];
  // A session of its own, as a login has; PID 1 keeps the one it leads.
  const shell = ['setsid', '--wait', 'sh', '-c', `cd "$HOME/procnotes" 2>/dev/null || cd\n${command}`];
  return entering(root, [...become, 'env', '-i', ...environment, ...shell]);
}

/**
 * As PID 1 of the new namespaces, leading a session of its own: makes $1 the root directory and runs the rest of the arguments in it.
 * pivot_root(8), not chroot: in a chroot the kernel refuses user namespaces (user_namespaces(7), EPERM of unshare(2)).
 * The shell stays and waits, so orphans that come to it are reaped.
 */
const ENTER = `
set -eu
mount --bind "$1" "$1"
cd "$1"
shift
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o nosuid,nodev,noexec sysfs sys
mount -t tracefs tracefs sys/kernel/tracing 2>/dev/null || true
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
hostname fresh
mkdir .host
pivot_root . .host
cd /
umount -l .host
rmdir .host
code=0
"$@" || code=$?
exit "$code"
`;

function entering(root: string, command: string[]): string[] {
  return isolated(['setsid', 'sh', '-c', ENTER, 'enter', root, ...command]);
}

/** Under unshare(1), which dies with this process (PR_SET_PDEATHSIG, prctl(2)) and takes PID 1 with it (--kill-child). */
function isolated(command: string[]): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--uts', '--pid', '--fork', '--kill-child'];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...namespaces, ...command];
}

function hostSources(): string[] {
  const directory = '/etc/apt/sources.list.d';
  const inDirectory = existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
  const paths = ['/etc/apt/sources.list', ...inDirectory].filter(
    (path) => /\.(list|sources)$/.test(path) && existsSync(path),
  );
  return debianSources(
    paths.flatMap((path) => readAptSources(path, readFileSync(path, 'utf8'))),
    RELEASE,
  );
}

async function bringNetwork(root: string, signal: AbortSignal): Promise<void> {
  const sources = hostSources();
  if (sources.length > 0) await writeFile(join(root, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
  const acquire = acquireSettings(await output(['apt-config', 'dump', 'Acquire'], signal));
  await writeFile(join(root, 'etc/apt/apt.conf.d/50host'), acquire);
  await writeFile(join(root, 'etc/resolv.conf'), await readFile('/etc/resolv.conf'));
  await writeFile(join(root, 'etc/hosts'), `127.0.1.1 fresh\n${await readFile('/etc/hosts', 'utf8')}`);

  const authorities = '/usr/local/share/ca-certificates';
  if (existsSync(authorities)) await cp(authorities, join(root, authorities), { recursive: true, dereference: true });
  await output(entering(root, ['update-ca-certificates']), signal);
  const settings = await npmSettings(signal);
  await mkdir(join(root, 'usr/local/etc'), { recursive: true });
  await writeFile(join(root, 'usr/local/etc/npmrc'), npmrc(settings));
  const bundles = [
    ...CERTIFICATES.map((name) => process.env[name]),
    settings.cafile,
    acquire.match(/CaInfo "(.*)"/i)?.[1],
  ];
  for (const path of new Set(bundles)) {
    if (path && existsSync(path)) await cp(path, join(root, resolve(path)), { recursive: true, dereference: true });
  }
}

/** `npm config get` with more than one key prints lines of `key=value`. */
async function npmSettings(signal: AbortSignal): Promise<Record<string, string>> {
  const printed = await output(['npm', 'config', 'get', ...NPM_SETTINGS, '--loglevel=error'], signal);
  const pairs = printed.split('\n').map((line) => line.split(/ ?= ?(.*)/s));
  return Object.fromEntries(
    pairs.filter(([key]) => key && NPM_SETTINGS.includes(key)).map(([key, value]) => [key, value ?? '']),
  );
}

/** Node and npm go to /usr/local, as the archives of nodejs.org are laid out. */
async function bringNode(root: string, signal: AbortSignal): Promise<void> {
  const cli = process.env.npm_execpath ?? (await output(['sh', '-c', 'command -v npm'], signal)).trim();
  const npm = dirname(dirname(await realpath(cli)));
  if (!existsSync(join(npm, 'bin/npm-cli.js'))) {
    throw new Error(`${npm}: no npm package here; start it as npm run fresh, with the npm that came with Node`);
  }
  const local = join(root, 'usr/local');
  await cp(await realpath(process.execPath), join(local, 'bin/node'));
  await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await symlink('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'));
}

async function bringSudo(root: string, name: string, signal: AbortSignal): Promise<void> {
  const install = 'apt-get update && apt-get install --no-install-recommends -y sudo';
  await output(inRole(root, { role: 'root', command: install }), signal);
  await writeFile(join(root, 'etc/sudoers.d', name), `${name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
}

function start(
  [file = '', ...args]: string[],
  stdio: ('ignore' | 'inherit' | 'pipe')[],
  signal: AbortSignal,
): ChildProcess {
  return spawn(file, args, { stdio, signal, killSignal: 'SIGKILL', detached: true });
}

async function ending(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const aborted = new Promise<never>((_, reject) => child.once('error', reject));
  return Promise.race([once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>, aborted]);
}

/** What a command prints on standard output; its failure is an error with its last lines. */
async function output(command: string[], signal: AbortSignal): Promise<string> {
  const child = start(command, ['ignore', 'pipe', 'pipe'], signal);
  let stdout = '';
  let all = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
    all += data;
  });
  child.stderr?.on('data', (data) => {
    all += data;
  });
  const [code, killedBy] = await ending(child);
  if (code !== 0) {
    const last = all.trimEnd().split('\n').slice(-5).join('\n  ');
    const words = command.filter((word) => !word.includes('\n')).join(' ');
    throw new Error(`${words}: ${killedBy ?? `exit code ${code}`}\n  ${last}`);
  }
  return stdout;
}
