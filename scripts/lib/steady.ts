/** What became of one run of many: `npm run steady`. */

/** A claim that came out otherwise than its note says. */
interface Departure {
  notebook: string;
  id: string;
  verdict: string;
  noted: string;
  because: string;
}

export interface Outcome {
  /** The exit code of the run. */
  code: number;
  seconds: number;
  /** How much of the processors' time nobody used meanwhile, 0 to 1. */
  idle: number;
  /** How many claims were judged; undefined where the run printed no document. */
  claims?: number;
  departed: Departure[];
}

/** What of the document that `reproduce --json` or `recipes --json` prints is not as noted; what `--quick` leaves out is none of it. */
export function departures(document: string): Pick<Outcome, 'claims' | 'departed'> {
  let claims: (Departure & { leftOut?: 'yes' })[];
  try {
    claims = JSON.parse(document).claims;
  } catch {
    return { departed: [] };
  }
  const judged = claims.filter(({ leftOut }) => leftOut === undefined);
  return { claims: judged.length, departed: judged.filter(({ verdict, noted }) => verdict !== noted) };
}

/** Whether the run ended well, printed its claims, and each of them is as its note says. */
export const isAsNoted = ({ code, claims = 0, departed }: Outcome) => code === 0 && claims > 0 && departed.length === 0;

/** `191 claims as noted, 63.4 s, processors 34% busy`; else what departed, a line each. */
export function outcomeText(outcome: Outcome): string {
  const { code, seconds, idle, claims, departed } = outcome;
  const took = `${seconds.toFixed(1)} s, processors ${(100 * (1 - idle)).toFixed(0)}% busy`;
  if (claims === undefined) return `no document, exit code ${code}, ${took}`;
  if (isAsNoted(outcome)) return `${claims} claims as noted, ${took}`;
  const lines = departed.map(
    ({ notebook, id, verdict, noted, because }) =>
      `\n  ${notebook}: ${id} ${verdict}, the note says ${noted}: ${because}`,
  );
  return `${departed.length} of ${claims} claims not as noted, exit code ${code}, ${took}${lines.join('')}`;
}

/** The exit code of many runs: 1 (something is not as noted, or failed) before 2 (inconclusive) before 0. */
export function worst(outcomes: readonly Outcome[]): number {
  const codes = new Set(outcomes.map((outcome) => (isAsNoted(outcome) ? 0 : outcome.code === 2 ? 2 : 1)));
  return codes.has(1) ? 1 : codes.has(2) ? 2 : 0;
}
