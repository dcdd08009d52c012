/** One thing that is measured: an entry of `npm run bench`. */
export interface Bench {
  /** By which it is chosen. */
  name: string;
  /** What is measured, and against what, in one line. */
  what: string;
  /** Not among those that `npm run bench` runs when none is named: it takes long, or fetches something. */
  onlyByName?: 'yes';
  /** Measures so many rounds; gives what came out, each with its unit and its spread. */
  run(rounds: number): Promise<[what: string, result: string][]>;
}
