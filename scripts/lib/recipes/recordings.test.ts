import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TerminalEvent } from '../../../notebooks/lab/terminal';
import { loadPages } from '../project';
import { readCast, writeCast } from './cast';
import { type Recipe, readRecipes } from './recipe';
import { castsOf, isAsNoted, type Recorded } from './record';
import { joinRecordings, loadRecordings } from './recordings';

const BODY = `\`\`\`sh
( echo one )
\`\`\`

**Terminal 2**

\`\`\`sh
( echo two )
\`\`\`

**Terminal 2**: press Ctrl-C

**Terminal 2**: resize the window

**Terminal 2**: close the window
`;

function recipe(body = BODY): Recipe {
  const text = `\n:::recipe[Two terminals]{id="two" shows="a.b"}\n${body}:::\n`;
  const [read] = readRecipes([{ file: 'docs/two.md', text }]);
  assert.ok(read);
  return read;
}

const terminal = (...events: TerminalEvent[]): Recorded => ({
  size: { rows: 24, columns: 80 },
  account: () => events,
});

const prompt = '\x1b]133;A\x07$ ';

/** As the two terminals of a run may have gone: the test's own doings before and after. */
const run = [
  terminal(
    { at: 10, kind: 'output', text: `${prompt}` },
    { at: 20, kind: 'type', text: 'state before\n' },
    { at: 30, kind: 'output', text: `state before\r\n${prompt}` },
    { at: 1000, kind: 'paste', text: '( echo one )\n' },
    { at: 1000.1, kind: 'type', text: '\n' },
    { at: 1004, kind: 'output', text: 'on' },
    { at: 1009.5, kind: 'output', text: 'e\r\n' },
    { at: 1150, kind: 'output', text: prompt },
    { at: 3000, kind: 'type', text: 'state after\n' },
    { at: 3001, kind: 'output', text: 'state after\r\n' },
  ),
  terminal(
    { at: 40, kind: 'output', text: prompt },
    { at: 1200.4, kind: 'paste', text: '( echo two )\n' },
    { at: 1300, kind: 'press', key: 'Ctrl-C' },
    { at: 1400, kind: 'resize', rows: 30, columns: 100 },
    { at: 1401, kind: 'output', text: '' },
    { at: 1500, kind: 'close' },
  ),
];

const casts = castsOf(recipe(), run, { timestamp: 1700000000, host: 'Linux' });

/** The files of these recordings, by name. */
const files = () =>
  new Map(casts.map((cast) => [`docs/recordings/two.${cast.header.procnotes.terminal}.cast`, writeCast(cast)]));

test('all terminals of a recipe begin at its first paste, at a prompt, and end before the test asks the shells', () => {
  assert.deepEqual(
    casts.map(({ events }) => events),
    [
      [
        [0, 'o', prompt],
        [0, 'm', 'paste'],
        [0.004, 'o', 'one\r\n'],
        [0.15, 'o', prompt],
      ],
      [
        [0, 'o', prompt],
        [0.2004, 'm', 'paste'],
        [0.3, 'm', 'press Ctrl-C'],
        [0.4, 'm', 'resize the window'],
        [0.4, 'r', '100x30'],
        [0.5, 'm', 'close the window'],
      ],
    ],
  );
});

/** What the recordings of these outputs have of them: ms, text. */
const pieces = (...terminals: [number, string][][]) =>
  castsOf(
    recipe(),
    terminals.map((outputs) =>
      terminal(
        { at: 100, kind: 'paste', text: 'x' },
        ...outputs.map(([at, text]) => ({ at: 100 + at, kind: 'output' as const, text })),
      ),
    ),
    { timestamp: 0, host: '' },
  ).map(({ events }) =>
    events.flatMap(([seconds, code, text]) => (code === 'o' && seconds > 0 ? [`${seconds * 1000} ${text}`] : [])),
  );

test('what comes within 20 ms is one piece, unless something happens in another terminal meanwhile', () => {
  const one: [number, string][] = [
    [10, 'a'],
    [20, 'b'],
    [30, 'c'],
    [31, 'd'],
  ];
  assert.deepEqual(pieces(one), [['10 abc', '31 d']]);
  assert.deepEqual(pieces(one, [[25, 'x']]), [['10 ab', '30 cd'], ['25 x']]);
});

test('what a command prints is a piece of its own, however soon it comes after what was pasted', () => {
  assert.deepEqual(
    pieces([
      [10, 'ls\r\n\x1b]133;C\x07one\r\n'],
      [11, prompt],
    ]),
    [['10 ls\r\n\x1b]133;C\x07', `10 one\r\n${prompt}`]],
  );
});

test('a recording says of what it is, and its text is one that can be read', () => {
  const [, second] = casts;
  assert.equal(second?.header.title, 'Two terminals, Terminal 2');
  assert.deepEqual([second.header.procnotes.recipe, second.header.procnotes.terminal], ['two', 2]);
  for (const [file, text] of files())
    assert.ok(casts.some((cast) => writeCast(cast) === writeCast(readCast(text, file))));
});

test('only what was judged, and as noted, is recorded', () => {
  assert.equal(isAsNoted([]), false);
  assert.equal(isAsNoted([{ verdict: 'confirmed', noted: 'confirmed' }]), true);
  assert.equal(
    isAsNoted([
      { verdict: 'confirmed', noted: 'confirmed' },
      { verdict: 'inconclusive', noted: 'confirmed' },
    ]),
    false,
  );
});

test('recipes and recordings are joined; one terminal needs none', () => {
  const one = { ...recipe('```sh\n( echo one )\n```\n'), id: 'one' };
  assert.deepEqual([...joinRecordings([recipe(), one], files())], [['two', casts]]);
});

test('a terminal without a recording is refused, with its recipe and how to mend it', () => {
  const some = files();
  some.delete('docs/recordings/two.2.cast');
  assert.throws(() => joinRecordings([recipe()], some), {
    message:
      'docs/two.md:2: recipe "two" has no recording of Terminal 2, docs/recordings/two.2.cast; npm run recipes -- --record two',
  });
});

test('a recording of another text than the page now has is refused', () => {
  assert.throws(() => joinRecordings([recipe(`Some words.\n\n${BODY}`)], files()), {
    message:
      /^docs\/recordings\/two\.1\.cast:1: it was recorded of another text of recipe "two" \(docs\/two\.md:2\); record it again: npm run recipes -- --record two\n.*two\.2\.cast:1: /,
  });
});

test('a recording under the name of another is refused', () => {
  const swapped = files();
  swapped.set('docs/recordings/two.1.cast', swapped.get('docs/recordings/two.2.cast') ?? '');
  assert.throws(() => joinRecordings([recipe()], swapped), {
    message: /^docs\/recordings\/two\.1\.cast:1: it says that it is Terminal 2 of recipe "two"; record it again/,
  });
});

test('a recording of no recipe is refused', () => {
  const more = files().set('docs/recordings/two.3.cast', '');
  assert.throws(() => joinRecordings([recipe()], more), {
    message: 'docs/recordings/two.3.cast:1: no recipe has a terminal that this is the recording of; remove it',
  });
});

test('each recipe of the notes with two terminals or more is recorded as its page is now, and names no path of the machine', () => {
  const recordings = loadRecordings(readRecipes(loadPages()));
  assert.ok(recordings.size >= 5);
  for (const cast of [...recordings.values()].flat()) {
    const text = writeCast(cast);
    assert.ok(!text.includes(process.cwd()) && !text.includes('.paste'), cast.header.title);
  }
});
