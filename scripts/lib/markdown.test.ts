import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Block, readMarkdown, splitLines } from './markdown';
import { notebookText, settings } from './nasty-notebooks';

const note = (text: string) => readMarkdown(text, 'docs/x.md', 'note');
const blocks = <K extends Block['kind']>(text: string, kind: K) =>
  note(text).blocks.filter((block): block is Extract<Block, { kind: K }> => block.kind === kind);
const problems = (text: string) => note(text).problems.map(({ message }) => message);

describe('places', () => {
  test('lines end with LF, CRLF or CR, and an ending starts no further line', () => {
    assert.deepEqual(
      splitLines('a\r\nb\rc\n\nd').map(({ start, end, next }) => [start, end, next]),
      [
        [0, 1, 3],
        [3, 4, 5],
        [5, 6, 7],
        [7, 7, 8],
        [8, 9, 9],
      ],
    );
    assert.deepEqual(splitLines('a\n').length, 1);
    assert.deepEqual(splitLines('').length, 0);
  });

  for (const eol of ['\n', '\r\n', '\r']) {
    test(`each block is cut out byte for byte, with ${JSON.stringify(eol)}`, () => {
      const text = [
        '---',
        'title: x',
        '---',
        '# One',
        '',
        '- a',
        '',
        '  ~~~sh',
        '  ls',
        '  ~~~',
        '',
        '',
        '> q',
        '',
        'é 𝕌',
      ].join(eol);
      const found = note(text).blocks.map(({ kind, line, endLine, start, end }) => [
        kind,
        line,
        endLine,
        text.slice(start, end),
      ]);
      assert.deepEqual(found, [
        ['heading', 4, 4, '# One'],
        ['list', 6, 10, ['- a', '', '  ~~~sh', '  ls', '  ~~~'].join(eol)],
        ['item', 6, 10, ['- a', '', '  ~~~sh', '  ls', '  ~~~'].join(eol)],
        ['paragraph', 6, 6, '- a'],
        ['fence', 8, 10, ['  ~~~sh', '  ls', '  ~~~'].join(eol)],
        ['quote', 13, 13, '> q'],
        ['paragraph', 13, 13, '> q'],
        ['paragraph', 15, 15, 'é 𝕌'],
      ]);
    });
  }

  test('property: blocks lie within the text and within what they stand in', () => {
    fc.assert(
      fc.property(notebookText, fc.constantFrom('note' as const, 'notebook' as const), (text, dialect) => {
        const { blocks: all, lines } = readMarkdown(text, 'x.md', dialect);
        for (const block of all) {
          assert.equal(block.start, lines[block.line - 1]?.start);
          assert.equal(block.end, lines[block.endLine - 1]?.end);
          assert.ok(block.line <= block.endLine);
          assert.ok(!block.parent || (block.parent.start <= block.start && block.end <= block.parent.end));
          if (block.kind === 'fence') assert.ok(text.slice(block.start, block.end).includes(block.marker));
        }
      }),
      settings,
    );
  });
});

describe('front matter', () => {
  test('stands between the first two lines of three dashes', () => {
    const text = '---\ntitle: x\n---\n\ntext\n';
    const { frontMatter, blocks: all } = note(text);
    assert.deepEqual(
      [frontMatter?.content, frontMatter?.endLine, text.slice(0, frontMatter?.end)],
      ['title: x\n', 3, '---\ntitle: x\n---'],
    );
    assert.deepEqual(
      all.map(({ line }) => line),
      [5],
    );
  });
  test('is not there when nothing ends it', () => assert.equal(note('---\n\ntext\n').frontMatter, undefined));
});

describe('fences', () => {
  test('say marker, info, content, indent, container and whether they are closed', () => {
    const text =
      '```sh  a="b" \n$ ls\n\n```\n\n- x\n\n   ~~~~\n   y\n     z\n   ~~~~\n\n> ```c\n> int\n\n ````\nopen\n';
    assert.deepEqual(
      blocks(text, 'fence').map(({ marker, info, content, indent, parent, closed }) => [
        marker,
        info,
        content,
        indent,
        parent?.kind,
        closed,
      ]),
      [
        ['```', 'sh  a="b"', '$ ls\n\n', 0, undefined, true],
        ['~~~~', '', 'y\n  z\n', 3, 'item', true],
        ['```', 'c', 'int\n', 0, 'quote', false],
        ['````', '', 'open\n', 1, undefined, false],
      ],
    );
  });
});

describe('directives', () => {
  test('have a name, a label, attributes in any quotes, and a body', () => {
    const text =
      ':::claim[A *label*]{id="a.b" reach=\'it "is"\' word=x flag ref="&quot;&lt;"}\nFirst\nparagraph.\n\nSecond.\n:::\n\nafter\n';
    const [directive] = blocks(text, 'directive');
    assert.deepEqual(directive?.attributes, { id: 'a.b', reach: 'it "is"', word: 'x', flag: '', ref: '"<' });
    assert.deepEqual(
      [directive?.label, directive?.text, directive?.body],
      ['A *label*', 'First paragraph.', 'First\nparagraph.\n\nSecond.'],
    );
    assert.deepEqual([directive?.line, directive?.endLine, text.slice(directive?.end)], [1, 6, '\n\nafter\n']);
    assert.deepEqual(
      note(text)
        .blocks.filter(({ kind }) => kind === 'paragraph')
        .map(({ parent }) => parent?.kind),
      ['directive', 'directive', undefined],
    );
  });

  test('nest, the outer one with more colons', () => {
    const text = '::::note\n\n:::claim{id="a.b"}\nText.\n:::\n\n- item\n\n  :::tip\n  Inside.\n  :::\n\n::::\n';
    assert.deepEqual(problems(text), []);
    assert.deepEqual(
      blocks(text, 'directive').map(({ name, parent, text: said }) => [name, parent?.kind, said]),
      [
        ['note', undefined, ''],
        ['claim', 'directive', 'Text.'],
        ['tip', 'item', 'Inside.'],
      ],
    );
  });

  test('are code where they stand in code', () => {
    assert.deepEqual(problems('```\n:::clam\n```\n\n    ::: x\n'), []);
    assert.deepEqual(blocks('```\n:::claim\n:::\n```\n', 'directive'), []);
  });

  test('do not exist in notebooks', () => {
    const { blocks: all, problems: none } = readMarkdown(':::note\n\n```typescript\n```\n\n:::\n', 'x.md', 'notebook');
    assert.deepEqual([all.map(({ kind }) => kind), none], [['paragraph', 'fence', 'paragraph'], []]);
  });

  for (const [what, text, message] of [
    [
      'the shorthand of an id',
      ':::claim{#scripts.child}\nx\n:::\n',
      'docs/x.md:1: the shorthand {#scripts.child} splits at every dot and number sign; write id="scripts.child"',
    ],
    [
      'the shorthand of a class',
      ':::claim{a="b" .wide}\nx\n:::\n',
      'docs/x.md:1: the shorthand {.wide} splits at every dot and number sign; write class="wide"',
    ],
    [
      'an attribute twice',
      ':::claim{a="b" a="c"}\nx\n:::\n',
      'docs/x.md:1: attribute "a" is given twice; remove one of them',
    ],
    [
      'an attribute that cannot be read',
      ':::claim{a="b"c}\nx\n:::\n',
      'docs/x.md:1: cannot read the attributes from `a="b"c` on; write key="value"',
    ],
    ['no end', 'a\n\n:::claim{a="b"}\nx\n', 'docs/x.md:3: :::claim is never closed; end it with a line ":::"'],
    [
      'an end of nothing',
      'x\n\n:::\n',
      'docs/x.md:3: ":::" closes nothing; remove it, or open a directive with as many colons above it',
    ],
    [
      'a space before the name',
      '::: claim\nx\n',
      'docs/x.md:1: "::: claim" has a space before the name; write :::claim',
    ],
    [
      'a space before the brace',
      ':::claim {a="b"}\nx\n',
      'docs/x.md:1: ":::claim {a="b"}" has a space before the brace; write :::claim{…}',
    ],
    [
      'a title without brackets',
      ':::note Title\nx\n',
      'docs/x.md:1: ":::note Title" has text after the name; write a title in brackets: :::note[Title]',
    ],
    [
      'attributes over lines',
      ':::claim{a="b"\nc="d"}\nx\n',
      'docs/x.md:1: the braces of ":::claim{a="b"" do not close on this line; write all attributes on one line, and nothing after them',
    ],
    [
      'two colons',
      '::claim{a="b"}\n',
      'docs/x.md:1: "::claim{a="b"}" has two colons; a block opens with three: :::claim',
    ],
  ] as const) {
    test(`${what} is refused`, () => assert.equal(problems(text)[0], message));
  }

  test('an inner one with as many colons is refused, since it would end the outer one', () => {
    assert.equal(
      problems(':::note\n:::claim{a="b"}\nx\n:::\n:::\n')[0],
      'docs/x.md:2: ":::claim{a="b"}" has as many colons as the directive it stands in (opened at line 1); give the outer one 4 colons, at both its ends',
    );
  });
});
