import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readNotes } from './notes';

const claim = (attributes: string, body = 'It is so.') => `:::claim{${attributes}}\n${body}\n:::\n`;
const GOOD = 'id="scripts.child-survives" origin="source" verdict="confirmed" reach="Linux"';
const read = (...texts: string[]) => readNotes(texts.map((text, at) => ({ file: `docs/${'abc'[at]}.md`, text })));

test('a claim is its attributes, its first paragraph and its place', () => {
  const text = `---\ntitle: x\n---\n\n# Scripts\n\n${claim(GOOD, 'The *child*\nlives on.\n\nMore of it.')}\n:::tip[Look]\nx\n:::\n`;
  const fix = claim('id="scripts.fix" corrects="scripts.child-survives" origin="ours" verdict="depends" reach="POSIX"');
  assert.deepEqual(read(text, fix), [
    {
      id: 'scripts.child-survives',
      origin: 'source',
      verdict: 'confirmed',
      reach: 'Linux',
      text: 'The *child* lives on.',
      file: 'docs/a.md',
      line: 7,
    },
    {
      id: 'scripts.fix',
      corrects: 'scripts.child-survives',
      origin: 'ours',
      verdict: 'depends',
      reach: 'POSIX',
      text: 'It is so.',
      file: 'docs/b.md',
      line: 1,
    },
  ]);
});

test('a claim may stand inside another directive', () => {
  assert.deepEqual(
    read(`::::info\n${claim(GOOD)}::::\n`).map(({ id }) => id),
    ['scripts.child-survives'],
  );
});

describe('what is wrong with a claim is said with place and remedy', () => {
  const unless = (key: string, value = '') => claim(GOOD.replace(new RegExp(`${key}="[^"]*" ?`), value));
  for (const [what, text, message] of [
    [
      'no id',
      unless('id'),
      'docs/a.md:1: this claim has no id; write id="topic.kebab-words", such as id="scripts.child-survives"',
    ],
    [
      'an id without topic',
      unless('id', 'id="child" '),
      'docs/a.md:1: claim "child" has id="child"; write id="topic.kebab-words", such as id="scripts.child-survives"',
    ],
    [
      'no reach',
      unless('reach'),
      'docs/a.md:1: claim "scripts.child-survives" has no reach; write reach="POSIX", "Linux" or whatever it holds for',
    ],
    [
      'a verdict misspelt',
      unless('verdict', 'verdict="confirm" '),
      'docs/a.md:1: claim "scripts.child-survives" has verdict="confirm"; did you mean verdict="confirmed"?',
    ],
    [
      'a verdict there is not',
      unless('verdict', 'verdict="true" '),
      'docs/a.md:1: claim "scripts.child-survives" has verdict="true"; write one of verdict="confirmed", "refuted", "depends", "inconclusive"',
    ],
    [
      'an attribute misspelt',
      claim(`${GOOD} correct="a.b"`),
      'docs/a.md:1: claim "scripts.child-survives" has the unknown attribute "correct"; did you mean "corrects"? (there are: id, origin, verdict, reach, corrects)',
    ],
    [
      'nothing said',
      claim(GOOD, ''),
      'docs/a.md:1: claim "scripts.child-survives" says nothing; write one sentence that can be false as its first paragraph',
    ],
    [
      'a directive misspelt',
      'x\n\n:::clam{id="a.b"}\nx\n:::\n',
      'docs/a.md:3: unknown directive "clam"; did you mean "claim"? (there are: claim, recipe, note, tip, info, warning, danger, caution)',
    ],
    [
      'a correction of nothing',
      claim(`${GOOD} corrects="scripts.child-survive"`),
      'docs/a.md:1: claim "scripts.child-survives" corrects an unknown claim "scripts.child-survive"; did you mean "scripts.child-survives"? (there are: scripts.child-survives); write the id of the claim that it puts right',
    ],
    [
      'the shorthand',
      ':::claim{#scripts.child-survives}\nx\n:::\n',
      'docs/a.md:1: the shorthand {#scripts.child-survives} splits at every dot and number sign; write id="scripts.child-survives"',
    ],
  ] as const) {
    test(what, () =>
      assert.throws(
        () => read(text),
        (error: Error) => assert.equal(error.message.split('\n')[0], message) ?? true,
      ),
    );
  }

  test('an id twice, with both places', () => {
    assert.throws(() => read(claim(GOOD), `x\n\n${claim(GOOD)}`), {
      message:
        'docs/b.md:3: claim id "scripts.child-survives" is used twice (first at docs/a.md:1); a claim stands once; give one another id',
    });
  });

  test('all problems of all notes at once, by place', () => {
    assert.throws(
      () => read(`${claim('id="a"')}`, ':::clam\n:::\n'),
      ({ message }: Error) => {
        assert.deepEqual(
          message.split('\n').map((line) => line.split(':', 2).join(':')),
          ['docs/a.md:1', 'docs/a.md:1', 'docs/a.md:1', 'docs/a.md:1', 'docs/b.md:1'],
        );
        return true;
      },
    );
  });
});
