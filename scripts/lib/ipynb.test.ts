import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromIpynb, type Ipynb, type IpynbCell, readIpynb, sameSource, serializeIpynb, toIpynb } from './ipynb';
import { jsonErrorOffset } from './json-error';
import { ipynb, notebookText, settings } from './nasty-notebooks';
import { type Notebook, readNotebook, writeNotebook } from './notebook';
import { SourceErrors } from './source-error';

const HEADER =
  '---\njupyter:\n  kernelspec:\n    display_name: TypeScript\n    language: typescript\n    name: tslab\n---\n';
const TEXT = `${HEADER}\nGuess.\n\n\`\`\`typescript id="kill-alone"\nshow(1);\n\`\`\`\n\nSo it is.\n`;
const notebook = readNotebook(TEXT, 'notebooks/x.md');
/** Through the file and back, as a record goes. */
const filed = (record: Ipynb) => readIpynb(serializeIpynb(record), 'notebooks/x.ipynb');
const ran = (record: Ipynb, text: string): Ipynb => ({
  ...record,
  cells: record.cells.map((cell) =>
    cell.cell_type === 'code'
      ? { ...cell, outputs: [{ output_type: 'stream', name: 'stdout', text }], execution_count: 1 }
      : cell,
  ),
});
const outputs = (record: Ipynb) => record.cells.map((cell) => (cell.cell_type === 'code' ? cell.outputs : undefined));
const essence = (record: Ipynb) =>
  record.cells.map(({ id, cell_type, source, metadata: { procnotes: _, ...metadata } }) => ({
    id,
    cell_type,
    source,
    metadata,
  }));

describe('.md to .ipynb to .md', () => {
  test('what is as usual is not written', () => {
    assert.deepEqual(toIpynb(notebook), {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
      cells: [
        { cell_type: 'markdown', id: 'before-kill-alone', metadata: {}, source: 'Guess.' },
        { cell_type: 'code', id: 'kill-alone', metadata: {}, source: 'show(1);', outputs: [], execution_count: null },
        { cell_type: 'markdown', id: 'end', metadata: {}, source: 'So it is.' },
      ],
    });
  });

  test('a region that its source calls for is as usual, too', () => {
    const text = `${HEADER}\n<!-- #region -->\none\n\n\ntwo\n<!-- #endregion -->\n`;
    assert.deepEqual(toIpynb(readNotebook(text, 'x.md')).cells[0]?.metadata, {});
  });

  test('property: it is byte-identical', () => {
    fc.assert(
      fc.property(notebookText, (text) => {
        let read: Notebook;
        try {
          read = readNotebook(text, 'x.md');
        } catch (error) {
          assert.ok(error instanceof SourceErrors);
          return;
        }
        const record = filed(toIpynb(read));
        assert.equal(writeNotebook(fromIpynb(record, 'x.md')), text);
        assert.equal(writeNotebook(fromIpynb(record, 'x.md', read)), text);
        assert.deepEqual(sameSource(read, record), { same: true });
        assert.deepEqual(filed(toIpynb(read, record)), record);
      }),
      settings,
    );
  });
});

describe('.ipynb to .md to .ipynb', () => {
  test('property: every cell keeps id, type, source and metadata, and every output', () => {
    fc.assert(
      fc.property(ipynb, (original) => {
        const record = filed(original);
        const text = writeNotebook(fromIpynb(record, 'x.md'));
        const again = filed(toIpynb(readNotebook(text, 'x.md'), record));
        assert.deepEqual(essence(again), essence(record));
        assert.deepEqual(outputs(again), outputs(record));
        assert.deepEqual(again.metadata.language_info, record.metadata.language_info);
        assert.deepEqual(sameSource(readNotebook(text, 'x.md'), record), { same: true });
      }),
      settings,
    );
  });

  test('a cell that Jupyter added comes back as it is', () => {
    const record = toIpynb(notebook);
    const added: IpynbCell = {
      cell_type: 'code',
      id: 'a1b2c3d4',
      metadata: {},
      source: 'show(2);',
      outputs: [],
      execution_count: null,
    };
    const text = writeNotebook(
      fromIpynb({ ...record, cells: [...record.cells.slice(0, 2), added, ...record.cells.slice(2)] }, 'x.md'),
    );
    assert.equal(text, TEXT.replace('\nSo it is', '\n```typescript id="a1b2c3d4"\nshow(2);\n```\n\nSo it is'));
  });

  test('adjacent markdown cells stay two', () => {
    const prose = (id: string, source: string) => ({ cell_type: 'markdown' as const, id, metadata: {}, source });
    const record = {
      ...toIpynb(notebook),
      cells: [prose('end', 'one'), prose('end-2', 'two\n\n\nthree'), prose('own', '- a'), prose('end-4', '- b')],
    };
    const text = writeNotebook(fromIpynb(record, 'x.md'));
    const body =
      'one\n\n<!-- #region -->\ntwo\n\n\nthree\n<!-- #endregion -->\n\n<!-- #region id="own" -->\n- a\n<!-- #endregion -->\n\n- b\n';
    assert.equal(text, `${HEADER}\n${body}`);
  });

  test('Jupyter notes about itself stay out of the .md', () => {
    const record = toIpynb(notebook);
    const noted = {
      ...record,
      cells: record.cells.map((cell) => ({ ...cell, metadata: { collapsed: true, execution: { a: 'b' } } })),
    } as Ipynb;
    assert.equal(writeNotebook(fromIpynb(noted, 'x.md')), TEXT);
    assert.deepEqual(toIpynb(notebook, noted).cells[1]?.metadata, { collapsed: true, execution: { a: 'b' } });
  });

  test('an id that Jupytext has put into the metadata is the id', () => {
    const record = toIpynb(notebook);
    const cells = record.cells.map((cell) =>
      cell.cell_type === 'code' ? { ...cell, id: 'f00', metadata: { id: cell.id } } : cell,
    );
    assert.equal(writeNotebook(fromIpynb({ ...record, cells }, 'x.md')), TEXT);
  });

  test('the header keeps its comments when a value in it changes', () => {
    const text = TEXT.replace('---\n', '---\ntitle: T # ours\n').replace(
      'jupyter:\n',
      'jupyter:\n  # theirs\n  authors: [{name: A}]\n',
    );
    const record = toIpynb(readNotebook(text, 'x.md'));
    const changed = { ...record, metadata: { ...record.metadata, authors: [{ name: 'B' }] } };
    const back = writeNotebook(fromIpynb(changed, 'x.md'));
    assert.match(back, /title: T # ours\njupyter:\n {2}# theirs\n/);
    assert.deepEqual(readNotebook(back, 'x.md').header.data.title, 'T');
    assert.match(back, /authors:\n\s+- name: B\n/);
  });

  test('layout that a tool has dropped is taken from the former .md', () => {
    const text = TEXT.replace('Guess.\n\n', 'Guess.\n').replace('---\n', '---\ntitle: T\n').replaceAll('\n', '\r\n');
    const former = readNotebook(text, 'x.md');
    const { procnotes: _, ...metadata } = toIpynb(former).metadata;
    const bare = {
      ...toIpynb(former),
      metadata,
      cells: toIpynb(former).cells.map((cell) => ({ ...cell, metadata: {} })),
    } as Ipynb;
    assert.equal(writeNotebook(fromIpynb(bare, 'x.md', former)), text);
  });

  test('attached files are refused, since Markdown cannot hold them', () => {
    const record = toIpynb(notebook);
    const cells = record.cells.map((cell) => ({ ...cell, attachments: { 'a.png': { 'image/png': 'AA==' } } }));
    assert.throws(
      () => fromIpynb({ ...record, cells: cells.slice(0, 1) } as Ipynb, 'x.md'),
      /cell "before-kill-alone" has attached files \(a\.png\)/,
    );
  });
});

describe('the former record', () => {
  test('a cell that is as it was keeps its outputs, a changed one has none', () => {
    const record = ran(toIpynb(notebook), 'one\n');
    assert.deepEqual(outputs(toIpynb(notebook, record)), outputs(record));
    assert.deepEqual(outputs(toIpynb(readNotebook(TEXT.replace('show(1)', 'show(2)'), 'x.md'), record)), [
      undefined,
      [],
      undefined,
    ]);
    assert.deepEqual(outputs(toIpynb(readNotebook(TEXT.replace('id="kill-alone"', 'id="other"'), 'x.md'), record)), [
      undefined,
      [],
      undefined,
    ]);
  });

  test('keeps what only it has: host facts and unknown keys', () => {
    const record = toIpynb(notebook);
    const kept = { ...record, odd: 1, metadata: { ...record.metadata, procnotes: { host: { kernel: '6.1' } } } };
    const again = toIpynb(notebook, kept);
    assert.deepEqual([again.odd, again.metadata.procnotes], [1, { host: { kernel: '6.1' } }]);
  });
});

describe('is the record of the current .md?', () => {
  const differ = (text: string) => {
    const result = sameSource(readNotebook(text, 'notebooks/x.md'), toIpynb(notebook));
    return result.same ? 'same' : result.difference.message;
  };
  test('the first difference is named', () => {
    assert.equal(differ(TEXT), 'same');
    assert.match(
      differ(TEXT.replace('show(1);', 'show(1);\nshow(2);')),
      /^notebooks\/x\.md:13: code cell "kill-alone" reads otherwise in the \.ipynb; record it again/,
    );
    assert.match(
      differ(TEXT.replace('kill-alone', 'kill')),
      /^notebooks\/x\.md:12: code cell "kill" is code cell "kill-alone" in the \.ipynb/,
    );
    assert.match(
      differ(TEXT.replace('"kill-alone"', '"kill-alone" deadline=1')),
      /:12: code cell "kill-alone" has other metadata/,
    );
    assert.match(
      differ(TEXT.replace('\nSo it is.\n', '')),
      /^notebooks\/x\.md:12: after this cell the \.ipynb has another, "end"/,
    );
    assert.match(differ(`${TEXT}\n\nMore.\n`), /^notebooks\/x\.md:18: markdown cell "end-2" is not in the \.ipynb/);
  });
});

describe('reading an .ipynb', () => {
  const good = serializeIpynb(toIpynb(notebook));
  for (const [what, text, message] of [
    ['nothing at all', '', /^x\.ipynb:1: the JSON ends too early; take back/],
    [
      'a cut-off file',
      good.slice(0, good.indexOf('"cells"') + 30),
      /^x\.ipynb:\d+: (the JSON ends too early|not JSON)/,
    ],
    [
      'a merge conflict',
      good.replace(' "metadata"', '<<<<<<< HEAD\n "metadata"'),
      /^x\.ipynb:\d+: not JSON from `<<<<<<< HEAD` on; it holds a merge conflict/,
    ],
    ['a missing comma', '{\n "cells": []\n "metadata": {}}', /^x\.ipynb:3: not JSON from `"metadata": \{\}\}` on/],
    ['a comma too many', '{\n "cells": [1,\n]}', /^x\.ipynb:3: not JSON from `\]\}` on/],
    ['a comma too many in an object', '{\n "cells": [],\n}', /^x\.ipynb:3: not JSON from `\}` on/],
    ['other JSON', '{}', /^x\.ipynb:1: this is no Jupyter notebook, not nbformat 4\.5/],
    [
      'an older format',
      good.replace('"nbformat_minor": 5', '"nbformat_minor": 4'),
      /^x\.ipynb:1: this is nbformat 4\.4, not nbformat 4\.5; .*npm run record/,
    ],
    [
      'a cell without a good id',
      good.replace('"id": "end"', '"id": "e.nd"'),
      /^x\.ipynb:23: cells\.2\.id is not as nbformat 4\.5 has it/,
    ],
    [
      'a cell without outputs',
      good.replace(/\s+"outputs": \[\],/, ''),
      /^x\.ipynb:\d+: cells\.1\.outputs is not as nbformat/,
    ],
    [
      'an id twice',
      good.replace('"id": "end"', '"id": "kill-alone"'),
      /^x\.ipynb:23: cell id "kill-alone" is used twice \(first at line 14\)/,
    ],
  ] as const) {
    test(`${what} is refused with line and remedy`, () => assert.throws(() => readIpynb(text, 'x.ipynb'), { message }));
  }

  test('property: the place of an error in JSON is found exactly when JSON.parse finds one', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', 'x', '\n', '-', '0'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (put === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let ok = true;
        try {
          JSON.parse(text);
        } catch {
          ok = false;
        }
        assert.equal(jsonErrorOffset(text) === undefined, ok, text);
      }),
      settings,
    );
  });
});

describe('writing an .ipynb', () => {
  const python = spawnSync('/usr/bin/python3', ['-c', 'import nbformat']).status === 0;
  const skip = python ? false : 'NOT CHECKED: /usr/bin/python3 has no nbformat (apt-get install python3-nbformat)';
  const script = `
import json, sys, nbformat
for text in json.load(sys.stdin):
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    again = nbformat.writes(notebook) + "\\n"
    if again != text:
        sys.exit("python writes it otherwise:\\n" + text + again)
`;
  const check = (texts: string[]) => {
    const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', script], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  };

  test("is valid for Python's nbformat, and byte for byte what it writes", { skip }, () => {
    const svg = {
      'image/svg+xml': '<svg>\n</svg>',
      'text/plain': 'a\nb\u0085c',
      'image/png': 'AA==',
      'application/x-procnotes+json': { b: [1], a: 'x\ny' },
    };
    const record = ran(toIpynb(notebook), 'one\ntwo\r\n\u2028');
    const cells = record.cells.map((cell) =>
      cell.cell_type === 'code'
        ? { ...cell, outputs: [...cell.outputs, { output_type: 'display_data', data: svg, metadata: {} }] }
        : cell,
    );
    check([serializeIpynb({ ...record, cells } as Ipynb)]);
  });

  test('property: so it is for what any notebook gives', { skip }, () => {
    const some = fc.sample(notebookText, settings).flatMap((text) => {
      try {
        return [serializeIpynb(toIpynb(readNotebook(text, 'x.md')))];
      } catch {
        return [];
      }
    });
    check(some);
  });
});
