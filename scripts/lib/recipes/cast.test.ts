import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cast, type CastEvent, type CastHeader, readCast, writeCast } from './cast';

const FILE = 'docs/recordings/kill-a-script.1.cast';

const header: CastHeader = {
  version: 2,
  width: 80,
  height: 24,
  timestamp: 1700000000,
  title: 'Killing a script, Terminal 1',
  procnotes: { recipe: 'kill-a-script', terminal: 1, body: '0'.repeat(64), host: 'Linux' },
};

const size = fc.integer({ min: 1, max: 500 });
const casts: fc.Arbitrary<Cast> = fc.record(
  {
    header: fc
      .record(
        { width: size, height: size, timestamp: fc.nat(), title: fc.string({ unit: 'binary' }) },
        { noNullPrototype: true },
      )
      .map((some) => ({ ...header, ...some })),
    events: fc
      .array(
        fc.tuple(
          fc.nat(100_000),
          fc.oneof(
            fc.tuple(fc.constant('o' as const), fc.string({ unit: 'binary' })),
            fc.tuple(fc.constant('m' as const), fc.constantFrom('paste', 'press Ctrl-C', 'close the window')),
            fc.tuple(
              fc.constant('r' as const),
              fc.tuple(size, size).map((both) => both.join('x')),
            ),
          ),
        ),
      )
      .map((some) => {
        const inOrder = [...some].sort(([a], [b]) => a - b);
        return inOrder.map(([ms, [code, data]]) => [ms / 1000, code, data] as CastEvent);
      }),
  },
  { noNullPrototype: true },
);

test('what is written is read again', () => {
  fc.assert(fc.property(casts, (cast) => assert.deepEqual(readCast(writeCast(cast), FILE), cast)));
});

test('a recording is one JSON text a line, the header first', () => {
  const text = writeCast({ header, events: [[0.25, 'o', 'A Begin\r\n\x1b[0m']] });
  const [first = '', second, end] = text.split('\n');
  assert.equal(JSON.parse(first).version, 2);
  assert.equal(second, '[0.25,"o","A Begin\\r\\n\\u001b[0m"]');
  assert.equal(end, '');
});

/** A recording with these lines after its header. */
const lines = (...events: string[]) => `${[JSON.stringify(header), ...events].join('\n')}\n`;

for (const [what, text, message] of [
  ['nothing at all', '', /^docs\/recordings\/kill-a-script\.1\.cast:1: no header of an asciicast v2: /],
  ['another version', lines().replace('"version":2', '"version":3'), /:1: no header of an asciicast v2: version: /],
  ['a header without its recipe', '{"version":2,"width":80,"height":24}\n', /:1: no header .*timestamp: /],
  ['a line that is cut off', lines('[0.1,"o","A"]', '[0.2,"o","B'), /:3: no event of an asciicast v2/],
  ['an unknown code', lines('[0.1,"x","A"]'), /:2: no event of an asciicast v2: \S/],
  ['a deed that no page words', lines('[0.1,"m","press"]'), /:2: no event of an asciicast v2: \S/],
  ['a size that is none', lines('[0.1,"r","80"]'), /:2: no event of an asciicast v2: \S/],
  ['a time that goes back', lines('[0.2,"o","A"]', '[0.1,"o","B"]'), /:3: the time goes back to 0\.1 s/],
] as const)
  test(`${what} is refused, with its line and how to mend it`, () => {
    assert.throws(() => readCast(text, FILE), { message });
    assert.throws(() => readCast(text, FILE), {
      message: /; record it again: npm run recipes -- --record kill-a-script$/,
    });
  });
