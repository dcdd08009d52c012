/** For tests: notebooks made of what has broken notebook readers, as text and as .ipynb, by fast-check. */
import fc from 'fast-check';
import type { Ipynb } from './ipynb';

/** A fixed seed, so that a failure stays one: FC_SEED and FC_RUNS in the environment change it. */
export const settings = { seed: Number(process.env.FC_SEED ?? 20), numRuns: Number(process.env.FC_RUNS ?? 400) };

/** Lines that begin, end or hide something. */
const LINES = [
  '',
  '',
  ' ',
  '\t',
  'prose',
  'ends with two spaces  ',
  '    indented code',
  '# heading',
  '===',
  '---',
  '***',
  '- item',
  '  1. nested',
  '  in a list',
  '> quote',
  '> ```typescript',
  '```',
  '````',
  '```bash',
  '```typescript .noeval',
  '~~~',
  '~~~typescript',
  '  ```',
  '   ```typescript id="indented"',
  '`` ` ``',
  '<div>',
  '</div>',
  '<script>',
  '</script>',
  '<!-- open',
  '-->',
  '<!-- comment -->',
  '<!-- #endregion -->',
  '<!-- #endraw -->',
  '<!-- #endmd -->',
  '[reference]: /url',
  '| a | b |',
  ':::note',
  ':::',
  '日本語のメモ',
  '𝕌 \u{1F600} e\u0301 \u202e',
  'line\u2028separator\u0085and\u000bthe\u000clike',
  'nul \0 byte',
  'lone \r return',
  'ends with a return\r',
  '\uFEFF',
  'const s = `a`;',
  'await x; // </script>',
];

const line = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...LINES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const key = fc.oneof(fc.constantFrom('deadline', 'a.b', 'odd key', 'title', 'ключ'), fc.string({ maxLength: 5 }));
const isFree = (name: string) => !['id', 'procnotes', 'name', 'tags', '__proto__'].includes(name);
const metadata = fc
  .tuple(
    fc.dictionary(key.filter(isFree), fc.jsonValue({ maxDepth: 1, stringUnit: 'binary' }), { maxKeys: 2 }),
    fc.constantFrom({}, {}, { tags: ['a b', '`-->'] }),
  )
  .map(([any, tags]) => ({ ...any, ...tags }));

const HEADERS = [
  '---\njupyter:\n  kernelspec:\n    display_name: TypeScript\n    language: typescript\n    name: tslab\n---',
  '---\ntitle: "Scripts: a.sh"  # a comment\nexperiments: [a, b]\njupyter:\n  jupytext: {formats: "ipynb,md"}\n  kernelspec: {name: tslab, display_name: TypeScript}\n--- ',
  '\uFEFF---\njupyter:\n  kernelspec: {name: tslab, display_name: TypeScript}\n  authors:\n  - name: Ж\n---',
];

const lines = fc.array(line, { maxLength: 6 });
const block = fc.oneof(
  lines,
  fc
    .tuple(fc.constantFrom('```', '````', '`````'), lines, fc.constantFrom('', ' ', '  tags=["x", "y=z"]  '), fc.nat())
    .map(([fence, body, rest, n]) => [`${fence}typescript id="cell${n}"${rest}`, ...body, fence]),
  fc
    .tuple(
      fc.constantFrom('region', 'md', 'markdown', 'raw'),
      lines,
      fc.constantFrom('', ' Title', ' tags=["a"]', ' id="mine"', ' id="end-2"'),
    )
    .map(([name, body, rest]) => [`<!-- #${name}${rest} -->`, ...body, `<!-- #end${name} -->`]),
);

/** A text that is mostly a notebook; many have problems, none should be read wrongly. */
export const notebookText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...HEADERS),
    fc.array(block, { maxLength: 6 }),
    fc.constantFrom('\n', '\n', '\r\n', '\r'),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([header, blocks, eol, finalNewline, mixed]) => {
    const all = [...header.split('\n'), ...blocks.flat()];
    const text = all.map((one, at) => one + (mixed && at % 3 === 2 ? '\r\n' : eol)).join('');
    return finalNewline ? text : text.replace(/[\r\n]+$/, '');
  });

const source = fc.array(line, { maxLength: 6 }).map((all) => all.join('\n'));
const output = fc.oneof(
  fc.record({ output_type: fc.constant('stream' as const), name: fc.constantFrom('stdout', 'stderr'), text: source }),
  fc.record({
    output_type: fc.constant('display_data' as const),
    data: fc.record({ 'text/plain': source, 'application/x-procnotes+json': fc.jsonValue({ maxDepth: 2 }) }),
    metadata: fc.constant({}),
  }),
);
const cell = fc.oneof(
  fc.record({
    cell_type: fc.constant('code' as const),
    id,
    metadata,
    source,
    outputs: fc.array(output, { maxLength: 2 }),
    execution_count: fc.constantFrom(null, 1, 20),
  }),
  fc.record({
    cell_type: fc.constantFrom('markdown' as const, 'markdown' as const, 'raw' as const),
    id,
    metadata: fc.oneof(fc.constant({}), metadata),
    source,
  }),
  // What a fresh .md gives: prose under the id that would be derived.
  fc.record({
    cell_type: fc.constant('markdown' as const),
    id: fc.constantFrom('end', 'end-2', 'before-x'),
    metadata: fc.constant({}),
    source,
  }),
);

/** An .ipynb from anywhere, with our kernel. Ids are unique. A source holds no closing line of its own cell in all three spellings. */
export const ipynb: fc.Arbitrary<Ipynb> = fc
  .uniqueArray(cell, { maxLength: 7, selector: ({ id: unique }) => unique })
  .filter((cells) =>
    cells.every(({ cell_type, source: text }) => cell_type !== 'raw' || !text.includes('<!-- #endraw -->')),
  )
  .chain((cells) =>
    fc.constantFrom({}, {}, { procnotes: { layout: { eol: '\r\n', after: '' } } }).map((ours) => ({ cells, ours })),
  )
  .map(({ cells, ours }) => ({
    cells,
    metadata: {
      ...ours,
      kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
      language_info: { name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  })) as fc.Arbitrary<Ipynb>;
