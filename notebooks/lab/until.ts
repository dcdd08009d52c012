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
 * may take long, every `every` ms), and at least once. Between two looks it pauses for as long as a look takes, so that looking
 * leaves the machine to what is looked at. Throws `TimeOut`, also where a look does not come back in time.
 */
export async function waitFor<T>(
  condition: Condition<T>,
  within: number,
  every = 20,
): Promise<Extract<Sighting<T>, { met: 'yes' }>> {
  const began = performance.now();
  let seen = 'nothing: the look did not come back';
  for (let pause = 2; ; pause = Math.min(pause * 1.5, every)) {
    const looked = performance.now();
    // A look that was begun in time gets a second at least: a busy machine is no reason to have seen nothing.
    const sighting = await inTime(condition.look(), Math.max(1000, within - (looked - began)));
    if (sighting?.met === 'yes') return sighting;
    if (sighting !== undefined) seen = sighting.seen;
    if (sighting === undefined || performance.now() > began + within) throw new TimeOut(condition.what, within, seen);
    await new Promise((resolve) => setTimeout(resolve, Math.max(pause, performance.now() - looked)));
  }
}

/** What is promised, or undefined if it does not come within `most` milliseconds. */
async function inTime<T>(promised: T | Promise<T>, most: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), most);
  });
  try {
    return await Promise.race([promised, late]);
  } finally {
    clearTimeout(timer);
  }
}
