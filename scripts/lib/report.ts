import { styleText } from 'node:util';
import type { Verdict } from '../../notebooks/lab/judge';
import { shapes } from '../../notebooks/lab/show';
import { exitCodeOf, type Row } from './evidence';
import { type Host, hostText } from './host';

const colours = { confirmed: 'green', refuted: 'red', depends: 'magenta', inconclusive: 'yellow' } as const;

/** Colours for a stream that is a terminal, unless NO_COLOR asks for none (no-color.org). */
export type Paint = (colour: (typeof colours)[Verdict] | 'bold' | 'dim', text: string) => string;

export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY && !process.env.NO_COLOR;
  // By itself, Node 20.18 and later would ask standard output, whichever stream this is for.
  return (colour, text) => (coloured ? styleText(colour, text, { validateStream: false }) : text);
}

/** One line a claim: shape, id, verdict, what the note says, why. */
export function rowText({ id, verdict, because, noted, leftOut }: Row, width: number, paint: Paint): string {
  const said = verdict === noted ? 'as noted' : paint('bold', `THE NOTE SAYS ${noted}`);
  const note = leftOut === undefined ? said : paint('bold', 'LEFT OUT');
  return `${paint(colours[verdict], shapes[verdict])} ${id.padEnd(width)}  ${paint(colours[verdict], verdict.padEnd(12))}  ${note}  ${paint('dim', because)}`;
}

/** The rows under the name of their notebook, and a summary: how many of each, on which host, how long. */
export function reportText(rows: Row[], host: Host, seconds: number, paint: Paint): string {
  const width = Math.max(0, ...rows.map((row) => row.id.length));
  const notebooks = [...new Set(rows.map((row) => row.notebook))];
  const lines = notebooks.flatMap((name) => [
    paint('bold', name),
    ...rows.filter((row) => row.notebook === name).map((row) => rowText(row, width, paint)),
    '',
  ]);
  return [...lines, summary(rows, paint), hostText(host), `${seconds.toFixed(1)} s`].join('\n');
}

function summary(rows: Row[], paint: Paint): string {
  const judged = rows.filter((row) => row.leftOut === undefined);
  const leftOut = rows.length - judged.length;
  const counts = (Object.keys(shapes) as Verdict[]).flatMap((verdict) => {
    const count = judged.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [paint(colours[verdict], `${shapes[verdict]} ${count} ${verdict}`)];
  });
  if (leftOut > 0) counts.push(paint('bold', `${leftOut} LEFT OUT by --quick`));
  const unlike = judged.filter((row) => row.verdict !== row.noted).length;
  const each = leftOut === 0 ? 'each' : 'each of the others';
  const close = unlike === 0 ? `${each} as its note says` : paint('bold', `${unlike} not as the note says`);
  return `${rows.length} claims: ${counts.join(', ')}; ${close}`;
}

/** The one JSON document that `reproduce --json` and `judge --json` print. */
export function reportJson(rows: Row[], host: Host, seconds: number): string {
  const claims = rows.map(({ id, verdict, because, noted, notebook, leftOut }) => ({
    id,
    verdict,
    because,
    noted,
    notebook,
    ...(leftOut && { leftOut }),
  }));
  return `${JSON.stringify({ host, seconds: Math.round(seconds * 10) / 10, claims }, null, 2)}\n`;
}

/** Prints a report and the errors, and sets the exit code; rows to standard output, errors to standard error. */
export function report(rows: Row[], errors: Error[], host: Host, seconds: number, as: 'json' | 'text'): void {
  if (as === 'json') process.stdout.write(reportJson(rows, host, seconds));
  else process.stdout.write(`${reportText(rows, host, seconds, paintFor(process.stdout))}\n`);
  for (const error of errors)
    process.stderr.write(`${error.stack?.startsWith(error.message) ? error.stack : error.message}\n`);
  process.exitCode = exitCodeOf(rows, errors);
}
