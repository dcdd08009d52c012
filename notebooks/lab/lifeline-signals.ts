import { atTime, type Life, type Signal } from './lifeline-model';
import type { Placed } from './lifeline-order';

type Traced<E extends string> = Extract<Placed, { kind: 'event' }> & { event: E };
type Told = Extract<Traced<'signal'>, { event: 'signal' }>;
type Sent = Extract<Traced<'kill'>, { event: 'kill' }>;

/** What the experiment did or ran in the sandbox to send a signal; a command is noted when it is over. */
const byHand = (seen: Placed): string =>
  seen.kind === 'act' ? seen.what : seen.kind === 'command' && seen.status === 0 ? seen.command : '';

/** How far apart, in milliseconds, a sending and its arriving may have been noted. */
const near = 100;

/**
 * The signals of a history, one a receiver: those that a tracer told of; those that a process sent and nobody saw arrive
 * (strace tells nobody of SIGKILL); and those that the experiment sent by its own hand where no tracer was.
 */
export function signalsIn(placed: readonly Placed[], lives: readonly Life[]): Signal[] {
  const whoHad = (pid: number, when: number) =>
    lives.filter((life) => life.pid === pid && life.begin.when <= when).pop() ?? lives.find((life) => life.pid === pid);
  const told = placed.filter(
    (seen): seen is Told => seen.kind === 'event' && seen.event === 'signal' && seen.pid !== 0,
  );
  const sent = placed.filter((seen): seen is Sent => seen.kind === 'event' && seen.event === 'kill');

  const signals = told.flatMap((seen): Signal[] => {
    const to = whoHad(seen.pid, seen.when);
    if (to === undefined) return [];
    const child = seen.child === undefined ? undefined : whoHad(seen.child, seen.when)?.id;
    const sender = seen.from === undefined || seen.from === 0 ? undefined : whoHad(seen.from, seen.when);
    const from: Signal['from'] =
      seen.from === undefined
        ? { sender: 'kernel' }
        : sender === undefined
          ? { sender: 'outside' }
          : { sender: 'process', life: sender.id };
    const { when, signal, fate } = seen;
    return [
      {
        when,
        signal,
        from,
        to: to.id,
        ...(fate === undefined ? {} : { fate }),
        ...(child === undefined ? {} : { child }),
      },
    ];
  });

  const heard = (signal: string, when: number, to: Life, by?: number) =>
    told.some(
      (seen) =>
        seen.signal === signal &&
        Math.abs(seen.when - when) < near &&
        whoHad(seen.pid, seen.when) === to &&
        (by === undefined ? seen.from !== undefined : seen.from === by),
    );
  const receivers = (target: number, when: number) =>
    lives.filter((life) => {
      if (life.begin.when > when || (life.gone !== undefined && life.gone.when < when)) return false;
      return target > 0 ? life.pid === target : atTime(life.groups, when)?.pgid === -target;
    });
  const unheard = (signal: string, when: number, target: number, from: Signal['from'], by?: number): Signal[] =>
    target === -1
      ? []
      : receivers(target, when).flatMap((life) =>
          heard(signal, when, life, by) ? [] : [{ when, signal, from, to: life.id }],
        );

  for (const { when, signal, to, by, result } of sent) {
    const sender = whoHad(by, when);
    if (result === 'failed' || signal === '0' || sender === undefined) continue;
    const target = to === 0 ? -(atTime(sender.groups, when)?.pgid ?? 1) : to;
    signals.push(...unheard(signal, when, target, { sender: 'process', life: sender.id }, by));
  }
  for (const seen of placed) {
    const [, name = 'TERM', target] = /^kill(?: -(\w+))?(?: --)? (-?\d+)$/.exec(byHand(seen)) ?? [];
    if (target === undefined) continue;
    const signal = name.startsWith('SIG') ? name : `SIG${name}`;
    signals.push(...unheard(signal, seen.when, Number(target), { sender: 'outside' }));
  }
  return signals.sort((a, b) => a.when - b.when || (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
}
