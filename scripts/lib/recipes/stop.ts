/** Breaking a recipe off: at which places it may be, when it has come to one, and how. */
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import { type Condition, TimeOut } from '../../../notebooks/lab/until';
import type { Recipe, Step } from './recipe';
import { inThisWay } from './script';
import type { Way } from './shells';
import type { Window } from './window';

/**
 * Where a recipe is broken off: in its step `at`, counted from 1, when there is something in its directory (`begun`), when the terminal
 * shows the first line of what is to come (`speaking`), or when it shows all of it (`shown`). Before that nothing is done yet but to make the directory: who breaks off in
 * the millisecond between mktemp and trap is left with an empty one.
 */
export interface Stop {
  at: number;
  when: 'begun' | 'speaking' | 'shown';
  by: 'Ctrl-C' | 'closing';
}

/**
 * Every place at which a recipe may be broken off. Keys and windows are done with at once: only pastes have a middle, and those
 * for which the page has no text say nothing.
 */
export function stopsOf(recipe: Recipe, way: Way): Stop[] {
  const moments = ({ do: what, shows }: Step): Stop['when'][] => {
    if (what !== 'paste') return ['shown'];
    return shows.length === 0 ? ['begun', 'shown'] : ['begun', 'speaking', 'shown'];
  };
  return inThisWay(recipe, way).steps.flatMap((step, index) =>
    moments(step).flatMap((when) => (['Ctrl-C', 'closing'] as const).map((by) => ({ at: index + 1, when, by }))),
  );
}

/** That the moment has come at which a recipe is to be broken off, in the step under way; or that there is none, as it is over. */
export function comesTo(when: 'begun' | 'speaking', id: string, window: Window, box: Sandbox): Condition {
  return {
    what: `the recipe to have ${when}`,
    look: async () => {
      const { lines } = await window.shown();
      const there = (await box.$`ls /tmp/${id}.*/* 2>/dev/null`).exitCode === 0;
      const come = window.isBack() || (when === 'begun' ? there : lines.length > 0);
      if (come) return { met: 'yes', value: undefined, witness: 'ls' };
      return { met: 'no', seen: 'neither a file of it nor a line' };
    },
  };
}

/** Breaks off what goes on in the windows that are open. */
export async function breakOff(windows: Iterable<Window>, by: Stop['by']): Promise<void> {
  for (const window of windows) {
    if (window.state === 'closed') continue;
    if (by === 'closing') await window.close();
    else await interrupt(window);
  }
}

/**
 * Presses Ctrl-C as a person does: again, where the prompt does not come. bash drops a SIGINT that comes while it waits for
 * a command which then ends by itself (jobs.c, wait_for: the command is taken to have dealt with it).
 */
async function interrupt(window: Window): Promise<void> {
  for (let times = 0; times < 3; times++) {
    await window.press('Ctrl-C');
    try {
      return await window.prompt(1);
    } catch (error) {
      if (!(error instanceof TimeOut)) throw error;
    }
  }
}
