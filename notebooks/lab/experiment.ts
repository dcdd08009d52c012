import { History, type HistoryRecord, type Observation } from './history';
import { Missing } from './missing';
import { put, tell } from './outlet';
import { Sandbox, type SandboxOptions, whichSandbox } from './sandbox';
import { historyBundle } from './show';

/** What happens in one arm. It gets a sandbox of its own, which is closed when it returns or throws. */
export type Steps = (box: Sandbox) => Promise<void>;
export type Arm = Steps | ({ steps: Steps; takes?: 'long' } & SandboxOptions);

/** In the environment: leave out the arms that take long. */
const quick = 'PROCNOTES_QUICK';

/**
 * Runs the arms of one experiment side by side, each in a sandbox of its own, and gives their histories by name. Each
 * history is saved (told to whoever runs the notebook, or kept in its outputs) before anything can judge it. What the
 * host lacks is written into the history, and so is that an arm was left out (PROCNOTES_QUICK=1 leaves out what takes
 * long); any other error ends the experiment, after the histories have been saved. `options` hold for each arm that does not
 * say otherwise.
 */
export async function experiment<Name extends string>(
  name: string,
  arms: Record<Name, Arm>,
  options: SandboxOptions = {},
): Promise<Record<Name, History>> {
  const names = Object.keys(arms) as Name[];
  const run = (arm: Name) => runArm(name, arm, arms[arm], options);
  const runs = (await onHost()) ? await oneByOne(names, run) : await Promise.all(names.map(run));
  for (const { record } of runs) put(historyBundle(record));
  const failed = runs.find((run) => run.error !== undefined);
  if (failed !== undefined) throw failed.error;
  return Object.fromEntries(runs.map(({ record }) => [record.arm, new History(record)])) as Record<Name, History>;
}

/** On the plain host the arms share its ports, and come one after another. */
async function onHost(): Promise<boolean> {
  try {
    return (await whichSandbox()).kind === 'host';
  } catch (error) {
    if (error instanceof Missing) return true; // each arm will say so
    throw error;
  }
}

async function oneByOne<A, B>(items: A[], each: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}

async function runArm(
  experiment: string,
  arm: string,
  plan: Arm,
  shared: SandboxOptions,
): Promise<{ record: HistoryRecord; error?: Error }> {
  const { steps, takes, ...own } = typeof plan === 'function' ? { steps: plan, takes: undefined } : plan;
  const record = (box: Sandbox | undefined, observations: Observation[]): HistoryRecord => ({
    experiment,
    arm,
    box: box?.facts ?? null,
    observations,
  });
  if (takes === 'long' && process.env[quick] === '1') {
    const fact = { kind: 'left out', because: 'left out: it takes long, and --quick was asked for' } as const;
    return { record: record(undefined, [{ n: 1, at: 0, witness: 'the experiment', ...fact }]) };
  }
  tell({ tell: 'arm', experiment, arm, state: 'begins' });
  let box: Sandbox | undefined;
  try {
    box = await Sandbox.open({ ...shared, ...own });
    try {
      await steps(box);
    } finally {
      await box.close();
    }
    return { record: record(box, box.recorder.finish()) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const fact = { kind: error instanceof Missing ? 'missing' : 'failure', because: error.message } as const;
    const seen = box?.recorder.finish() ?? [];
    const last = { n: seen.length + 1, at: seen[seen.length - 1]?.at ?? 0, witness: 'the experiment', ...fact };
    const kept = record(box, [...seen, last]);
    if (error instanceof Missing) return { record: kept };
    const value = `experiment "${experiment}", arm "${arm}": ${error.message}`;
    Object.defineProperty(error, 'message', { value }); // to assign it would throw: a DOMException has only a getter
    return { record: kept, error };
  } finally {
    tell({ tell: 'arm', experiment, arm, state: 'is over' });
  }
}
