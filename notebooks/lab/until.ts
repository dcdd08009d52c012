import type { Fact } from './history';

/**
 * A fact to be waited for: `look` says whether it holds by now, what was seen, and what is to be noted down when it does.
 * `value` is what the one who waits gets.
 */
export interface Condition<T = void> {
  /** What is waited for, in words: it stands in the error. */
  what: string;
  look(): Sighting<T> | Promise<Sighting<T>>;
}

export type Sighting<T> =
  | { met: 'yes'; value: T; witness: string; fact?: Fact }
  /** What was seen instead. */
  | { met: 'no'; seen: string };

/** That one of two conditions is met, whichever: for what may come out one way or the other. */
export function either<A, B>(one: Condition<A>, other: Condition<B>): Condition<A | B> {
  return {
    what: `${one.what}, or ${other.what}`,
    look: async () => {
      const [first, second] = [await one.look(), await other.look()];
      if (first.met === 'yes') return first;
      return second.met === 'yes' ? second : { met: 'no', seen: `${first.seen}; ${second.seen}` };
    },
  };
}

/** Waited for in vain. Says what was last seen. */
export class TimeOut extends Error {
  constructor(what: string, within: number, seen: string) {
    super(`waited ${within} ms for ${what}; last seen: ${seen}`);
    this.name = 'TimeOut';
  }
}

/**
 * Looks until the condition is met, for at most `within` milliseconds: every 2 ms at first, every 20 ms later (where it
 * may take long, every `every` ms), and at least once. Throws `TimeOut`.
 */
export async function waitFor<T>(
  condition: Condition<T>,
  within: number,
  every = 20,
): Promise<Extract<Sighting<T>, { met: 'yes' }>> {
  const deadline = performance.now() + within;
  for (let pause = 2; ; pause = Math.min(pause * 1.5, every)) {
    const sighting = await condition.look();
    if (sighting.met === 'yes') return sighting;
    if (performance.now() > deadline) throw new TimeOut(condition.what, within, sighting.seen);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
