import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromIpynb } from './ipynb';
import { ipynb, notebookText, settings } from './nasty-notebooks';
import { cellsAsModule, codeCells, readNotebook, withSources, writeNotebook } from './notebook';
import { SourceErrors } from './source-error';

const HEADER = '---\njupyter:\n  kernelspec: {name: tslab, display_name: TypeScript, language: typescript}\n---\n';
const read = (body: string) => readNotebook(`${HEADER}\n${body}`, 'notebooks/x.md');
const shape = (body: string) => read(body).cells.map(({ type, id, source }) => [type, id, source]);
const cell = (id: string, source = 'x;') => `\`\`\`typescript id="${id}"\n${source}\n\`\`\`\n`;

/** The text as a notebook, or undefined when it has problems; anything but SourceErrors is a failure. */
function readable(text: string) {
  try {
    return readNotebook(text, 'x.md');
  } catch (error) {
    assert.ok(error instanceof SourceErrors, String(error));
    return undefined;
  }
}

function problems(text: string): string[] {
  try {
    readNotebook(text, 'notebooks/x.md');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('reading a notebook', () => {
  test('fences of typescript are code cells, what stands between is prose', () => {
    assert.deepEqual(shape(`# One\n\ntext\n\n${cell('a')}\n${cell('b', 'y;\n\nz;')}\nlast\n`), [
      ['markdown', 'before-a', '# One\n\ntext'],
      ['code', 'a', 'x;'],
      ['code', 'b', 'y;\n\nz;'],
      ['markdown', 'end', 'last'],
    ]);
  });

  test('two blank lines part prose, but not a list or a fence', () => {
    assert.deepEqual(
      shape('one\n\n\ntwo\n\n\n- a\n\n\n- b\n\n\n```\nc\n\n\nd\n```\n').map(([, id, source]) => [id, source]),
      [
        ['end', 'one'],
        ['end-2', 'two'],
        ['end-3', '- a\n\n\n- b'],
        ['end-4', '```\nc\n\n\nd\n```'],
      ],
    );
  });

  test('derived ids give way to those that are said', () => {
    const body = '<!-- #region id="end-2" -->\nx\n<!-- #endregion -->\n\none\n\n\ntwo\n';
    assert.deepEqual(
      shape(body).map(([, id]) => id),
      ['end-2', 'end-3', 'end-4'],
    );
    const long = 'x'.repeat(64);
    assert.deepEqual(
      shape(`one\n\n\ntwo\n\n${cell(long)}`).map(([, id]) => id),
      [`before-${'x'.repeat(57)}`, `before-${'x'.repeat(55)}-2`, long],
    );
  });

  for (const [what, body] of [
    ['tildes', '~~~typescript id="a"\nx\n~~~\n'],
    ['an indented fence', ' ```typescript id="a"\nx\n ```\n'],
    ['a fence in a list', '- item\n\n  ```typescript id="a"\n  x\n  ```\n'],
    ['a fence in a quote', '> ```typescript id="a"\n> x\n> ```\n'],
    ['a fence in a longer fence', '````markdown\n```typescript id="a"\nx\n```\n````\n'],
    ['a fence in an HTML block', '<div>\n```typescript id="a"\nx\n```\n</div>\n'],
    ['a fence in a region', '<!-- #region -->\n```typescript id="a"\nx\n```\n<!-- #endregion -->\n'],
    ['a region in a quote, closed or not,', '> <!-- #region -->\n> ```typescript id="a"\n> ```\n'],
    ['an inactive fence', '```typescript .noeval\nx\n```\n'],
    ['another language', '```console\n$ ps\n```\n'],
  ] as const) {
    test(`${what} is prose`, () =>
      assert.deepEqual(
        shape(body).map(([type]) => type),
        ['markdown'],
      ));
  }

  test('the sources of a CRLF file are LF', () => {
    const { cells, layout } = readNotebook(
      `${HEADER}\na\nb\n\n${cell('a', 'x;\ny;')}`.replaceAll('\n', '\r\n'),
      'x.md',
    );
    assert.deepEqual([layout.eol, ...cells.map(({ source }) => source)], ['\r\n', 'a\nb', 'x;\ny;']);
  });

  test('a longer fence may hold shorter ones', () => {
    assert.deepEqual(shape('````typescript id="a"\n```\nx\n```\n````\n'), [['code', 'a', '```\nx\n```']]);
  });

  test('a region is one cell whatever it holds, with its id and title', () => {
    const [first] = read('<!-- #region How it ends id="mine" -->\n\n```\nnever closed\n<!-- #endregion -->\n').cells;
    assert.deepEqual(
      [first?.id, first?.metadata, first?.source],
      ['mine', { title: 'How it ends' }, '\n```\nnever closed'],
    );
  });

  test('metadata is JSON by its key, or one JSON object', () => {
    const body =
      '```typescript id="a" deadline=30000 tags=["x y", "z"] slow\n1\n```\n\n```typescript {"id": "b", "odd key": {"c": []}}\n2\n```\n';
    assert.deepEqual(
      read(body).cells.map(({ id, metadata }) => [id, metadata]),
      [
        ['a', { deadline: 30000, tags: ['x y', 'z'], slow: null }],
        ['b', { 'odd key': { c: [] } }],
      ],
    );
  });

  test('warns where Jupytext would see other cells', () => {
    const warnings = (body: string) => read(body).warnings.map(({ line, problem }) => `${line}: ${problem}`);
    assert.deepEqual(warnings('```bash\nls\n```\n\n```bash .noeval\nls\n```\n\n~~~bash\nls\n~~~\n\n```c\n```\n'), [
      '6: ```bash is prose, but Jupytext would make it a cell',
    ]);
    assert.deepEqual(warnings('- a\n\n  ```typescript id="a"\n  ```\n'), [
      '8: this looks like a cell, but is prose: it is inside a list',
    ]);
    assert.deepEqual(warnings('<div>\n```typescript id="a"\n```\n</div>\n'), [
      '6: Jupytext would see a cell inside this html',
    ]);
    assert.deepEqual(warnings(cell('a', '`\n```typescript').replaceAll(/^```(?=typescript id|$)/gm, '````')), []);
  });
});

describe('what is wrong with a notebook is said with place and remedy', () => {
  const cases: [string, string, RegExp[]][] = [
    ['no header', cell('a'), [/^notebooks\/x\.md:1: there is no YAML header/]],
    [
      'a header without end',
      '---\njupyter: {}\n',
      [/^notebooks\/x\.md:1: there is no YAML header, or its second --- line is missing/],
    ],
    [
      'a header that is not YAML',
      '---\njupyter:\n  a: b: c\n---\n',
      [/^notebooks\/x\.md:3: the header is not YAML: .+; mend/],
    ],
    [
      'a key twice',
      `---\na: 1\na: 2\n---\n`,
      [/^notebooks\/x\.md:[23]: the header is not YAML: Map keys must be unique/],
    ],
    [
      'another kernel',
      HEADER.replace('tslab', 'python3'),
      [/^notebooks\/x\.md:3: the header's jupyter\.kernelspec\.name: .*"tslab"; write kernelspec/],
    ],
    ['no kernel', '---\ntitle: x\njupyter: {}\n---\n', [/^notebooks\/x\.md:3: the header's jupyter\.kernelspec/]],
    [
      'no id',
      `${HEADER}\n\`\`\`typescript\nx\n\`\`\`\n`,
      [/^notebooks\/x\.md:6: this cell has no id; write ```typescript id="cell-1"/],
    ],
    [
      'an id twice',
      `${HEADER}\n${cell('reap')}\n${cell('reap')}`,
      [/^notebooks\/x\.md:10: cell id "reap" is used twice \(first at line 6\); give one another id$/],
    ],
    ['an odd id', `${HEADER}\n${cell('a.b')}`, [/^notebooks\/x\.md:6: cell id "a\.b" is not 1 to 64 letters/]],
    [
      'metadata that is not JSON',
      `${HEADER}\n\`\`\`typescript id=a\n\`\`\`\n`,
      [/^notebooks\/x\.md:6: cannot read .* the value of "id" is not JSON: `a`; write key=JSON/],
    ],
    [
      'a key twice in a cell',
      `${HEADER}\n\`\`\`typescript id="a" id="b"\n\`\`\`\n`,
      [/^notebooks\/x\.md:6: .*the key "id" is given twice/],
    ],
    [
      'our own key',
      `${HEADER}\n\`\`\`typescript id="a" procnotes=1\n\`\`\`\n`,
      [/^notebooks\/x\.md:6: the metadata key procnotes/],
    ],
    [
      'a cell without end',
      `${HEADER}\n\`\`\`typescript id="a"\nx\n`,
      [/^notebooks\/x\.md:6: this cell is never closed; end it with a line "```"$/],
    ],
    [
      'a region without end',
      `${HEADER}\n<!-- #region -->\nx\n`,
      [/^notebooks\/x\.md:6: <!-- #region --> is never closed/],
    ],
    [
      'several',
      `${HEADER}\n${cell('a b')}\n\`\`\`typescript\n\`\`\`\n`,
      [/:6: cell id "a b"/, /:10: this cell has no id/],
    ],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => {
      const found = problems(text);
      for (const [at, pattern] of expected.entries()) assert.match(found[at] ?? 'nothing', pattern);
    });
  }
});

describe('writing a notebook', () => {
  for (const [what, body] of [
    ['nothing', ''],
    ['a missing final newline', `a\n\n${cell('a')}`.trimEnd()],
    ['trailing blank lines', `${cell('a')}\n\n\n`],
    ['no blank lines between', `a\n${cell('a')}b\n${cell('b')}`],
    ['an empty cell', '```typescript id="a"\n```\n'],
    ['odd spacing in a fence', '`````  typescript   tags=[ "a" ]   id="a"  \nx\n```````   \n'],
    ['a region nobody needs', '<!--#md id="end"-->\nx\n<!--  #endmd -->\n'],
    ['a raw cell', '<!-- #raw -->\nx\n<!-- #endraw -->\n'],
    ['an id that the next cell would have', '<!-- #region id="end-2" -->\nx\n<!-- #endregion -->\n\nb\n'],
    ['an id that takes a derived one', '<!-- #region id="end" -->\nx\n<!-- #endregion -->\n\nb\n\n\nc\n'],
  ] as const) {
    test(`keeps ${what}`, () => {
      for (const text of [`${HEADER}\n${body}`, `${HEADER}\n${body}`.replaceAll('\n', '\r\n')]) {
        assert.equal(writeNotebook(readNotebook(text, 'x.md')), text);
      }
    });
  }

  test('property: what was read is written byte for byte', () => {
    let seen = 0;
    fc.assert(
      fc.property(notebookText, (text) => {
        const notebook = readable(text);
        if (!notebook) return;
        seen += 1;
        assert.equal(writeNotebook(notebook), text);
      }),
      settings,
    );
    assert.ok(seen > settings.numRuns / 4, `only ${seen} of ${settings.numRuns} texts were notebooks`);
  });

  test('a changed source comes out with a fence that holds it, the rest as it was', () => {
    const notebook = read(`a\n\n${cell('a')}\nb\n\n${cell('b')}`);
    const changed = withSources(notebook, new Map([['a', 'x;\n```\ny;']]));
    assert.equal(
      writeNotebook(changed),
      `${HEADER}\na\n\n\`\`\`\`typescript id="a"\nx;\n\`\`\`\ny;\n\`\`\`\`\n\nb\n\n${cell('b')}`,
    );
    assert.deepEqual(
      codeCells(changed).map(({ id, line }) => [id, line]),
      [
        ['a', 9],
        ['b', 17],
      ],
    );
  });

  test('a cell copied with its layout does not keep the id of the other', () => {
    const { cells, ...rest } = read('`````typescript id="a"\nx\n`````\n');
    const copied = { ...rest, cells: cells.flatMap((one) => [one, { ...one, id: 'copy' }]) };
    assert.deepEqual(
      readNotebook(writeNotebook(copied), 'x.md').cells.map(({ id }) => id),
      ['a', 'copy'],
    );
  });

  test('a cell that holds its own closing line is refused by name', () => {
    const { cells, ...rest } = read('<!-- #raw -->\nx\n<!-- #endraw -->\n');
    const bad = { ...rest, cells: cells.map((one) => ({ ...one, source: '<!-- #endraw -->' })) };
    assert.throws(
      () => writeNotebook(bad),
      /x\.md:7: cell "end" cannot be written as Markdown; remove the line "<!-- #endraw -->" from it/,
    );
  });
});

describe('the cells as one module', () => {
  test('every line of code stands on its line of the .md', () => {
    const notebook = read(`a\n\n${cell('a', 'one;\ntwo;')}\nb\n\n${cell('b', 'three;')}`);
    const lines = cellsAsModule(notebook).split('\n');
    assert.deepEqual([lines[8], lines[9], lines[15], lines[16]], ['one;', 'two;', 'three;', 'export {};']);
    assert.deepEqual(
      lines.filter((line) => line !== ''),
      ['one;', 'two;', 'three;', 'export {};'],
    );
  });

  test('property: line numbers agree, whatever the prose and the line endings', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          notebookText,
          ipynb.map((one) => writeNotebook(fromIpynb(one, 'x.md'))),
        ),
        (text) => {
          const notebook = readable(text);
          if (!notebook) return;
          const inText = text.split(/\r\n|\n|\r/);
          const inModule = cellsAsModule(notebook).split(/\r\n|[\n\r\u2028\u2029]/);
          for (const { source, line } of codeCells(notebook)) {
            for (const [at] of source
              .replace(/\r$/, '')
              .split(/\r\n|\n|\r/)
              .entries()) {
              const there = inText[line - 1 + at] ?? '';
              const shown = there.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
              if (source !== '') assert.equal(inModule[line - 1 + at], shown);
            }
          }
        },
      ),
      settings,
    );
  });
});
