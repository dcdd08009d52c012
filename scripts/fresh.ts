/**
 * npm run fresh: a clean clone of the committed HEAD on a machine with nothing but Debian 12, git, Node and npm.
 *
 *     npm run fresh                                            the whole proof: reproduce and test as root, reproduce as a user
 *     npm run fresh -- --as user                               what of it an ordinary user does
 *     npm run fresh -- --as root -- 'npm run setup' 'npm test' these commands, one after the other on the same machine
 *
 * Exit code 0 if every command's was as it should be: 0, or 2 of an ordinary user's `npm run reproduce` (what needs root is
 * inconclusive). Needs root and debootstrap; the base system is kept in .cache/fresh.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option, Command as Program } from 'commander';
import { isGood, type Outcome, ROLES, type Role, stepsOf, summary } from './lib/fresh-host';
import { baseSystem, furnish, runStep, withScratch } from './lib/fresh-root';

const PROJECT = resolve(__dirname, '..');

async function main(): Promise<void> {
  const program = new Program('fresh')
    .description('runs commands in a clean clone on a machine just installed')
    .addOption(new Option('--as <role>', 'who runs them; a sudoer may use sudo without a password').choices(ROLES))
    .argument('[commands...]', 'shell commands; the whole proof when there are none')
    .parse();
  const steps = stepsOf(program.opts().as as Role | undefined, program.args);
  demandHost();
  const uncommitted = execFileSync('git', ['status', '--porcelain'], { cwd: PROJECT, encoding: 'utf8' });
  if (uncommitted !== '') say('what is not committed is not in the clone (git status shows it)');

  const stop = new AbortController();
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(name, () => {
      process.exitCode = code;
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  const outcomes: Outcome[] = [];
  try {
    await withScratch(join(PROJECT, '.cache/fresh'), async (scratch) => {
      const base = await timed('the base system', () => baseSystem(scratch, stop.signal));
      const root = join(scratch, 'root');
      const roles = [...new Set(steps.map((step) => step.role))];
      const versions = await timed('the machine', () => furnish(root, base, PROJECT, roles, stop.signal));
      say(`Node ${versions[0]}, npm ${versions[1]}`);
      for (const step of steps) {
        say(`as ${step.role}: ${step.command}`);
        const began = performance.now();
        const code = await runStep(root, step, stop.signal);
        outcomes.push({ ...step, code, seconds: (performance.now() - began) / 1000 });
      }
    });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    process.stdout.write(summary(outcomes));
  }
  if (!outcomes.every(isGood)) process.exitCode = 1;
}

function demandHost(): void {
  if (process.getuid?.() !== 0)
    throw new Error('making a machine needs root (mounts, chown); run it as root or with sudo');
  const path = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  for (const [command, name] of [
    ['debootstrap', 'debootstrap'],
    ['unshare', 'util-linux'],
    ['git', 'git'],
  ] as const) {
    if (!path.some((directory) => existsSync(join(directory, command)))) {
      throw new Error(`${command} is missing; run: apt-get install ${name}`);
    }
  }
}

async function timed<T>(what: string, make: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const made = await make();
  say(`${what} is ready (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return made;
}

function say(message: string): void {
  process.stderr.write(`fresh: ${message}\n`);
}

main().catch((error: Error) => {
  say(error.message);
  process.exitCode ||= 1;
});
