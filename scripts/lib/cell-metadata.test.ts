import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readMetadata, sameJson, writeMetadata } from './cell-metadata';
import { settings } from './nasty-notebooks';

test('values are JSON, to the end of their bracket or quote', () => {
  assert.deepEqual(readMetadata(' id="a b" n=-1.5e3 list=[1, "]"] object={"a b": {}} flag ').metadata, {
    id: 'a b',
    n: -1500,
    list: [1, ']'],
    object: { 'a b': {} },
    flag: null,
  });
});

test('words before the first key are the title, where there may be one', () => {
  assert.deepEqual(readMetadata('How it ends n=1', 'title').metadata, { title: 'How it ends', n: 1 });
  assert.deepEqual(readMetadata('How it ends').metadata, { How: null, it: null, ends: null });
});

test('what cannot be read is said', () => {
  assert.equal(readMetadata("id='a'").wrong, 'the value of "id" is not JSON: `\'a\'`');
  assert.equal(readMetadata('id="a').wrong, 'the value of "id" is not JSON: `"a`');
  assert.equal(readMetadata('id=').wrong, 'the value of "id" is not JSON: ``');
  assert.equal(readMetadata('="a"').wrong, '`="a"` begins with no key');
  assert.equal(readMetadata('{"a": 1').wrong, '`{"a": 1` is not a JSON object');
  assert.equal(readMetadata('[1]').wrong, '`[1]` begins with no key');
});

test('what would end a comment or an info string is escaped', () => {
  assert.equal(writeMetadata({ a: '-->`' }), 'a="--\\u003e\\u0060"');
  assert.equal(writeMetadata({ 'odd key': null }), '{"odd key":null}');
});

test('property: what was written is read, and ends neither an info string nor a comment nor a line', () => {
  const free = fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(free, fc.jsonValue({ stringUnit: 'binary' }), { noNullPrototype: true }), (metadata) => {
      const text = writeMetadata(metadata as Record<string, never>);
      assert.ok(!/[`>\r\n\u0080-\u009f\u2028\u2029]/.test(text), text);
      assert.ok(sameJson(readMetadata(text).metadata, metadata), text);
    }),
    settings,
  );
});
