import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Claims } from '../../notebooks/lab/judge';
import type { Claim as Noted } from './notes';
import { chooseNotebooks, loadLedger, mismatches, Refusal } from './project';

describe('notebooks are chosen', () => {
  const names = ['httpd', 'job-control', 'scripts'];

  test('by a part of the name, in their own order; all for no words', () => {
    assert.deepEqual(chooseNotebooks(['script', 'http', 'h'], names), ['httpd', 'scripts']);
    assert.deepEqual(chooseNotebooks([], names), names);
  });

  test('unless a word is in no name: the nearest is named', () => {
    assert.throws(
      () => chooseNotebooks(['http', 'scirpts'], names),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, /^unknown notebook "scirpts"; did you mean "scripts"\?/);
        return true;
      },
    );
  });
});

describe('notes and claims', () => {
  const note = (id: string, line: number): [string, Noted] => [id, { id, file: 'docs/a.md', line } as Noted];
  const tests = (...ids: string[]): Claims =>
    Object.fromEntries(ids.map((id) => [id, { effect: () => assert.fail(), treatment: [], control: [] }]));
  const said = (noted: [string, Noted][], tested: [string, Claims][]) =>
    mismatches(new Map(noted), new Map(tested)).map(({ message }) => message);

  test('match when each claim stands in a note and is tested in one notebook', () => {
    assert.deepEqual(
      said(
        [note('a.one', 3), note('b.two', 7)],
        [
          ['a', tests('a.one')],
          ['b', tests('b.two')],
        ],
      ),
      [],
    );
  });

  test('a claim that is only noted, only tested, or tested twice is named with its place and what to do', () => {
    const messages = said(
      [note('a.one', 3), note('a.two', 7)],
      [
        ['a', tests('a.one', 'a.tow')],
        ['b', tests('a.one')],
      ],
    );
    assert.deepEqual(
      messages.map((message) => message.replace(/; .*/, '')),
      [
        'notebooks/claims/a.ts:1: no note states claim "a.tow"',
        'notebooks/claims/b.ts:1: claim "a.one" is tested by notebook a too',
        'docs/a.md:7: no notebook tests claim "a.two"',
      ],
    );
    assert.match(messages[0] ?? '', /:::claim\{id="a\.tow" …\}; did you mean "a\.two"\?/);
    assert.match(messages[2] ?? '', /; add it to one of notebooks\/claims\/a\.ts, notebooks\/claims\/b\.ts$/);
  });

  test('of this project match', async () => {
    const { noted, claims } = await loadLedger();
    assert.deepEqual([...claims.values()].flatMap(Object.keys).sort(), [...noted.keys()].sort());
    assert.ok(noted.size > 0);
  });
});
