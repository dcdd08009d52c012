import type { Socket } from './sockets';

/** How a process stood at one look: its state as proc(5) gives it (or `gone`), and how often it has left a processor. */
export interface Stance {
  state: string;
  switches: number;
}

/** Sleeping, stopped, ended or gone: not about to run by itself. */
const still = new Set(['S', 'T', 't', 'Z', 'gone']);

/** Reads /proc/PID/status; undefined, where there is none any more, is `gone`. */
export function parseStance(status: string | undefined): Stance {
  if (status === undefined) return { state: 'gone', switches: 0 };
  const [, state = '?'] = /^State:\s+(\S)/m.exec(status) ?? [];
  const counts = [...status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)/gm)];
  return { state, switches: counts.reduce((sum, [, count]) => sum + Number(count), 0) };
}

/** States that a socket only passes through, waiting for an answer of the other end (tcp(7)). */
const passing = new Set(['SYN-SENT', 'SYN-RECV', 'FIN-WAIT-1', 'LAST-ACK', 'CLOSING']);

/** Of these sockets, those that have something on its way; in words. */
export function inTransit(sockets: readonly Socket[]): string[] {
  return sockets.flatMap(({ state, sendQ }) => {
    if (passing.has(state)) return [`a socket in ${state}`];
    return state !== 'LISTEN' && sendQ > 0 ? [`a socket with ${sendQ} bytes not acknowledged`] : [];
  });
}

/** Why processes are not at rest, comparing two looks at them; undefined when they are. */
export function restless(before: Map<number, Stance>, now: Map<number, Stance>): string | undefined {
  for (const [pid, { state, switches }] of now) {
    if (!still.has(state)) return `process ${pid} is in state ${state}`;
    const earlier = before.get(pid);
    if (earlier === undefined) return `process ${pid} was looked at once`;
    if (earlier.state !== state || earlier.switches !== switches) return `process ${pid} has run since the last look`;
  }
  return undefined;
}
