/** One thing that is measured: an entry of `npm run bench`. */
export interface Bench {
  /** By which it is chosen. */
  name: string;
  /** What is measured, and against what, in one line. */
  what: string;
  /** Measures so many rounds; gives what came out, each with its unit and its spread. */
  run(rounds: number): Promise<[what: string, result: string][]>;
}
