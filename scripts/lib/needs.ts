/**
 * What the project needs from the host, and how it is got: from facts to a plan, touching nothing.
 *
 * apache2-bin, not apache2: the server and its modules without the service, so that the system's own Apache is neither
 * started nor enabled (https://packages.debian.org/bookworm/apache2-bin).
 */

export const GOALS = ['reproduce', 'recipes', 'all'] as const;

/**
 * `reproduce` runs the experiments; `recipes` also pastes into the shells that readers have; `all` also runs Jupyter, and looks
 * at the site in a browser.
 */
export type Goal = (typeof GOALS)[number];

/** What may be asked of the host: is this command on the search path, is there a file at this absolute path. */
export interface Facts {
  command(name: string): boolean;
  file(path: string): boolean;
}

/** The rights and tools with which something could be installed. */
export interface Installer {
  uid: number;
  aptGet: boolean;
  sudo: boolean;
  /** Is somebody at a terminal whom sudo can ask for a password? */
  askable: boolean;
  /** Are there package lists of an earlier `apt-get update`? */
  lists: boolean;
}

/** `for: 'reproduce'` is needed for every goal. */
export interface Need {
  for: Goal;
  what: string;
  packages: string[];
  present(facts: Facts): boolean;
}

const commands =
  (...names: string[]) =>
  (facts: Facts) =>
    names.every(facts.command);

const files =
  (...paths: string[]) =>
  (facts: Facts) =>
    paths.every(facts.file);

const pythonModule = (name: string) => files('/usr/bin/python3', `/usr/lib/python3/dist-packages/${name}/__init__.py`);

export const NEEDS: Need[] = [
  { for: 'reproduce', what: 'gcc', packages: ['gcc'], present: commands('gcc') },
  { for: 'reproduce', what: 'the C headers', packages: ['libc6-dev'], present: files('/usr/include/stdio.h') },
  {
    for: 'reproduce',
    what: 'Apache 2.4 with the prefork MPM',
    packages: ['apache2-bin'],
    present: files('/usr/sbin/apache2', '/usr/lib/apache2/modules/mod_mpm_prefork.so'),
  },
  { for: 'reproduce', what: 'strace', packages: ['strace'], present: commands('strace') },
  { for: 'reproduce', what: 'ip and ss', packages: ['iproute2'], present: commands('ip', 'ss') },
  { for: 'reproduce', what: 'ps', packages: ['procps'], present: commands('ps') },
  {
    for: 'reproduce',
    what: 'unshare, setsid and setpriv',
    packages: ['util-linux'],
    present: commands('unshare', 'setsid', 'setpriv'),
  },
  { for: 'recipes', what: 'zsh', packages: ['zsh'], present: commands('zsh') },
  { for: 'recipes', what: 'dash', packages: ['dash'], present: commands('dash') },
  { for: 'recipes', what: 'shellcheck', packages: ['shellcheck'], present: commands('shellcheck') },
  {
    for: 'all',
    what: 'Jupyter Notebook',
    packages: ['jupyter-notebook'],
    present: (facts) => files('/usr/bin/jupyter-notebook')(facts) && pythonModule('notebook')(facts),
  },
  {
    for: 'all',
    what: 'jupyter nbconvert',
    packages: ['jupyter-nbconvert'],
    present: (facts) => files('/usr/bin/jupyter-nbconvert')(facts) && pythonModule('nbconvert')(facts),
  },
  { for: 'all', what: 'Chromium', packages: ['chromium'], present: commands('chromium') },
  { for: 'all', what: 'nbclient', packages: ['python3-nbclient'], present: pythonModule('nbclient') },
];

/** A command as its argument vector. */
export type Command = string[];

export type Plan =
  | { action: 'nothing' }
  | { action: 'tell'; message: string }
  | { action: 'install'; packages: string[]; update: Command; install: Command; updateFirst: boolean };

export function missing(goal: Goal, facts: Facts, needs = NEEDS): Need[] {
  return needs
    .filter((need) => [goal, 'reproduce'].includes(need.for) || goal === 'all')
    .filter((need) => !need.present(facts));
}

export function plan(lacking: Need[], installer: Installer): Plan {
  if (lacking.length === 0) return { action: 'nothing' };
  if (!installer.aptGet || (installer.uid !== 0 && !installer.sudo)) {
    return { action: 'tell', message: `missing: ${named(lacking)}; ${remedy(lacking, installer)}` };
  }
  const packages = packagesOf(lacking);
  return {
    action: 'install',
    packages,
    update: aptGet(installer, ['update', '-o', 'APT::Update::Error-Mode=any']),
    // Another apt (unattended-upgrades after boot) is waited for, not failed on.
    install: aptGet(installer, [
      'install',
      '-o',
      'DPkg::Lock::Timeout=300',
      '--no-install-recommends',
      '-y',
      ...packages,
    ]),
    updateFirst: !installer.lists,
  };
}

/** What a person can do about it: the exact command, or who has to find one. */
export function remedy(lacking: Need[], installer: Installer): string {
  if (!installer.aptGet) {
    return 'there is no apt-get here: install them with the package manager of this distribution';
  }
  const sudo = installer.uid !== 0 && installer.sudo ? 'sudo ' : '';
  const install = `${sudo}apt-get install --no-install-recommends -y ${packagesOf(lacking).join(' ')}`;
  const who = installer.uid === 0 || installer.sudo ? 'run' : 'as root, run';
  return `${who}: ${sudo}apt-get update && ${install}`;
}

/** `gcc, strace, ps` */
export function named(needs: Need[]): string {
  return needs.map((need) => need.what).join(', ');
}

export function packagesOf(needs: Need[]): string[] {
  return [...new Set(needs.flatMap((need) => need.packages))];
}

/** LC_ALL=C because `aptStage` reads what it prints; `env` because sudo(8) empties the environment. */
function aptGet(installer: Installer, args: string[]): Command {
  const command = ['env', 'LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  if (installer.uid === 0) return command;
  return installer.askable ? ['sudo', ...command] : ['sudo', '-n', ...command];
}

/** How far an `apt-get install` is: of `total` packages, how many have been fetched, unpacked and set up. */
export interface AptStage {
  total: number;
  fetched: number;
  unpacked: number;
  configured: number;
}

export const APT_START: AptStage = { total: 0, fetched: 0, unpacked: 0, configured: 0 };

/** The stage after one more line of what apt-get prints in the C locale; unknown lines change nothing. */
export function aptStage(stage: AptStage, line: string): AptStage {
  const summary = line.match(/^(\d+) upgraded, (\d+) newly installed/);
  if (summary) return { ...stage, total: Number(summary[1]) + Number(summary[2]) };
  if (/^Get:\d+ /.test(line)) return { ...stage, fetched: stage.fetched + 1 };
  if (line.startsWith('Unpacking ')) return { ...stage, unpacked: stage.unpacked + 1 };
  if (line.startsWith('Setting up ')) return { ...stage, configured: stage.configured + 1 };
  return stage;
}

/** `unpacking 12/58` */
export function describeStage({ total, fetched, unpacked, configured }: AptStage): string {
  if (configured > 0) return `setting up ${configured}/${total}`;
  if (unpacked > 0) return `unpacking ${unpacked}/${total}`;
  return fetched > 0 ? `fetching ${fetched}${total > 0 ? `/${total}` : ''}` : 'starting';
}

/** Why a run of apt-get failed: its last error line (`E: …`), else the last line of whatever refused to start it. */
export function aptReason(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.filter(fromApt).at(-1) ?? lines.at(-1) ?? 'it printed nothing';
}

/** Did apt-get itself say so? Only then may new package lists help; sudo says no as often as it is asked. */
export function fromApt(reason: string): boolean {
  return reason.startsWith('E: ');
}

/**
 * The Jupyter kernelspec of tslab, as `tslab install` writes it, but with absolute paths, so that it does not depend on
 * PATH (https://jupyter-client.readthedocs.io/en/stable/kernels.html, "Kernel specs").
 */
export function kernelspec(node: string, tslab: string): string {
  const argv = [node, tslab, 'kernel', '--config-path', '{connection_file}'];
  return `${JSON.stringify({ argv, display_name: 'TypeScript', language: 'typescript' }, null, 2)}\n`;
}
