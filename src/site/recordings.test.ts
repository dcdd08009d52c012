/** What is made of recordings for a page, and what stands beside the pages. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPages } from '../../scripts/lib/project';
import type { Cast, CastEvent } from '../../scripts/lib/recipes/cast';
import { type Bindings, matchLine } from '../../scripts/lib/recipes/pattern';
import { type Recipe, readRecipes } from '../../scripts/lib/recipes/recipe';
import { loadRecordings } from '../../scripts/lib/recipes/recordings';
import { shownAt } from '../client/recording';
import { putBeside } from './beside';
import { reelOf } from './recordings';

const cast = (...events: CastEvent[]): Cast => ({
  header: {
    version: 2,
    width: 20,
    height: 5,
    timestamp: 0,
    title: '',
    procnotes: { recipe: 'x', terminal: 1, body: '0'.repeat(64), host: '' },
  },
  events,
});

test('a recording begins at its prompts, and goes on by what changes, in the order of time', async () => {
  const one = cast([0, 'o', '$ '], [0, 'm', 'paste'], [0.1, 'o', 'echo 1\r\n'], [0.5, 'o', '1\r\n$ ']);
  const two = cast([0, 'o', '$ '], [0.2, 'm', 'press Ctrl-C'], [0.25, 'o', '^C\r\n$ '], [0.6, 'm', 'close the window']);
  assert.deepEqual(await reelOf([one, two]), {
    terminals: [['$'], ['$']],
    frames: [
      { at: 0, terminal: 0, did: 'paste' },
      { at: 100, terminal: 0, keep: 0, lines: ['$ echo 1'] },
      { at: 200, terminal: 1, did: 'press Ctrl-C' },
      { at: 250, terminal: 1, keep: 0, lines: ['$ ^C', '$'] },
      { at: 500, terminal: 0, keep: 1, lines: ['1', '$'] },
      { at: 600, terminal: 1, did: 'close the window' },
    ],
  });
});

test('bytes that change nothing that can be read are no step; a line that wraps is one line, at any width', async () => {
  const long = 'x'.repeat(30);
  const { frames } = await reelOf([
    cast(
      [0.1, 'o', '\x1b[?2004h'],
      [0.2, 'o', long],
      [0.3, 'm', 'resize the window'],
      [0.3, 'r', '40x5'],
      [0.4, 'o', 'y'],
    ),
  ]);
  assert.deepEqual(
    frames.map((frame) => ('lines' in frame ? frame.lines : frame.did)),
    [[long], 'resize the window', [`${long}y`]],
  );
});

/** Each line that a page says, with the terminal that it is for. */
const saidOf = ({ steps }: Recipe) =>
  steps.flatMap(({ terminal, shows }) =>
    shows.flatMap(({ pattern }) => pattern.lines.map((line) => ({ terminal, line }))),
  );

test('at its end each recording shows what its page says, in this order and with the same PIDs in all terminals', async () => {
  const recipes = readRecipes(loadPages());
  for (const [id, casts] of loadRecordings(recipes)) {
    const reel = await reelOf(casts);
    const { screens } = shownAt(reel, reel.frames.length - 1);
    const recipe = recipes.find((one) => one.id === id);
    const next = screens.map(() => 0);
    let bound: Bindings = new Map();
    for (const { terminal, line } of recipe === undefined ? [] : saidOf(recipe)) {
      if (line.any === 'yes') continue;
      const screen = screens[terminal - 1] ?? [];
      const matches = screen.map((shown) => matchLine(line.pieces, shown, bound));
      const place = matches.findIndex((match, at) => match !== undefined && at >= (next[terminal - 1] ?? 0));
      assert.ok(place >= 0, `${id}, Terminal ${terminal}: \`${line.source}\` is not in\n${screen.join('\n')}`);
      next[terminal - 1] = place + 1;
      bound = matches[place] ?? bound;
    }
    assert.ok(
      next.some((line) => line > 0),
      id,
    );
  }
});

test('a folder beside the pages holds the files of now; what stays is not touched', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'procnotes-beside-'));
  t.after(() => rmSync(folder, { recursive: true }));
  putBeside(
    folder,
    new Map([
      ['/a/stays', '1'],
      ['/a/changes', '2'],
      ['/a/goes', '3'],
    ]),
  );
  const written = statSync(join(folder, 'a/stays')).mtimeMs;
  putBeside(
    folder,
    new Map([
      ['/a/stays', '1'],
      ['/a/changes', '4'],
    ]),
  );
  assert.deepEqual(readdirSync(join(folder, 'a')).sort(), ['changes', 'stays']);
  assert.equal(readFileSync(join(folder, 'a/changes'), 'utf8'), '4');
  assert.equal(statSync(join(folder, 'a/stays')).mtimeMs, written);
});
