/** npm run bench: measures what things cost, over several rounds; gives the median and the spread, never one number alone. */
import { Command, InvalidArgumentError } from 'commander';
import type { Bench } from './bench/bench';
import { lighthouse } from './bench/lighthouse';
import { site } from './bench/site';
import { trace } from './bench/trace';
import { command } from './lib/command';
import { hostFacts, hostText } from './lib/host';
import { unknown } from './lib/nearest';
import { Refusal } from './lib/project';

const benches: Bench[] = [site, trace, lighthouse];

const byName = benches.flatMap(({ name, onlyByName }) => (onlyByName === 'yes' ? [name] : [])).join(', ');

function rounds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a number of rounds, 1 or more.');
  return value;
}

async function main(): Promise<void> {
  const program = new Command('bench')
    .description('measures what things cost on this host')
    .argument(
      '[names...]',
      `what to measure: ${benches.map(({ name }) => name).join(', ')}; all but ${byName} when there are none`,
    )
    .option('--rounds <number>', 'how often', rounds, 9)
    .parse();
  const wanted =
    program.args.length === 0 ? benches.filter(({ onlyByName }) => onlyByName !== 'yes') : program.args.map(choose);
  for (const bench of wanted) {
    process.stdout.write(`${bench.name}: ${bench.what}\n`);
    const results = await bench.run(program.opts().rounds);
    const width = Math.max(...results.map(([what]) => what.length));
    for (const [what, result] of results) process.stdout.write(`  ${what.padEnd(width)}  ${result}\n`);
  }
  process.stdout.write(`${hostText(await hostFacts())}\n`);
}

function choose(name: string): Bench {
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined) {
    throw new Refusal(
      unknown(
        'bench',
        name,
        benches.map((one) => one.name),
      ),
    );
  }
  return bench;
}

command(main);
