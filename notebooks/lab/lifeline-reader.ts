import type { HistoryRecord } from './history';
import type { Lifeline } from './lifeline-model';
import { inOrder } from './lifeline-order';
import { Registry } from './lifeline-registry';
import { signalsIn } from './lifeline-signals';
import { remnantsIn } from './lifeline-sockets';

/** Reads a history. Pure; the order in which simultaneous observations were noted makes no difference. */
export function lifelineOf(record: HistoryRecord): Lifeline {
  const placed = inOrder(record.observations);
  const registry = new Registry(record.box?.init ?? 1);
  for (const seen of placed) registry.read(seen);
  const lives = registry.finish();
  const remnants = remnantsIn(placed);
  const because = (...kinds: string[]) =>
    placed.flatMap((seen) => (kinds.includes(seen.kind) && 'because' in seen ? [seen.because] : []));
  const [obstacle] = because('missing', 'failure', 'left out');
  const events = placed.filter(({ kind }) => kind === 'event');
  return {
    experiment: record.experiment,
    arm: record.arm,
    init: String(record.box?.init ?? 1),
    witnesses: [...new Set(events.map(({ witness }) => witness.split(',')[0] ?? ''))].sort(),
    gaps: [...new Set(because('gap'))],
    ...(obstacle === undefined ? {} : { obstacle }),
    from: Math.min(...lives.map(({ begin }) => begin.when), placed[0]?.when ?? 0),
    to: Math.max(...lives.map(({ last }) => last), ...remnants.map(({ gone, seen }) => gone ?? seen.last), 0),
    lives,
    signals: signalsIn(placed, lives),
    remnants,
    acts: placed.flatMap((seen) =>
      seen.kind === 'act'
        ? [{ when: seen.when, what: seen.what }]
        : seen.kind === 'command' && seen.command.startsWith('kill ')
          ? [{ when: seen.when, what: seen.command }]
          : [],
    ),
  };
}
