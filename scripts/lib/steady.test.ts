import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { departures, outcomeText, worst } from './steady';

const claim = (id: string, verdict: string, noted: string, more = {}) => ({
  id,
  verdict,
  noted,
  because: 'seen',
  notebook: 'zombies',
  ...more,
});
const document = (...claims: object[]) => JSON.stringify({ host: {}, seconds: 1, claims });

describe('one run of many', () => {
  test('a claim that is not as noted is named, with both verdicts and the reason', () => {
    const found = departures(document(claim('a.b', 'confirmed', 'confirmed'), claim('a.c', 'refuted', 'confirmed')));
    const text = outcomeText({ code: 1, seconds: 2, idle: 0.25, ...found });
    assert.equal(
      text,
      '1 of 2 claims not as noted, exit code 1, 2.0 s, processors 75% busy\n  zombies: a.c refuted, the note says confirmed: seen',
    );
  });

  test('what was left out on purpose is not counted', () => {
    const found = departures(
      document(claim('a.b', 'confirmed', 'confirmed'), claim('a.c', 'inconclusive', 'confirmed', { leftOut: 'yes' })),
    );
    assert.equal(
      outcomeText({ code: 0, seconds: 1, idle: 1, ...found }),
      '1 claims as noted, 1.0 s, processors 0% busy',
    );
  });

  test('a run that failed is not as noted, though every claim is', () => {
    const found = departures(document(claim('a.b', 'confirmed', 'confirmed')));
    assert.match(outcomeText({ code: 1, seconds: 1, idle: 0, ...found }), /^0 of 1 claims not as noted, exit code 1/);
  });

  test('a run that printed no document is a failure, whatever its exit code', () => {
    assert.equal(worst([{ code: 0, seconds: 1, idle: 0, ...departures('') }]), 1);
    assert.equal(worst([{ code: 0, seconds: 1, idle: 0, ...departures(document()) }]), 1);
    assert.match(outcomeText({ code: 1, seconds: 1, idle: 0, ...departures('half a {') }), /^no document, exit code 1/);
  });

  test('the worst run decides the exit code: a failure before what is inconclusive', () => {
    const run = (code: number) => ({ code, seconds: 1, idle: 0, claims: 1, departed: [] });
    assert.equal(worst([run(0), run(0)]), 0);
    assert.equal(worst([run(0), run(2), run(0)]), 2);
    assert.equal(worst([run(2), run(1)]), 1);
    assert.equal(worst([run(137), run(2)]), 1);
  });
});
