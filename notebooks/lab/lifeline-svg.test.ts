import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf, historyOf } from './fixtures/histories';
import { lifeline, lifelinePicture } from './lifeline';
import { hues } from './lifeline-svg';

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [more = 0, less = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (more + 0.05) / (less + 0.05);
}

test('every hue stands out from a light and from a dark page by 3 to 1 or more', () => {
  for (const [name, hue] of Object.entries(hues))
    for (const ground of ['#ffffff', '#1b1b1d'])
      assert.ok(contrast(hue, ground) >= 3, `${name} on ${ground}: ${contrast(hue, ground).toFixed(2)}`);
});

const of = lifeline(
  historyOf('kill a.sh', [
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exec', pid: 2, path: './a.sh' }),
    eventOf({ event: 'fork', pid: 2, child: 3 }),
    eventOf({ event: 'signal', pid: 2, signal: 'SIGTERM', code: 'SI_KERNEL', fate: 'delivered' }),
    eventOf({ event: 'exit', pid: 2, signal: 'SIGTERM' }),
    eventOf({ event: 'reparent', pid: 3, from: 2, to: 1 }),
    eventOf({ event: 'reap', pid: 1, child: 2 }),
  ]),
);

test('who does not see the picture is told the story', () => {
  const [, told = ''] = /<desc [^>]*>([^<]*)<\/desc>/.exec(lifelinePicture(of, 960)) ?? [];
  assert.match(
    told,
    /kernel → a\.sh \(2\): SIGTERM\. .*a\.sh \(2\) is killed by SIGTERM, a zombie for 2 ms until init \(1\) waits\./,
  );
  assert.match(told, /init \(1\) adopts a\.sh \(3\)\./);
});

test('on a page a picture has the ink of the page; by itself it brings paper', () => {
  assert.doesNotMatch(lifelinePicture(of, 960), /color="#|fill="#fff"/);
  assert.match(lifelinePicture(of, 960, 'paper'), / color="#1b1b1d".*<rect width="960" height="\d+" fill="#fff"\/>/s);
});

test('two widths of one history have other ids, so that both can stand on one page', () => {
  const idsOf = (width: number) => [...lifelinePicture(of, width).matchAll(/ id="(\w+)"/g)].map(([, id]) => id);
  const all = [...idsOf(360), ...idsOf(1200)];
  assert.equal(new Set(all).size, 4, all.join(' '));
});
