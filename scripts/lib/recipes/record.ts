/** Makes the recordings of a recipe of what its terminals showed while it was pasted. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Terminal, TerminalEvent } from '../../../notebooks/lab/terminal';
import type { Row } from '../evidence';
import { PROJECT } from '../project';
import { type Cast, type CastEvent, sideBySide, writeCast } from './cast';
import type { Recipe } from './recipe';
import { bodyHash, RECORDINGS, recordingFile } from './recordings';

/** A terminal that a recipe was pasted into: how it was opened, what it was sent, and what was done at it. */
export type Recorded = Pick<Terminal, 'size' | 'account'>;

/** When and where: seconds since the Epoch, and the host in words. */
export interface Occasion {
  timestamp: number;
  host: string;
}

/** The recordings of a recipe that has just been pasted into these terminals, in their order. */
export function castsOf(recipe: Recipe, terminals: readonly Recorded[], { timestamp, host }: Occasion): Cast[] {
  const pastes = terminals.flatMap((terminal) => terminal.account().filter(({ kind }) => kind === 'paste'));
  const zero = Math.min(...pastes.map(({ at }) => at));
  const events = inPieces(terminals.map((one) => castEvents(one.account(), zero)));
  return terminals.map((one, index) => {
    const terminal = index + 1;
    return {
      header: {
        version: 2,
        width: one.size.columns,
        height: one.size.rows,
        timestamp,
        title: `${recipe.title}, Terminal ${terminal}`,
        procnotes: { recipe: recipe.id, terminal, body: bodyHash(recipe), host },
      },
      events: events[index] ?? [],
    };
  });
}

/** The beginning of a prompt, and that of a command's output: see transcript.ts. */
const PROMPT = '\x1b]133;A';
const BEGINS = '\x1b]133;C\x07';
const AFTER_BEGINS = new RegExp(`(?<=${BEGINS})`);

/** Seconds. */
const AT_ONCE = 0.02;

/**
 * How a terminal's output falls into pieces is chance. What one is sent at once, while nothing happens in another, becomes one piece, with
 * the time of its first byte; only what a command prints stays apart from what was pasted.
 */
function inPieces(terminals: CastEvent[][]): CastEvent[][] {
  const pieces = terminals.map((): CastEvent[] => []);
  let last: { terminal: number; event: CastEvent } | undefined;
  for (const { terminal, event } of sideBySide(terminals)) {
    const same = last?.terminal === terminal && event[0] > 0 && event[0] - last.event[0] <= AT_ONCE;
    if (same && event[1] === 'o' && last?.event[1] === 'o' && !last.event[2].endsWith(BEGINS))
      last.event[2] += event[2];
    else {
      last = { terminal, event: [...event] };
      pieces[terminal]?.push(last.event);
    }
  }
  return pieces;
}

/** At zero there stands a prompt, and nothing of what was there before it. */
function castEvents(events: readonly TerminalEvent[], zero: number): CastEvent[] {
  const before = events.map((event) => (event.kind === 'output' && event.at < zero ? event.text : '')).join('');
  const since = events.filter(({ at }) => at >= zero);
  const end = since.findIndex(isBackstage);
  const shown = end < 0 ? since : since.slice(0, end);
  const prompt: CastEvent = [0, 'o', before.slice(Math.max(0, before.lastIndexOf(PROMPT)))];
  return [prompt, ...shown.flatMap((event) => castEvent(event, zero))];
}

/** What a recipe does is to paste, and to press keys. Typed is only Enter after a paste, and what the test asks the shell for itself. */
const isBackstage = (event: TerminalEvent): boolean => event.kind === 'type' && event.text !== '\n';

function castEvent(event: TerminalEvent, zero: number): CastEvent[] {
  const at = Math.round((event.at - zero) * 1000) / 1e6;
  if (event.kind === 'output')
    return event.text
      .split(AFTER_BEGINS)
      .filter((text) => text !== '')
      .map((text) => [at, 'o', text]);
  if (event.kind === 'press') return [[at, 'm', `press ${event.key}`]];
  if (event.kind === 'close') return [[at, 'm', 'close the window']];
  if (event.kind === 'paste') return [[at, 'm', 'paste']];
  if (event.kind === 'type') return [];
  return [
    [at, 'm', 'resize the window'],
    [at, 'r', `${event.columns}x${event.rows}`],
  ];
}

/** Whether what a recipe showed may stand on its page: it was judged, and every verdict is as the note states. */
export const isAsNoted = (rows: readonly Pick<Row, 'verdict' | 'noted'>[]): boolean =>
  rows.length > 0 && rows.every(({ verdict, noted }) => verdict === noted);

/** Writes recordings to where they belong, each whole or not at all. */
export async function writeRecordings(casts: readonly Cast[]): Promise<void> {
  mkdirSync(join(PROJECT, RECORDINGS), { recursive: true });
  for (const cast of casts) {
    const { recipe, terminal } = cast.header.procnotes;
    await writeFileAtomic(join(PROJECT, recordingFile(recipe, terminal)), writeCast(cast));
  }
}
