/** npm run reproduce: runs the notebooks on this host, judges every claim, and holds the verdicts against the notes. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import writeFileAtomic from 'write-file-atomic';
import type { HistoryRecord } from '../notebooks/lab/history';
import { lifelineOf } from '../notebooks/lab/lifeline/reader';
import { sceneOf } from '../notebooks/lab/lifeline/scene';
import { lifelineText } from '../notebooks/lab/lifeline/text';
import { cacheFolder } from '../notebooks/lab/programs';
import { whichSandbox } from '../notebooks/lab/sandbox';
import { historyText } from '../notebooks/lab/show';
import { command, seconds } from './lib/command';
import { evidenceOf, gapsOf, type Row, rowsOf } from './lib/evidence';
import { hostFacts } from './lib/host';
import type { Notebook } from './lib/notebook';
import { Progress } from './lib/progress';
import { chooseNotebooks, type Ledger, loadLedger, loadNotebook, notebookNames } from './lib/project';
import { report } from './lib/report';
import { type Run, runNotebook } from './lib/run';

async function main(): Promise<void> {
  const program = new Command('reproduce')
    .description('runs the experiments on this host and judges every claim')
    .argument('[names...]', 'notebooks whose names contain one of these; all when there are none')
    .option('--json', 'print one JSON document and nothing else')
    .option('--list', 'list the notebooks and their claims, and run nothing')
    .option('--show', 'print the lifelines of every arm, and every observation')
    .option('--host', 'use no namespaces, even where they are to be had')
    .option('--quick', 'leave out what takes long (the 60 s of TIME_WAIT), and run races 100 times instead of 1,000')
    .option('--sleep <seconds>', 'how long b.sh sleeps; the source has 180', seconds)
    .option('--deadline <seconds>', 'the longest that one cell may take', seconds, 120)
    .addHelpText(
      'after',
      '\nExit code: 0 as the notes say, 1 something is not or failed, 2 something was inconclusive; what --quick leaves out counts for neither.',
    )
    .parse();
  const options = program.opts();
  const names = chooseNotebooks(program.args, notebookNames());
  const ledger = await loadLedger();
  if (options.list) return list(names, ledger);

  const began = performance.now();
  if (options.host) process.env.PROCNOTES_HOST = '1';
  if (options.quick)
    Object.assign(process.env, { PROCNOTES_QUICK: '1', PROCNOTES_TRIALS: process.env.PROCNOTES_TRIALS ?? '100' });
  if (options.sleep) process.env.PROCNOTES_SLEEP = String(options.sleep);
  const deadline = Math.max(options.deadline, 4 * (options.sleep ?? 0));
  const rows: Row[] = [];
  const errors: Error[] = [];
  const notebooks = new Map(names.map((name) => [name, loadNotebook(name)]));
  const runs = await runAll(notebooks, deadline);
  for (const [name, notebook] of notebooks) {
    const run = runs.get(name) ?? { bundles: [] };
    const claims = ledger.claims.get(name) ?? {};
    const { histories, findings } = evidenceOf(run.bundles);
    if (options.show && !options.json) process.stdout.write(histories.map(shownText).join(''));
    errors.push(...(run.error === undefined ? gapsOf(notebook, claims, findings) : [run.error]));
    rows.push(...rowsOf(name, claims, ledger.noted, findings, run.error));
  }
  await sayIfOnHost();
  report(rows, errors, await hostFacts(), (performance.now() - began) / 1000, options.json ? 'json' : 'text');
}

function list(names: string[], { claims }: Ledger): void {
  for (const name of names) {
    const { title } = loadNotebook(name).header.data as { title?: string };
    process.stdout.write(`${name}: ${title ?? ''}\n`);
    for (const id of Object.keys(claims.get(name) ?? {})) process.stdout.write(`  ${id}\n`);
  }
}

/** How long a notebook takes, in seconds, as its header says: the longest has to begin first. */
function secondsOf(notebook: Notebook): number {
  return Number((notebook.header.data as { seconds?: number }).seconds ?? 0);
}

/**
 * How many notebooks run at a time: two for a processor, as they wait more than they compute. On the plain host one, as they
 * share its ports.
 */
async function places(): Promise<number> {
  const { kind } = await whichSandbox().catch(() => ({ kind: 'none' }));
  return kind === 'host' ? 1 : 2 * availableParallelism();
}

/** Runs the notebooks side by side, and shows on standard error where each is. */
async function runAll(notebooks: Map<string, Notebook>, deadline: number): Promise<Map<string, Run>> {
  const progress = new Progress();
  const watched = process.stderr.isTTY === true;
  const screen = createLogUpdate(process.stderr);
  const draw = () => screen(progress.lines(performance.now(), process.stderr.columns ?? 80).join('\n'));
  const clock = watched ? setInterval(draw, 100) : undefined;
  const runs = new Map<string, Run>();
  const waiting = [...notebooks].sort(([, one], [, other]) => secondsOf(other) - secondsOf(one));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [which, notebook] = next;
      progress.begin(which, performance.now());
      const run = await runNotebook(which, notebook, {
        deadline,
        onMessage: (message) => {
          progress.hear(which, message);
          if (!watched && message.tell === 'arm' && message.state === 'begins') {
            process.stderr.write(`${which}: ${message.experiment}: ${message.arm}\n`);
          }
        },
      });
      progress.end(which, performance.now());
      runs.set(which, run);
      await keep(which, evidenceOf(run.bundles).histories);
    }
  };
  try {
    await Promise.all(Array.from({ length: await places() }, work));
  } finally {
    clearInterval(clock);
    if (watched) screen.clear();
  }
  return runs;
}

/** Saves what was seen before it is judged again or lost: the last run's histories. */
async function keep(name: string, histories: unknown[]): Promise<void> {
  const folder = join(cacheFolder(), 'runs');
  mkdirSync(folder, { recursive: true });
  await writeFileAtomic(join(folder, `${name}.json`), JSON.stringify(histories));
}

/** An arm for the terminal: first the lifelines of its processes, if it had any, then every observation. */
function shownText(record: HistoryRecord): string {
  const scene = sceneOf(lifelineOf(record));
  const width = Math.min(Math.max(process.stdout.columns ?? 80, 60), 120);
  const lifelines = scene.lanes.length === 0 ? '' : `${lifelineText(scene, width)}\n\n`;
  return `${lifelines}${historyText(record)}\n\n`;
}

async function sayIfOnHost(): Promise<void> {
  const { kind, refusals } = await whichSandbox().catch(() => ({ kind: 'none', refusals: [] }));
  if (kind !== 'host' || refusals.length === 0) return;
  process.stderr.write(`no namespaces here (${refusals.join('; ')}): the experiments ran on the plain host\n`);
}

command(main);
