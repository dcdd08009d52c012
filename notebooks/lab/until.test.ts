import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, type Sighting, TimeOut, waitFor } from './until';

const met = <T>(value: T): Sighting<T> => ({ met: 'yes', value, witness: 'the test' });
const unmet = (seen: string): Sighting<never> => ({ met: 'no', seen });

/** Is met at the look of that number; tells how often it was looked. */
function metAtLook(number: number) {
  let looks = 0;
  const condition: Condition<string> = {
    what: `look ${number}`,
    look: () => (++looks >= number ? met(`at look ${looks}`) : unmet(`look ${looks}`)),
  };
  return { condition, looks: () => looks };
}

test('what holds already is not waited for', async () => {
  const { condition, looks } = metAtLook(1);
  assert.equal((await waitFor(condition, 10_000)).value, 'at look 1');
  assert.equal(looks(), 1);
});

test('what comes to hold is waited for, and no look is made after it', async () => {
  const { condition, looks } = metAtLook(5);
  assert.equal((await waitFor(condition, 10_000)).value, 'at look 5');
  assert.equal(looks(), 5);
});

test('a look may take its time', async () => {
  const slow: Condition<number> = {
    what: 'a slow look',
    look: () => new Promise((done) => setImmediate(done, met(7))),
  };
  assert.equal((await waitFor(slow, 10_000)).value, 7);
});

test('with no time to wait it is still looked once', async () => {
  const { condition, looks } = metAtLook(1);
  await waitFor(condition, 0);
  assert.equal(looks(), 1);
});

test('what never holds is given up, with what was waited for, how long, and what was last seen', async () => {
  const { condition, looks } = metAtLook(Number.POSITIVE_INFINITY);
  await assert.rejects(waitFor(condition, 30), (error) => {
    assert.ok(error instanceof TimeOut);
    assert.equal(error.name, 'TimeOut');
    assert.equal(error.message, `waited 30 ms for look Infinity; last seen: look ${looks()}`);
    return true;
  });
  assert.ok(looks() > 1);
});

test('a look that fails ends the waiting with its own error', async () => {
  const broken: Condition = { what: 'nothing', look: () => Promise.reject(new Error('ps is not there')) };
  await assert.rejects(waitFor(broken, 10_000), { message: 'ps is not there' });
});

test('a look that does not come back ends the waiting too', async () => {
  const stuck = { what: 'an answer', look: () => new Promise<never>(() => {}) };
  await assert.rejects(waitFor(stuck, 0), {
    name: 'TimeOut',
    message: 'waited 0 ms for an answer; last seen: nothing: the look did not come back',
  });
});
