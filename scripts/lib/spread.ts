/** What many measurements of one thing come to. */
export interface Spread {
  median: number;
  least: number;
  most: number;
  rounds: number;
}

/** Throws where there is nothing to sum up. */
export function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  if (least === undefined || most === undefined) throw new Error('nothing was measured');
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? least) + (sorted[Math.ceil(middle)] ?? most)) / 2;
  return { median, least, most, rounds: sorted.length };
}

/** `1.24 (1.10 to 1.61 in 9 rounds)` */
export function spreadText({ median, least, most, rounds }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)} in ${rounds} rounds)`;
}
