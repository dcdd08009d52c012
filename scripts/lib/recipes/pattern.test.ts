import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SourceError } from '../source-error';
import { type Bindings, difference, kinds, linesOf, matchAll, matchLines, readPattern } from './pattern';

const none: Bindings = new Map();
const read = (content: string) => {
  const problems: SourceError[] = [];
  const pattern = readPattern(content, 'docs/a.md', 5, problems);
  assert.deepEqual(problems, []);
  return pattern;
};
const matches = (content: string, shown: string) => matchLines(read(content).lines, linesOf(shown), none);
const fits = (content: string, shown: string) => assert.ok(matches(content, shown), `${content} — ${shown}`);
const fails = (content: string, shown: string) => assert.equal(matches(content, shown), undefined);

test('a line without braces is matched as it stands, but for its blanks', () => {
  fits('PID PPID COMMAND', '    PID    PPID COMMAND');
  fits('a.b (c) [d] {{e} ^f $g', '  a.b (c) [d] {e} ^f $g  ');
  fails('a.b', 'axb');
  fails('a b', 'ab');
});

test('the same braces stand for the same value, wherever they stand', () => {
  fits('{pid a} {pid b}\n{pid b} {pid a}', '12 345\n345 12');
  fails('{pid a} {pid b}\n{pid b} {pid a}', '12 345\n346 12');
  fits('{word x} {word x}', 'so so');
  fails('{word x} {word x}', 'so sos');
  fits('{port}\n{port}', '47080\n47080');
  fails('{port}\n{port}', '47080\n47081');
});

test('PIDs of different names differ; other numbers may be the same', () => {
  fails('{pid a} {pid b}', '12 12');
  fits('{number a} {number b}', '12 12');
});

test('a number is not the beginning of a longer one', () => {
  assert.equal(matchLines(read('{pid a}34').lines, ['1234'], none), undefined);
  assert.equal(matchLines(read('x {pid a}').lines, ['x 123'], new Map([['pid a', '12']])), undefined);
});

test('each kind matches what it says', () => {
  const examples: Record<string, [string[], string[]]> = {
    pid: [
      ['1', '4194304'],
      ['0', '-1', '01', 'x'],
    ],
    port: [
      ['1024', '47080'],
      ['80', 'http'],
    ],
    tty: [
      ['pts/0', 'tty1'],
      ['?', 'pts'],
    ],
    time: [
      ['10:41', '00:00:00', '0:01.5'],
      ['10', '10:4'],
    ],
    number: [
      ['0', '-3', '1.5'],
      ['1.', 'one'],
    ],
    path: [
      ['/', '/tmp/a.b'],
      ['tmp', 'a/b'],
    ],
    word: [
      ['so', '[x]'],
      ['', 'a b'],
    ],
  };
  assert.deepEqual(Object.keys(examples), Object.keys(kinds));
  for (const [kind, [good, bad]] of Object.entries(examples)) {
    for (const text of good) fits(`<{${kind} x}>`, `<${text}>`);
    for (const text of bad) fails(`<{${kind} x}>`, `<${text}>`);
  }
});

test('… alone on a line stands for any lines, also none', () => {
  fits('a\n…\nb', 'a\nb');
  fits('a\n…\nb', 'a\nx\nb\nb');
  fails('a\n…\nb', 'a\nx');
  fits('…', '');
});

test('blank lines count between lines, not at the beginning or the end', () => {
  fits('a', '\na\n\n');
  fails('a\nb', 'a\n\nb');
});

test('several patterns share what is shown between them, in order', () => {
  const match = matchAll([read('{pid a}').lines, read('…').lines, read('{pid b}').lines], ['1', 'x', '2'], none);
  assert.deepEqual(match?.ends, [1, 2, 3]);
  assert.deepEqual(
    [...(match?.bound ?? [])],
    [
      ['pid a', '1'],
      ['pid b', '2'],
    ],
  );
});

describe('what is wrong with a pattern is said with place and remedy', () => {
  for (const [content, message] of [
    [
      'x\n{pdi a.sh}',
      'docs/a.md:6: unknown pattern {pdi a.sh}; did you mean "pid"? (there are: pid, port, tty, time, number, path, word); write {{ for a brace',
    ],
    [
      '{pid a.sh',
      'docs/a.md:5: "{" is never closed in `{pid a.sh`; close it, as in {pid a.sh}, or write {{ for a brace',
    ],
    [
      '{}',
      'docs/a.md:5: unknown pattern {}; there are: pid, port, tty, time, number, path, word; write {{ for a brace',
    ],
  ] as const)
    test(content, () => {
      const problems: SourceError[] = [];
      readPattern(content, 'docs/a.md', 5, problems);
      assert.equal(problems[0]?.message, message);
    });
});

test('a difference says what the page says there, what stands there, and shows both', () => {
  const pattern = read('A Begin\n{pid b.sh} {pid a.sh} b.sh\nA End');
  const found = difference(pattern, ['A Begin', '17 16 c.sh'], none);
  assert.equal(found?.line, 6);
  assert.equal(
    found?.text,
    [
      'the page says `{pid b.sh} {pid a.sh} b.sh`, the terminal `17 16 c.sh`',
      '      page      A Begin',
      '    > page      {pid b.sh} {pid a.sh} b.sh',
      '      page      A End',
      '      terminal  A Begin',
      '    > terminal  17 16 c.sh',
    ].join('\n'),
  );
});

test('in a difference, what is bound already is shown as its value', () => {
  assert.match(
    difference(read('{pid a}\n{pid a}'), ['7', '8'], none)?.text ?? '',
    /^the page says `7`, the terminal `8`/,
  );
});

const word = fc.stringMatching(/^[a-zA-Z0-9./:()[\]*+?^$|\\-]{1,8}$/);

test('any lines match themselves, with braces doubled', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.oneof(word, fc.constant('{')), { minLength: 1 }), { minLength: 1 }), (rows) => {
      const shown = rows.map((row) => row.join(' '));
      assert.ok(matchLines(read(shown.join('\n').replaceAll('{', '{{')).lines, shown, none));
      assert.equal(difference(read(shown.join('\n').replaceAll('{', '{{')), shown, none), undefined);
    }),
  );
});

test('what does not match has a difference, and what matches has none', () => {
  const line = fc.constantFrom('a', 'b', '{pid x}', '{pid y}', '{number n}', '…', '1', '2');
  const shownLine = fc.constantFrom('a', 'b', '1', '2', '3');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.array(shownLine, { maxLength: 5 }), (lines, shown) => {
      const pattern = read(lines.join('\n'));
      const matched = matchLines(pattern.lines, shown, none) !== undefined;
      assert.equal(difference(pattern, shown, none) === undefined, matched);
    }),
  );
});
