import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fileOf, historyOf } from './fixtures/histories';
import type { History } from './history';
import { type Claim, type Claims, judge, judgeRecords, no, type Seen, unseen, yes } from './judge';

/** Whether the file `effect` was made: the simplest effect there is. */
function effect(history: History): Seen {
  const { state, seen } = history.file('effect');
  return state === 'there' ? yes('it was made', seen) : no('it was not made', seen);
}

const shown = (arm: string) => historyOf(arm, [fileOf('other', 'there'), fileOf('effect', 'there')]);
const absent = (arm: string) => historyOf(arm, [fileOf('effect', 'absent')]);
const blind = (arm: string) => historyOf(arm, [fileOf('other', 'there')]);

/** The finding on one claim: the effect above, treatment `on`, control `off`, unless said otherwise. */
function judged(histories: History[], claim: Partial<Claim> = {}) {
  const claims = { it: { effect, treatment: ['on'], control: ['off'], ...claim } };
  const [finding] = judge(claims, Object.fromEntries(histories.map((history) => [history.arm, history])));
  if (finding === undefined) throw new Error('a claim has to have a finding');
  return finding;
}

test('the effect in the treatment and not in the control: confirmed, citing both', () => {
  assert.deepEqual(judged([shown('on'), absent('off')]), {
    claim: 'it',
    verdict: 'confirmed',
    because: 'on: it was made; control — off: it was not made',
    cites: [
      { arm: 'on', n: 2 },
      { arm: 'off', n: 1 },
    ],
  });
});

test('the effect in the control and not in the treatment: refuted, citing both', () => {
  const { verdict, because, cites } = judged([absent('on'), shown('off')]);
  assert.equal(verdict, 'refuted');
  assert.equal(because, 'on: it was not made; control — off: it was made');
  assert.deepEqual(cites, [
    { arm: 'on', n: 1 },
    { arm: 'off', n: 2 },
  ]);
});

test('a control that shows the same decides nothing, whether it is yes or no', () => {
  for (const seen of [shown, absent]) {
    const { verdict, because } = judged([seen('on'), seen('off')]);
    assert.equal(verdict, 'inconclusive');
    assert.match(because, /^the control shows the same: on: .*; off: /);
  }
});

test('treatments that disagree: depends, on the condition, with who said what', () => {
  const { verdict, because, cites } = judged([shown('on'), absent('half on'), absent('off')], {
    treatment: ['on', 'half on'],
    condition: 'how far it is on',
  });
  assert.equal(verdict, 'depends');
  assert.equal(because, 'on how far it is on: yes — on: it was made; no — half on: it was not made');
  assert.deepEqual(cites, [
    { arm: 'on', n: 2 },
    { arm: 'half on', n: 1 },
  ]);
});

test('treatments that disagree where no condition is named decide nothing: it may be chance', () => {
  const { verdict, because } = judged([shown('on'), absent('half on'), absent('off')], {
    treatment: ['on', 'half on'],
  });
  assert.equal(verdict, 'inconclusive');
  assert.match(because, /^the treatments disagree: yes — on: .*; no — half on: /);
});

test('one control of two that shows the same is enough to decide nothing', () => {
  const { verdict, because } = judged([shown('on'), absent('off'), shown('away')], { control: ['off', 'away'] });
  assert.equal(verdict, 'inconclusive');
  assert.equal(because, 'the control shows the same: on: it was made; away: it was made');
});

test('treatments that agree are all cited', () => {
  const { verdict, cites } = judged([shown('on'), shown('full on'), absent('off')], { treatment: ['on', 'full on'] });
  assert.equal(verdict, 'confirmed');
  assert.deepEqual(
    cites.map(({ arm }) => arm),
    ['on', 'full on', 'off'],
  );
});

test('a control that could not be seen makes it inconclusive: without it nothing is shown', () => {
  const { verdict, because } = judged([shown('on'), blind('off')]);
  assert.deepEqual([verdict, because], ['inconclusive', 'the judge could not tell: nobody looked for effect']);
});

test('one treatment unseen is enough to make it inconclusive', () => {
  const { verdict } = judged([shown('on'), blind('half on'), absent('off')], { treatment: ['on', 'half on'] });
  assert.equal(verdict, 'inconclusive');
});

test('an effect that says that it could not be seen is taken at its word', () => {
  const { verdict, because, cites } = judged([shown('on'), absent('off')], { effect: () => unseen('it was dark') });
  assert.deepEqual([verdict, because, cites], ['inconclusive', 'it was dark', []]);
});

test('an effect that throws makes it inconclusive, never anything else', () => {
  const { verdict, because } = judged([shown('on'), absent('off')], {
    effect: (history) => {
      if (history.arm === 'on') throw new TypeError('rows is not iterable');
      return effect(history);
    },
  });
  assert.deepEqual([verdict, because], ['inconclusive', 'the judge could not tell: rows is not iterable']);
});

test('an answer that cites nothing is no answer', () => {
  for (const answer of [yes, no]) {
    const { verdict, because } = judged([shown('on'), absent('off')], { effect: () => answer('I say so') });
    assert.deepEqual([verdict, because], ['inconclusive', 'nothing observed is cited for: I say so']);
  }
});

test('an arm that was not run makes it inconclusive, and is named', () => {
  assert.equal(judged([shown('on')]).because, 'the arm "off" was not run');
  assert.equal(judged([absent('off')]).because, 'the arm "on" was not run');
  assert.equal(judged([]).verdict, 'inconclusive');
});

test('what the host lacked makes it inconclusive, whatever else was seen', () => {
  const because = 'needs apache2 (apt-get install apache2-bin)';
  const on = historyOf('on', [fileOf('effect', 'there'), { kind: 'missing', because }]);
  assert.deepEqual(judged([on, absent('off')]), { claim: 'it', verdict: 'inconclusive', because, cites: [] });
});

test('an arm that was broken off makes it inconclusive, whatever else was seen', () => {
  const off = historyOf('off', [fileOf('effect', 'absent'), { kind: 'failure', because: 'waited 5 ms for it' }]);
  const { verdict, because } = judged([shown('on'), off]);
  assert.deepEqual([verdict, because], ['inconclusive', 'waited 5 ms for it']);
});

test('a claim without a treatment or without a control has no verdict', () => {
  assert.equal(judged([absent('off')], { treatment: [] }).because, 'the claim names no treatment');
  const { verdict, because } = judged([shown('on')], { control: [] });
  assert.deepEqual([verdict, because], ['inconclusive', 'the claim names no control']);
});

test('there is one finding a claim, in the order of the claims', () => {
  const claim = { effect, treatment: ['on'], control: ['off'] };
  const findings = judge({ second: claim, first: claim }, { on: shown('on'), off: absent('off') });
  assert.deepEqual(
    findings.map((finding) => finding.claim),
    ['second', 'first'],
  );
  assert.deepEqual(judge({}, { on: shown('on') }), []);
});

const arms = ['a', 'b', 'c', 'd'];
const anArm = fc.constantFrom(...arms);
const aHistory = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.constant('effect'),
      state: fc.constantFrom('there', 'absent'),
    }),
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.constant('other'),
      state: fc.constantFrom('there', 'absent'),
    }),
    fc.record({ kind: fc.constantFrom('missing' as const, 'failure' as const), because: fc.string() }),
  ),
  { maxLength: 3 },
);
const histories = fc
  .uniqueArray(fc.tuple(anArm, aHistory), { selector: ([arm]) => arm })
  .map((some) => some.map(([arm, facts]) => historyOf(arm, facts as Parameters<typeof historyOf>[1])));
const claims: fc.Arbitrary<Claims> = fc.dictionary(
  fc.string({ minLength: 1 }),
  fc.record({ effect: fc.constant(effect), treatment: fc.uniqueArray(anArm), control: fc.uniqueArray(anArm) }),
);

test('records that were written out, read again and judged again give the same findings', () => {
  fc.assert(
    fc.property(histories, claims, (some, claims) => {
      const now = judge(claims, Object.fromEntries(some.map((history) => [history.arm, history])));
      const records = JSON.parse(JSON.stringify(some.map((history) => history.record)));
      assert.deepEqual(judgeRecords(claims, records), now);
      assert.deepEqual(JSON.parse(JSON.stringify(now)), now);
    }),
  );
});

test('nothing is confirmed or refuted that does not cite a treatment and a control, and each citation is of an observation', () => {
  fc.assert(
    fc.property(histories, claims, (some, claims) => {
      for (const finding of judgeRecords(
        claims,
        some.map((history) => history.record),
      )) {
        const { treatment = [], control = [] } = claims[finding.claim] ?? {};
        for (const { arm, n } of finding.cites)
          assert.ok(some.find((history) => history.arm === arm)?.record.observations.some((seen) => seen.n === n));
        if (finding.verdict !== 'confirmed' && finding.verdict !== 'refuted') continue;
        assert.ok(finding.cites.some(({ arm }) => treatment.includes(arm)));
        assert.ok(finding.cites.some(({ arm }) => control.includes(arm)));
      }
    }),
  );
});
