import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History, type Observation } from '../../notebooks/lab/history';
import { type Claims, judge, no, yes } from '../../notebooks/lab/judge';
import { exitCodeOf, rowsOf } from './evidence';
import { reportText } from './report';

const history = (arm: string, fact: Pick<Extract<Observation, { kind: 'left out' | 'missing' | 'act' }>, 'kind'>) =>
  new History({
    experiment: 'by hand',
    arm,
    box: null,
    observations: [
      { n: 1, at: 0, witness: 'the test', because: `${arm}: ${fact.kind}`, what: arm, ...fact } as Observation,
    ],
  });
const claims: Claims = {
  'time.long': {
    effect: ({ arm, record }) => (arm === 'long' ? yes : no)('seen', ...record.observations),
    treatment: ['long'],
    control: ['short'],
  },
};
const short = history('short', { kind: 'act' });
const leftOut = history('long', { kind: 'left out' });

test('a claim that an arm was left out of is inconclusive, and says so', () => {
  const [finding] = judge(claims, { long: leftOut, short });
  assert.deepEqual(finding, {
    claim: 'time.long',
    verdict: 'inconclusive',
    because: 'long: left out',
    cites: [],
    leftOut: 'yes',
  });
});

test('what is missing counts for more than what was left out', () => {
  const [finding] = judge(claims, { long: leftOut, short: history('short', { kind: 'missing' }) });
  assert.equal(finding?.because, 'short: missing');
  assert.equal(finding?.leftOut, undefined);
});

test('a claim left out on purpose is no reason to fail, and is counted for itself', () => {
  const rows = rowsOf('a-notebook', claims, new Map(), judge(claims, { long: leftOut, short }));
  const noted = rows.map((row) => ({ ...row, noted: 'confirmed' as const }));
  assert.equal(exitCodeOf(noted, []), 0);
  const text = reportText(noted, {} as never, 1, (_, words) => words);
  assert.match(text, /LEFT OUT {2}long: left out/);
  assert.match(text, /^1 claims: 1 LEFT OUT by --quick; each of the others as its note says$/m);
  assert.doesNotMatch(text, /as noted|1 inconclusive/);
});

test('a claim that is inconclusive for another reason still fails', () => {
  const rows = rowsOf('a-notebook', claims, new Map(), judge(claims, { short }));
  assert.equal(
    exitCodeOf(
      rows.map((row) => ({ ...row, noted: 'confirmed' as const })),
      [],
    ),
    2,
  );
});
