import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Claims, Finding, Verdict } from '../../notebooks/lab/judge';
import { media } from '../../notebooks/lab/outlet';
import { bundlesOf, evidenceOf, exitCodeOf, gapsOf, type Row, rowsOf } from './evidence';
import { readIpynb } from './nbformat';
import { readNotebook } from './notebook';
import type { Claim as Noted } from './notes';

const claim = { effect: () => assert.fail('nothing is judged here'), treatment: [], control: [] };
const claims: Claims = { 'a.one': claim, 'a.two': claim };
const noted = new Map([['a.one', { id: 'a.one', verdict: 'confirmed' } as Noted]]);
const finding = (id: string, verdict: Verdict = 'confirmed'): Finding => ({
  claim: id,
  verdict,
  because: 'so',
  cites: [],
});
const history = { experiment: 'e', arm: 'a', box: null, observations: [] };

test('evidence is picked out of what was shown by its media type, in order', () => {
  const shown = [
    { 'text/plain': 'x' },
    { [media.history]: history },
    { [media.findings]: { findings: [finding('a.one')] } },
  ];
  assert.deepEqual(evidenceOf(shown), { histories: [history], findings: [finding('a.one')] });
});

test('the outputs of a record are what it shows', () => {
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: 'x' },
    { output_type: 'display_data', data: { [media.history]: history }, metadata: {} },
  ];
  const code = { cell_type: 'code', id: 'c', metadata: {}, source: '', outputs, execution_count: null };
  const prose = { cell_type: 'markdown', id: 'm', metadata: {}, source: '' };
  const record = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [prose, code] };
  assert.deepEqual(bundlesOf(readIpynb(JSON.stringify(record), 'x.ipynb')), [{ [media.history]: history }]);
});

describe('a row', () => {
  test('joins a finding with what the note says', () => {
    assert.deepEqual(rowsOf('a', { 'a.one': claim }, noted, [finding('a.one', 'refuted')]), [
      { id: 'a.one', verdict: 'refuted', because: 'so', noted: 'confirmed', notebook: 'a' },
    ]);
  });

  test('without a finding is inconclusive, and says that none was shown or what kept it from being', () => {
    const because = (error?: Error) => rowsOf('a', { 'a.one': claim }, noted, [], error)[0]?.because;
    assert.equal(because(), 'the notebook shows no finding for it');
    assert.equal(because(new Error('it broke\n    at x')), 'no finding: it broke');
  });

  test('is not made for a claim that the notebook does not have: that is a gap, as is a claim without a finding', () => {
    const found = [finding('a.one'), finding('b.three')];
    assert.deepEqual(
      rowsOf('a', claims, noted, found).map(({ id }) => id),
      ['a.one', 'a.two'],
    );
    const kernel = 'jupyter:\n  kernelspec:\n    display_name: TypeScript\n    language: typescript\n    name: tslab';
    const notebook = readNotebook(`---\n${kernel}\n---\n\n\`\`\`typescript id="last"\nx;\n\`\`\`\n`, 'notebooks/a.md');
    assert.deepEqual(
      gapsOf(notebook, claims, found).map(({ message }) => message),
      [
        'notebooks/a.md:10: no finding for "a.two"; show(judge(claims, …)) with all histories',
        'notebooks/a.md:10: finding for an unknown claim "b.three"; add it to notebooks/claims/a.ts',
      ],
    );
  });
});

test('the exit code is 0 as noted, 1 otherwise or after an error, 2 where something is inconclusive and nothing else', () => {
  const row = (verdict: Verdict, note: Verdict) => ({ verdict, noted: note }) as Row;
  const good = row('refuted', 'refuted');
  assert.equal(exitCodeOf([good], []), 0);
  assert.equal(exitCodeOf([good, row('refuted', 'confirmed')], []), 1);
  assert.equal(exitCodeOf([good, row('confirmed', 'inconclusive')], []), 1);
  assert.equal(exitCodeOf([good, row('inconclusive', 'confirmed')], []), 2);
  assert.equal(exitCodeOf([row('depends', 'confirmed'), row('inconclusive', 'confirmed')], []), 1);
  assert.equal(exitCodeOf([good], [new Error('x')]), 1);
  assert.equal(exitCodeOf([row('inconclusive', 'inconclusive')], []), 0);
});
