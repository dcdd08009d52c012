/** What it costs to be traced, on the worst case: a program that does nothing but fork, and whose children end at once. */
import { execFile } from 'node:child_process';
import { compile, findProgram } from '../../notebooks/lab/programs';
import { accountOf } from '../../notebooks/lab/trace/account';
import { parseTraceLine } from '../../notebooks/lab/trace/line';
import { obstacle, Tracefs } from '../../notebooks/lab/trace/tracefs';
import { type Spread, spreadOf, spreadText } from '../lib/spread';
import type { Bench } from './bench';

const FORKS = 1000;
const LINES = 100_000;

/** Nanoseconds that a fork, an end and a wait take together, as the program itself counts them. */
function storm(program: string, before: string[] = []): Promise<number> {
  const [command = '', ...args] = [...before, program, String(FORKS)];
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, printed) => (error === null ? resolve(Number(printed)) : reject(error)));
  });
}

async function byTracefs(program: string): Promise<number> {
  const trace = await Tracefs.open();
  try {
    const following = trace.follow();
    const cost = await storm(program);
    following.end();
    return cost;
  } finally {
    await trace.close();
  }
}

/** As the lab calls it: Sandbox.tracer. */
const stracing = ['-DDD', '-f', '-q', '-ttt', '-o', '/dev/null', '-e'];
const calls = ['trace=%process,kill,tkill,tgkill,setsid,setpgid,prctl', '-e', 'signal=all'];

export const trace: Bench = {
  name: 'trace',
  what: `${FORKS} forks, one after another: each against the same untraced in the same round; then reading ${LINES} lines`,
  async run(rounds) {
    const program = await compile('lab/fixtures/fork-storm.c');
    const strace = findProgram('strace');
    const ways: { name: string; run?: () => Promise<number>; because?: string; ratios: number[] }[] = [
      { name: 'untraced again', run: () => storm(program), ratios: [] },
      {
        name: 'tracefs',
        ...(obstacle() === undefined ? { run: () => byTracefs(program) } : { because: obstacle() }),
        ratios: [],
      },
      {
        name: 'strace',
        ...(strace ? { run: () => storm(program, [strace, ...stracing, ...calls]) } : { because: 'needs strace' }),
        ratios: [],
      },
    ];
    const untraced: number[] = [];
    await storm(program); // not measured: the first to run finds nothing in the caches
    for (let round = 0; round < rounds; round++) {
      const base = await storm(program);
      untraced.push(base);
      for (const way of ways) if (way.run !== undefined) way.ratios.push((await way.run()) / base);
    }
    const micro = (spread: Spread) => spreadText(spread, 0);
    return [
      ['untraced, µs a fork', micro(spreadOf(untraced.map((ns) => ns / 1000)))],
      ...ways.map(({ name, because, ratios }): [string, string] => [
        `${name}, times untraced`,
        because ?? spreadText(spreadOf(ratios)),
      ]),
      [`reading ${LINES} lines, ms`, micro(spreadOf(Array.from({ length: rounds }, reading)))],
    ];
  },
};

/** Milliseconds to read a storm's trace, and to make an account of it. */
function reading(): number {
  const lines = Array.from({ length: LINES / 4 }, (_, i) => {
    const [task, pid, at] = [1000 + i, 2 + i, (i / 1000).toFixed(6)];
    const head = (who: number) => `           <...>-${who}   [000] .....  ${at}: `;
    return [
      `${head(100)}task_newtask: pid=${task} comm=init clone_flags=1200000 oom_score_adj=0`,
      `${head(100)}sys_clone -> 0x${pid.toString(16)}`,
      `${head(task)}sched_process_exit: comm=sh pid=${task} prio=120 group_dead=true`,
      `${head(100)}sys_wait4 -> 0x${pid.toString(16)}`,
    ];
  }).flat();
  const began = performance.now();
  accountOf(lines.map(parseTraceLine), { task: 100, pid: 1 });
  return performance.now() - began;
}
