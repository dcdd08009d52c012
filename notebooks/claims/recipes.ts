/** How the claims are judged that a recipe lets one see: from the lines that terminals showed when it was pasted. */
import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';

/** The first line of a terminal that fits, from the line `after` on; with what the pattern caught. */
function said(
  history: History,
  terminal: number,
  pattern: RegExp,
  after?: Observation,
): [string[], Observation] | undefined {
  for (const seen of history.lines(`Terminal ${terminal}`)) {
    const match = seen.n > (after?.n ?? 0) ? pattern.exec(seen.line) : null;
    if (match !== null) return [[...match], seen];
  }
  return undefined;
}

/** Whether b.sh, known to the table before the kill as a.sh's child, had another parent after it, and came to make abcdef. */
function survives(history: History): Seen {
  const before = said(history, 2, /^\s*(\d+)\s+(\d+)\s+\d+\s+sh b\.sh$/);
  if (before === undefined) return unseen('b.sh was in no process table');
  const [[, pid = '', parent = ''], table] = before;
  const made = said(history, 1, /^(ls: cannot access 'abcdef'|abcdef$)/);
  if (made === undefined) return unseen('nobody looked for abcdef');
  const after = said(history, 2, new RegExp(`^\\s*${pid}\\s+(\\d+)\\s+\\d+\\s+sh b\\.sh$`), table);
  if (made[0][1] === 'abcdef' && after !== undefined && after[0][1] !== parent)
    return yes(`b.sh (${pid}) went from ${parent} to ${after[0][1]} and made abcdef`, table, after[1], made[1]);
  return no(`b.sh (${pid}) was gone, and abcdef was not made`, table, made[1]);
}

/** For each recipe, the claims that it shows; its arms are the parts of the recipe. */
export const recipes: Record<string, Claims> = {
  'kill-a-script': {
    'scripts.child-survives': { effect: survives, treatment: ['kill a.sh'], control: ['kill the group'] },
    'scripts.kill-reaches-one': { effect: survives, treatment: ['kill a.sh'], control: ['kill the group'] },
  },
};
