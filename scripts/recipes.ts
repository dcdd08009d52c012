/** npm run recipes: pastes the recipes of the notes into real terminals, and holds what these show against the page. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import writeFileAtomic from 'write-file-atomic';
import { cacheFolder } from '../notebooks/lab/programs';
import { whichSandbox } from '../notebooks/lab/sandbox';
import type { Terminal } from '../notebooks/lab/terminal';
import { command, seconds } from './lib/command';
import type { Row } from './lib/evidence';
import { type Host, hostFacts, hostText } from './lib/host';
import { Progress } from './lib/progress';
import { Refusal } from './lib/project';
import { hold } from './lib/recipes/hold';
import { chooseRecipes, loadRecipes, rowsOfPaste } from './lib/recipes/load';
import { type Pasted, type PasteOptions, pasteRecipe } from './lib/recipes/paste';
import { type Recipe, SHELLS } from './lib/recipes/recipe';
import { castsOf, isAsNoted, writeRecordings } from './lib/recipes/record';
import { isRecorded, RECORDINGS } from './lib/recipes/recordings';
import { scriptOf } from './lib/recipes/script';
import { forRecording, type Way, waysOf } from './lib/recipes/shells';
import { type Stop, stopsOf } from './lib/recipes/stop';
import { report } from './lib/report';

interface Turn {
  recipe: Recipe;
  way: Way;
  /** Where it is broken off; nowhere where there is none. */
  stop?: Stop;
}

/** `kill-a-script (bash)`, and where it is broken off. */
function nameOf({ recipe, way, stop }: Turn): string {
  const where = stop === undefined ? '' : `, step ${stop.at} ${stop.when}, ${stop.by}`;
  return `${recipe.id} (${way.name}${where})`;
}

async function main(): Promise<void> {
  const program = new Command('recipes')
    .description('pastes the recipes of the notes into terminals, compares screen with page, and judges what they show')
    .argument('[names...]', 'recipes whose names contain one of these; all when there are none')
    .addOption(new Option('--shell <shell>', 'the shell to paste into').choices(SHELLS).default('bash'))
    .option('--all-ways', 'in every way: bash, zsh, dash; line by line; two-line prompt, set -o vi; twice; as a script')
    .addOption(
      new Option(
        '--break-off',
        'break each off at every place, by Ctrl-C and by closing the terminals: nothing may be left',
      ).conflicts('json'),
    )
    .addOption(
      new Option('--record', 'record those with two terminals or more, for the site').conflicts([
        'allWays',
        'breakOff',
        'keep',
        'sleep',
        'shell',
      ]),
    )
    .option('--keep', 'leave the terminals open at the end, for a look: yours becomes the first of them')
    .option('--sleep <seconds>', 'how long b.sh and its like sleep; the source has 180', seconds)
    .option('--script <name>', 'print one recipe as a script, and run nothing')
    .option('--list', 'list the recipes and their claims, and run nothing')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      '\nExit code: 0 as the notes say, 1 a screen or a verdict is not or something failed, 2 something was inconclusive.',
    )
    .parse();
  const options = program.opts();
  const { recipes, noted } = loadRecipes();
  if (options.script !== undefined) {
    const [recipe, ...others] = chooseRecipes([options.script], recipes);
    const exact = recipes.find(({ id }) => id === options.script) ?? (others.length === 0 ? recipe : undefined);
    if (exact === undefined) throw new Refusal(`"${options.script}" fits several recipes; write the whole name of one`);
    process.stdout.write(scriptOf(exact));
    return;
  }
  const chosen = chooseRecipes(program.args, recipes).filter((recipe) => !options.record || isRecorded(recipe));
  if (options.list) return list(chosen);
  if (chosen.length === 0) throw new Refusal('none of them has a second terminal; name another, or none for all');

  const began = performance.now();
  const turns = chosen.flatMap((recipe) =>
    (options.record ? [forRecording] : waysOf(recipe))
      .filter((way) => options.allWays || way.name === options.shell)
      .flatMap((way): Turn[] =>
        options.breakOff ? stopsOf(recipe, way).map((stop) => ({ recipe, way, stop })) : [{ recipe, way }],
      ),
  );
  if (turns.length === 0)
    throw new Refusal(`none of them works in ${options.shell}; leave out --shell ${options.shell}`);
  if (options.keep && turns.length > 1) throw new Refusal('--keep is for one recipe; name it');
  const paste: PasteOptions = {
    ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
    ...(options.keep ? { onEnd: hold } : {}),
  };
  const recorded = new Map<string, readonly Terminal[]>();
  const pasted = await runAll(turns, paste, options.record ? recorded : undefined);
  const host = await hostFacts();
  const rows = turns.flatMap((turn, at) =>
    turn.stop === undefined ? rowsOfPaste(turn.recipe, turn.way, pasted[at] ?? { records: [] }, noted) : [],
  );
  const errors = pasted.flatMap(({ problem }) => problem ?? []);
  const passed = turns.filter((_, at) => pasted[at]?.problem === undefined);
  await record(passed, rows, recorded, host);
  const took = (performance.now() - began) / 1000;
  if (options.breakOff) return reportBroken(pasted, took);
  report(rows, errors, host, took, options.json ? 'json' : 'text');
}

/** Of recipes that are broken off no claim is judged: it says how many of them leave something behind. */
function reportBroken(pasted: Pasted[], took: number): void {
  const problems = pasted.flatMap(({ problem }) => problem ?? []);
  const missing = pasted.filter((one) => one.missing !== undefined).length;
  for (const { message } of problems) process.stderr.write(`${message}\n`);
  const notRun = missing === 0 ? '' : `, ${missing} could not be run`;
  process.stdout.write(
    `broken off ${pasted.length} times: ${problems.length} left something behind${notRun}\n${took.toFixed(1)} s\n`,
  );
  process.exitCode = problems.length > 0 ? 1 : missing > 0 ? 2 : 0;
}

function list(recipes: Recipe[]): void {
  for (const { id, title, claims, shells, needs, file, line } of recipes) {
    const wants = needs.length === 0 ? '' : `; needs ${needs.join(', ')}`;
    process.stdout.write(`${id}: ${title} (${shells.join(', ')}${wants}; ${file}:${line})\n`);
    for (const claim of claims) process.stdout.write(`  ${claim}\n`);
  }
}

/** How many at a time: two for a processor, as they wait more than they compute; on the plain host one, as they share its ports. */
async function places(): Promise<number> {
  const { kind } = await whichSandbox().catch(() => ({ kind: 'none' }));
  return kind === 'host' ? 1 : 2 * availableParallelism();
}

/** Pastes side by side, each in a sandbox of its own, and shows on standard error where each is. `recorded` gets the terminals of what went well. */
async function runAll(
  turns: Turn[],
  options: PasteOptions,
  recorded?: Map<string, readonly Terminal[]>,
): Promise<Pasted[]> {
  const progress = new Progress();
  const watched = process.stderr.isTTY === true && options.onEnd === undefined;
  const screen = createLogUpdate(process.stderr);
  const draw = () =>
    screen(
      progress
        .lines(performance.now(), process.stderr.columns ?? 80)
        .slice(-(process.stderr.rows ?? 24) + 1)
        .join('\n'),
    );
  const clock = watched ? setInterval(draw, 100) : undefined;
  const results: Pasted[] = [];
  const waiting = turns.map((turn, at) => ({ turn, at }));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { turn, at } = next;
      const name = nameOf(turn);
      progress.begin(name, performance.now());
      const tell = (state: 'begins' | 'is over', what: string) =>
        progress.hear(name, { tell: 'arm', experiment: 'step', arm: what, state });
      let before = '';
      const pasted = await pasteRecipe(turn.recipe, turn.way, {
        ...options,
        ...(recorded && { onEnd: async (box) => void recorded.set(turn.recipe.id, box.terminals) }),
        ...(turn.stop === undefined ? {} : { stop: turn.stop }),
        onStep: (step, of, what) => {
          if (before !== '') tell('is over', before);
          before = `${step} of ${of}, ${what}`;
          tell('begins', before);
        },
      });
      progress.end(name, performance.now());
      if (!watched) process.stderr.write(`${name}: ${outcome(pasted, turn)}\n`);
      results[at] = pasted;
      await keep(name, pasted);
    }
  };
  try {
    await Promise.all(Array.from({ length: await places() }, work));
  } finally {
    clearInterval(clock);
    if (watched) screen.clear();
  }
  return results;
}

/** Writes the recordings of those whose verdicts are as noted. */
async function record(turns: Turn[], rows: Row[], recorded: ReadonlyMap<string, readonly Terminal[]>, host: Host) {
  const occasion = { timestamp: Math.floor(Date.now() / 1000), host: hostText(host).replace('\n', '; ') };
  for (const { recipe, way } of turns) {
    const terminals = recorded.get(recipe.id);
    const judged = rows.filter(({ notebook }) => notebook === `${recipe.id} (${way.name})`);
    if (terminals === undefined || !isAsNoted(judged)) continue;
    await writeRecordings(castsOf(recipe, terminals, occasion));
    process.stderr.write(`${recipe.id}: recorded in ${RECORDINGS}\n`);
  }
}

/** Saves what the terminals showed before it is judged: the last run's histories. */
async function keep(name: string, { records }: Pasted): Promise<void> {
  const folder = join(cacheFolder(), 'recipes');
  mkdirSync(folder, { recursive: true });
  await writeFileAtomic(join(folder, `${name}.json`), JSON.stringify(records));
}

function outcome({ problem, missing }: Pasted, { stop }: Turn): string {
  if (problem !== undefined) return stop === undefined ? 'does not show what its page says' : 'leaves something behind';
  return missing ?? (stop === undefined ? 'shows what its page says' : 'leaves nothing behind');
}

command(main);
