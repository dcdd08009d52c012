/**
 * A recording for a page: what the terminals of a recipe show, change by change, on the one clock that they share. The bytes are
 * replayed when the site is built; what is sent to a reader is text.
 */
import { createHash } from 'node:crypto';
import { Terminal as Emulator } from '@xterm/headless';
import { linesOn } from '../../notebooks/lab/terminal';
import { type Cast, writeCast } from '../../scripts/lib/recipes/cast';
import { recordingAddress } from './addresses';

/** One change, at `at` ms after the first paste: something was done at a terminal, or it shows something else. */
export type Frame = { at: number; terminal: number } & (
  | { did: string }
  /** The first `keep` lines stay, then come `lines`. */
  | { keep: number; lines: string[] }
);

/** All of a recording. `terminals` have what they show at the beginning; in the frames they are counted from 0. */
export interface Reel {
  terminals: string[][];
  frames: Frame[];
}

/** A recording as its figure has it. */
export interface RecordingData {
  /** Where its frames are. */
  frames: string;
  terminals: { name: string; cast: string }[];
  /** The day, as in `2026-11-23`. */
  recorded: string;
  host: string;
}

/** The figure of a recipe's recording, and the files that it leads to, by their addresses. */
export async function recordingData(
  recipe: string,
  casts: readonly Cast[],
): Promise<{ data: RecordingData; files: [string, string][] }> {
  const reel = JSON.stringify(await reelOf(casts));
  const hash = createHash('sha256').update(reel).digest('hex').slice(0, 8);
  const frames = recordingAddress(`${recipe}.${hash}.json`);
  const files = casts.map((cast): [string, string] => {
    return [recordingAddress(`${recipe}.${cast.header.procnotes.terminal}.cast`), writeCast(cast)];
  });
  const terminals = casts.map(({ header }, at) => ({
    name: `Terminal ${header.procnotes.terminal}`,
    cast: files[at]?.[0] ?? '',
  }));
  const [first] = casts;
  const recorded = new Date((first?.header.timestamp ?? 0) * 1000).toISOString().slice(0, 10);
  const data = { frames, terminals, recorded, host: first?.header.procnotes.host ?? '' };
  return { data, files: [...files, [frames, reel]] };
}

/** Replays the recordings of a recipe, side by side. */
export async function reelOf(casts: readonly Cast[]): Promise<Reel> {
  const screens = casts.map(({ header }) => new Screen(header.width, header.height));
  const frames: Frame[] = [];
  const moments = momentsOf(casts);
  // The prompts at which the recordings begin.
  for (const { at, terminal, ...moment } of moments)
    if (at === 0 && moment.kind === 'bytes') await screens[terminal]?.write(moment.bytes);
  const terminals = screens.map(({ lines }) => lines);
  for (const moment of moments) {
    const { at, terminal } = moment;
    if (moment.kind === 'did') frames.push({ at: Math.round(at), terminal, did: moment.did });
    else if (moment.kind === 'size') screens[terminal]?.resize(moment.columns, moment.rows);
    else if (at > 0) {
      const change = await screens[terminal]?.write(moment.bytes);
      if (change !== undefined) frames.push({ at: Math.round(at), terminal, ...change });
    }
  }
  for (const screen of screens) screen.close();
  return { terminals, frames };
}

/** What happens in one terminal at one time (ms): bytes for it, another size, or something that the reader does. */
type Moment = { at: number; terminal: number } & (
  | { kind: 'bytes'; bytes: string }
  | { kind: 'size'; columns: number; rows: number }
  | { kind: 'did'; did: string }
);

/** ms. What one terminal is sent within this time, while nothing happens in another, is seen at once. */
const AT_ONCE = 20;

/** The mark where a command begins (transcript.ts): what it prints is seen after what was pasted, however soon it comes. */
const BEGINS = '\x1b]133;C\x07';

function momentsOf(casts: readonly Cast[]): Moment[] {
  const all = casts.flatMap(({ events }, terminal) => events.map((event) => ({ terminal, event })));
  const moments: Moment[] = [];
  let since = 0;
  for (const { terminal, event } of all.sort((a, b) => a.event[0] - b.event[0])) {
    const [seconds, code, data] = event;
    const at = seconds * 1000;
    if (code === 'm') moments.push({ at, terminal, kind: 'did', did: data });
    if (code === 'r') {
      const [columns = 0, rows = 0] = data.split('x').map(Number);
      moments.push({ at, terminal, kind: 'size', columns, rows });
    }
    if (code !== 'o') continue;
    for (const bytes of data.split(new RegExp(`(?<=${BEGINS})`))) {
      const last = moments.at(-1);
      const same = last?.kind === 'bytes' && last.terminal === terminal && at - since <= AT_ONCE;
      if (same && at > 0 && !last.bytes.endsWith(BEGINS)) last.bytes += bytes;
      else {
        since = at;
        moments.push({ at, terminal, kind: 'bytes', bytes });
      }
    }
  }
  return moments;
}

/** What a terminal shows, line by line. */
class Screen {
  lines: string[] = [];
  private readonly emulator: Emulator;

  constructor(cols: number, rows: number) {
    this.emulator = new Emulator({ cols, rows, scrollback: 1000, allowProposedApi: true, logLevel: 'off' });
  }

  /** What that changes; undefined where it changes nothing. */
  async write(bytes: string): Promise<{ keep: number; lines: string[] } | undefined> {
    const before = this.lines;
    await new Promise<void>((shown) => this.emulator.write(bytes, shown));
    const text = linesOn(this.emulator).join('\n').trimEnd();
    this.lines = text === '' ? [] : text.split('\n');
    const unlike = this.lines.findIndex((line, at) => line !== before[at]);
    const keep = unlike < 0 ? this.lines.length : unlike;
    return keep === before.length && keep === this.lines.length ? undefined : { keep, lines: this.lines.slice(keep) };
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
  }

  close(): void {
    this.emulator.dispose();
  }
}
