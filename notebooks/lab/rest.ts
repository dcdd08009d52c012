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

/** States that a socket only passes through, waiting for an answer of the other end (tcp(7); include/net/tcp_states.h). */
const passing: Record<string, string> = {
  '02': 'SYN-SENT',
  '03': 'SYN-RECV',
  '04': 'FIN-WAIT-1',
  '09': 'LAST-ACK',
  '0B': 'CLOSING',
};

/** Of /proc/net/tcp, the sockets of `port`, at either end, that have something on its way; in words. */
export function inTransit(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', remote = '', state = '', queues = ''] =
      /^\s*\d+: (\w+:\w+) (\w+:\w+) (\w\w) (\w+:\w+)/.exec(line) ?? [];
    if (!local.endsWith(`:${hex}`) && !remote.endsWith(`:${hex}`)) return [];
    if (passing[state] !== undefined) return [`a socket in ${passing[state]}`];
    const unsent = Number.parseInt(queues, 16);
    return state !== '0A' && unsent > 0 ? [`a socket with ${unsent} bytes not acknowledged`] : [];
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
