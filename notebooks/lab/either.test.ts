import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, either, waitFor } from './until';

const never: Condition<string> = { what: 'never', look: () => ({ met: 'no', seen: 'nothing' }) };
const always: Condition<string> = { what: 'always', look: () => ({ met: 'yes', value: 'it', witness: 'the test' }) };

test('one of two conditions is enough, whichever it is', async () => {
  assert.equal((await waitFor(either(always, never), 1000)).value, 'it');
  assert.equal((await waitFor(either(never, always), 1000)).value, 'it');
});

test('waited for both in vain, it says what was seen of each', async () => {
  await assert.rejects(waitFor(either(never, never), 0), /for never, or never; last seen: nothing; nothing/);
});
