/**
 * npm run steady: the same run over and over, on a quiet machine or with all processors kept busy: does any verdict change?
 *
 *     npm run steady -- reproduce                       20 runs of npm run reproduce, one after the other
 *     npm run steady -- --busy recipes --all-ways       20 of npm run recipes -- --all-ways, beside a loop on each processor
 *
 * One line a run. Of a run that is not as noted the document and the messages are kept in .cache/steady.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Argument, Command, InvalidArgumentError } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { cacheFolder } from '../notebooks/lab/programs';
import { command } from './lib/command';
import { PROJECT } from './lib/project';
import { spreadOf, spreadText } from './lib/spread';
import { departures, isAsNoted, type Outcome, outcomeText, worst } from './lib/steady';

interface Ran {
  outcome: Outcome;
  document: string;
  messages: string;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a number of runs, 1 or more.');
  return value;
}

async function main(): Promise<void> {
  const program = new Command('steady')
    .description('runs the same over and over, and says of each run whether its verdicts are those of the notes')
    .addArgument(new Argument('<what>', 'what to run').choices(['reproduce', 'recipes']))
    .argument('[options...]', 'its own arguments and options')
    .option('--runs <number>', 'how often', number, 20)
    .option('--busy', 'keep every processor busy meanwhile')
    .passThroughOptions()
    .addHelpText('after', '\nExit code: 0 every run was as the notes say, else that of the worst run.')
    .parse();
  const { runs, busy } = program.opts<{ runs: number; busy?: true }>();
  const [what = '', ...options] = program.args;

  const loops = busy
    ? Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }))
    : [];
  const outcomes: Outcome[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) {
      const { outcome, document, messages } = await once(what, options);
      outcomes.push(outcome);
      process.stdout.write(`${run} of ${runs}: ${outcomeText(outcome)}\n`);
      if (!isAsNoted(outcome)) await keep(`${what}-${run}`, document, messages);
    }
  } finally {
    for (const loop of loops) await loop.terminate();
  }
  const steady = outcomes.filter(isAsNoted).length;
  const seconds = spreadText(spreadOf(outcomes.map((outcome) => outcome.seconds)), 1);
  process.stdout.write(`${steady} of ${runs} runs as noted; seconds ${seconds}\n`);
  process.exitCode = worst(outcomes);
}

async function once(what: string, options: string[]): Promise<Ran> {
  const [began, before] = [performance.now(), processors()];
  const script = join(PROJECT, 'scripts', `${what}.ts`);
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--json', ...options], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let document = '';
  let messages = '';
  child.stdout.on('data', (text) => (document += text));
  child.stderr.on('data', (text) => (messages += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1)); // ended by a signal: an error
  });
  const after = processors();
  const idle = (after.idle - before.idle) / (after.all - before.all);
  const seconds = (performance.now() - began) / 1000;
  return { outcome: { code, seconds, idle, ...departures(document) }, document, messages };
}

/** What the processors have done since they were started, in ms: idle, and all in all. */
function processors(): { idle: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) };
}

async function keep(name: string, document: string, messages: string): Promise<void> {
  const folder = join(cacheFolder(), 'steady');
  mkdirSync(folder, { recursive: true });
  await writeFileAtomic(join(folder, `${name}.json`), document);
  await writeFileAtomic(join(folder, `${name}.txt`), messages);
}

command(main);
