/**
 * Recordings of terminals: asciicast v2 (docs.asciinema.org, "asciicast v2"), one JSON text a line, which `asciinema play` plays.
 *
 *   header  {"version": 2, "width": 80, "height": 24, "timestamp": 1700000000, "title": "…", "procnotes": {…}}
 *   event   [seconds, code, data]     the seconds never go back
 *
 * The codes here: `o`, what the terminal was sent; `m`, what the reader did at it, as the page words it ("press Ctrl-C");
 * `r`, the size that it was given, as columns, x and rows. `procnotes` in the header is our own: of which recipe this is.
 */
import { z } from 'zod';
import { SourceError } from '../source-error';

const Size = z.number().int().positive();

const HeaderShape = z.strictObject({
  version: z.literal(2),
  width: Size,
  height: Size,
  /** Seconds since the Epoch. */
  timestamp: z.number().int().nonnegative(),
  title: z.string(),
  procnotes: z.strictObject({
    recipe: z.string().min(1),
    terminal: Size,
    /** SHA-256 of the recipe's body, in hexadecimal: of another text this is no recording. */
    body: z.string().regex(/^[0-9a-f]{64}$/),
    host: z.string(),
  }),
});

const at = z.number().nonnegative();
const EventShape = z.union(
  [
    z.tuple([at, z.literal('o'), z.string()]),
    z.tuple([at, z.literal('m'), z.string().regex(/^(?:paste|press \S+|resize the window|close the window)$/)]),
    z.tuple([at, z.literal('r'), z.string().regex(/^[1-9]\d*x[1-9]\d*$/)]),
  ],
  'it is none of [1.5, "o", "text"], [1.5, "m", "paste"], [1.5, "r", "80x24"]',
);

export type CastHeader = z.infer<typeof HeaderShape>;
export type CastEvent = z.infer<typeof EventShape>;

/** The recording of one terminal. */
export interface Cast {
  readonly header: CastHeader;
  readonly events: readonly CastEvent[];
}

/** What happens in several terminals, in the order of time; they are counted from 0. */
export function sideBySide(terminals: readonly (readonly CastEvent[])[]): { terminal: number; event: CastEvent }[] {
  const all = terminals.flatMap((events, terminal) => events.map((event) => ({ terminal, event })));
  return all.sort((a, b) => a.event[0] - b.event[0]);
}

export function writeCast({ header, events }: Cast): string {
  return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads a recording; throws a SourceError at the first line that is not as it should be. */
export function readCast(text: string, file: string): Cast {
  const wrong = (line: number, problem: string) => new SourceError(file, line, problem, remedyFor(file));
  const [first = '', ...rest] = text.replace(/\n$/, '').split('\n');
  const parse = <T>(shape: z.ZodType<T>, line: string, number: number, what: string): T => {
    const json = parsed(line);
    const read = shape.safeParse(json);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    const why = json === undefined ? 'it is no JSON' : `${where}${issue?.message}`;
    throw wrong(number, `no ${what} of an asciicast v2: ${why}`);
  };
  const header = parse(HeaderShape, first, 1, 'header');
  const events = rest.map((line, index) => parse(EventShape, line, index + 2, 'event'));
  const back = events.findIndex(([seconds], index) => seconds < (events[index - 1]?.[0] ?? 0));
  if (back >= 0) throw wrong(back + 2, `the time goes back to ${events[back]?.[0]} s`);
  return { header, events };
}

/** Undefined where it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `docs/recordings/kill-a-script.1.cast` is made anew by its recipe's name. */
function remedyFor(file: string): string {
  const [, recipe = 'NAME'] = /([^/]+)\.\d+\.cast$/.exec(file) ?? [];
  return `record it again: npm run recipes -- --record ${recipe}`;
}
