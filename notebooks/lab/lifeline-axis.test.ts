import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clock, span, timeAxis } from './lifeline-axis';

const options = { range: [0, 900] as [number, number], cut: 46, cuts: 4 };

test('a minute of silence does not crush the milliseconds around it: it is cut, and the cut says how long it was', () => {
  const axis = timeAxis([10, 10.3, 12, 60_012, 60_015], options);
  assert.deepEqual(
    axis.breaks.map(({ from, to, x0, x1, label }) => [from, to, Math.round(x1 - x0), label]),
    [[12, 60_012, 46, '60 s']],
  );
  assert.ok(axis.x(12) - axis.x(10.3) > 100 && axis.x(60_015) - axis.x(60_012) > 100);
});

test('short steps are never cut, and there are no more cuts than asked for, of the longest silences', () => {
  assert.deepEqual(timeAxis([0, 199, 300], options).breaks, []);
  const cut = timeAxis([0, 300, 1000, 1400], { ...options, cuts: 1 }).breaks;
  assert.deepEqual(
    cut.map(({ label }) => label),
    ['700 ms'],
  );
});

test('what comes later is never further left, and all is within the range', () => {
  const moments = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(moments, fc.integer({ min: 100, max: 1200 }), (whens, width) => {
      const axis = timeAxis(whens, { range: [0, width], cut: 46, cuts: 3 });
      const places = [...whens].sort((a, b) => a - b).map((when) => axis.x(when));
      assert.ok(
        places.every((x, i) => x >= (places[i - 1] ?? 0) - 1e-6 && x <= width + 1e-6),
        places.join(' '),
      );
    }),
  );
});

test('moments and durations are written as one would say them', () => {
  assert.deepEqual(
    [0, 38.4, 1036.04, 60_013].map((when) => clock(when)),
    ['0 ms', '38.4 ms', '1036 ms', '60.013 s'],
  );
  assert.deepEqual([0.4, 38.4, 975, 1500, 60_000].map(span), ['0.4 ms', '38 ms', '975 ms', '1.5 s', '60 s']);
});
