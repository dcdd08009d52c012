/**
 * A recording for a page: what the terminals of a recipe show, change by change, on the one clock that they share. The bytes are
 * replayed when the site is built; what is sent to a reader is text.
 */
import { createHash } from 'node:crypto';
import { Terminal as Emulator } from '@xterm/headless';
import { linesOn } from '../../notebooks/lab/terminal';
import { type Cast, sideBySide, writeCast } from '../../scripts/lib/recipes/cast';
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
  const all = sideBySide(casts.map(({ events }) => events));
  // The prompts at which the recordings begin.
  for (const { terminal, event } of all)
    if (event[0] === 0 && event[1] === 'o') await screens[terminal]?.write(event[2]);
  const terminals = screens.map(({ lines }) => lines);
  const frames: Frame[] = [];
  for (const { terminal, event } of all) {
    const [seconds, code, data] = event;
    const at = Math.round(seconds * 1000);
    if (code === 'm') frames.push({ at, terminal, did: data });
    else if (code === 'r') screens[terminal]?.resize(data);
    else if (seconds > 0) {
      const change = await screens[terminal]?.write(data);
      if (change !== undefined) frames.push({ at, terminal, ...change });
    }
  }
  for (const screen of screens) screen.close();
  return { terminals, frames };
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

  /** To columns, x, rows. */
  resize(size: string): void {
    const [columns = 0, rows = 0] = size.split('x').map(Number);
    this.emulator.resize(columns, rows);
  }

  close(): void {
    this.emulator.dispose();
  }
}
