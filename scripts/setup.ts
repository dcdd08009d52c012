/**
 * Gets from the host what the project needs; started by setup.sh. Prints nothing when nothing is missing.
 *
 * What cannot be installed is named together with its remedy, and the exit code is 0 all the same: the experiments that
 * miss it come out inconclusive and say so. With --strict the exit code is then 1.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Argument, Command as Program } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import {
  APT_START,
  aptReason,
  aptStage,
  type Command,
  describeStage,
  type Facts,
  fromApt,
  GOALS,
  type Goal,
  type Installer,
  kernelspec,
  missing,
  named,
  type Plan,
  plan,
  remedy,
} from './lib/needs';

const PROJECT = resolve(__dirname, '..');
const KERNELSPEC = '.cache/jupyter/share/jupyter/kernels/tslab/kernel.json';
const APT_LISTS = '/var/lib/apt/lists';

async function main(): Promise<void> {
  const program = new Program('setup')
    .description('installs whatever the project misses on this host')
    .addArgument(new Argument('[goal]', 'what it is for').choices(GOALS).default('all'))
    .option('--strict', 'exit with 1 if something is still missing at the end')
    .parse();
  const goal = program.args[0] === undefined ? 'all' : (program.args[0] as Goal);
  const packages = await installPackages(goal);
  const kernel = goal === 'all' ? await writeKernelspec() : 'there';
  if (program.opts().strict && (packages === 'missing' || kernel === 'missing')) process.exitCode = 1;
}

type Outcome = 'there' | 'missing';

async function installPackages(goal: Goal): Promise<Outcome> {
  const lacking = missing(goal, hostFacts);
  if (lacking.length === 0) return 'there';
  const installer = hostInstaller();
  const todo = plan(lacking, installer);
  if (todo.action === 'tell') return carryOn(todo.message);
  if (todo.action === 'install') {
    const reason = await install(todo);
    const still = missing(goal, hostFacts);
    if (still.length > 0) {
      const why = reason ?? 'the packages are installed, but do not bring it';
      const check = fromApt(why) ? 'check the network, then ' : '';
      return carryOn(`still missing: ${named(still)} (${why}); ${check}${remedy(still, installer)}`);
    }
  }
  return 'there';
}

/** Installs, with new package lists if there are none or the old ones did not do. Gives the reason of a failure. */
async function install(todo: Extract<Plan, { action: 'install' }>): Promise<string | undefined> {
  if (!todo.updateFirst) {
    const failure = await run(todo.install);
    if (failure === undefined || !fromApt(failure)) return failure;
    say(`${failure}; trying again with new package lists`);
  }
  const outdated = await run(todo.update);
  if (outdated !== undefined && !fromApt(outdated)) return outdated;
  // A source that cannot be reached may not be one that is needed.
  const failure = await run(todo.install);
  return failure && (outdated ?? failure);
}

/** Runs an apt-get command, one set-up of this host at a time; undefined when it went well, else why not. */
async function run(command: Command): Promise<string | undefined> {
  say(command.join(' '));
  // flock(1) may lock a directory, and leaves nothing behind; sudo stays outside of it, so it needs no right to write.
  const [file = '', ...args] = hostFacts.command('flock') ? ['flock', dirname(APT_LISTS), ...command] : command;
  const child = spawn(file, args, { stdio: ['inherit', 'pipe', 'pipe'] });
  const began = Date.now();
  let stage = APT_START;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`;
      stage = aptStage(stage, line);
      live(describeStage(stage));
    });
  }
  const failure = await new Promise<string | undefined>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code) => done(code === 0 ? undefined : aptReason(output)));
  });
  live('');
  if (failure === undefined && stage.configured > 0) {
    say(`installed ${stage.configured} packages in ${Math.round((Date.now() - began) / 1000)} s`);
  }
  return failure;
}

/** Written only if it differs: a checkout that root has set up is used by others who may not write to it. */
async function writeKernelspec(): Promise<Outcome> {
  const path = join(PROJECT, KERNELSPEC);
  const wanted = kernelspec(process.execPath, join(PROJECT, 'node_modules/tslab/bin/tslab'));
  try {
    if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return 'there';
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, wanted);
  } catch (error) {
    return carryOn(
      `cannot write the Jupyter kernelspec (${(error as Error).message}); run npm run setup as the owner of ${PROJECT}`,
    );
  }
  say(`wrote ${KERNELSPEC}`);
  return 'there';
}

/** An ordinary user's PATH often lacks the sbin directories, where ip and ss are on some distributions. */
const searchPath = [...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/sbin', '/sbin'];

const hostFacts: Facts = {
  command: (name) => searchPath.some((directory) => existsSync(join(directory, name))),
  file: existsSync,
};

function hostInstaller(): Installer {
  return {
    uid: process.getuid?.() ?? -1,
    aptGet: hostFacts.command('apt-get'),
    sudo: hostFacts.command('sudo'),
    askable: process.stdin.isTTY === true,
    lists: existsSync(APT_LISTS) && readdirSync(APT_LISTS).some((name) => /_Packages(\.\w+)?$/.test(name)),
  };
}

function carryOn(message: string): Outcome {
  say(`${message}; carrying on with what is there`);
  return 'missing';
}

function say(message: string): void {
  process.stderr.write(`setup: ${message}\n`);
}

/** One line that rewrites itself, for somebody who watches; a log gets none of it. */
function live(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text === '' ? '' : `setup: ${text}`}`);
}

main().catch((error: Error) => {
  say(error.stack ?? error.message);
  process.exitCode = 1;
});
