import type { Placed } from './lifeline-order';

/** What is left of a connection when no process needs to have it any more, as far as somebody looked. */
export interface Remnant {
  state: 'TIME-WAIT' | 'FIN-WAIT-2';
  /** ADDRESS:PORT of this end. */
  local: string;
  /** How many there were of this state and address, first and last seen at the same looks. */
  count: number;
  /** ms; `notBefore`: when somebody looked and it was not there. */
  seen: { first: number; last: number; notBefore?: number };
  /** ms, when it was first seen to be gone. */
  gone?: number;
}

/** The TIME-WAITs and FIN-WAIT-2s in the tables of a history, alike ones together. */
export function remnantsIn(placed: readonly Placed[]): Remnant[] {
  const open = new Map<string, Remnant>();
  const all: Remnant[] = [];
  let looked: number | undefined;
  for (const seen of placed) {
    if (seen.kind !== 'sockets') continue;
    const { when } = seen;
    const there = new Set<string>();
    for (const { state, local, peer } of seen.rows) {
      if (state !== 'TIME-WAIT' && state !== 'FIN-WAIT-2') continue;
      const key = `${state} ${local} ${peer}`;
      there.add(key);
      const known = open.get(key);
      if (known !== undefined) known.seen.last = when;
      else {
        const before = looked === undefined ? {} : { notBefore: looked };
        const remnant: Remnant = { state, local, count: 1, seen: { first: when, last: when, ...before } };
        open.set(key, remnant);
        all.push(remnant);
      }
    }
    for (const [key, remnant] of open)
      if (!there.has(key)) {
        remnant.gone = when;
        open.delete(key);
      }
    looked = when;
  }
  const alike = new Map<string, Remnant>();
  for (const one of all) {
    const key = JSON.stringify([one.state, one.local, one.seen, one.gone]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, one);
    else known.count++;
  }
  return [...alike.values()];
}

/** `TIME-WAIT 127.0.0.1:8080`, `TIME-WAIT ×5 127.0.0.1:8080` */
export const remnantName = ({ state, count, local }: Remnant): string =>
  `${state}${count > 1 ? ` ×${count}` : ''} ${local}`;
