/**
 * The pictures of some histories, as they were when somebody last looked at them. The histories stand in fixtures/lifelines/NAME.json
 * (recorded from real runs, but for `by-hand`), beside each its picture at 360 and at 1,200 px and its text.
 *
 * When a picture has to change: GOLDEN=write npx tsx --test notebooks/lab/lifeline-golden.test.ts
 * and then look at them, in a browser, light and dark, before they are committed. Without GOLDEN nothing is ever written.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { histogram, histogramSvg, histogramText } from './histogram';
import type { HistoryRecord } from './history';
import { lifelinePicture } from './lifeline';
import { lifelineOf } from './lifeline-reader';
import { sceneOf } from './lifeline-scene';
import { lifelineText } from './lifeline-text';

const folder = join(__dirname, 'fixtures', 'lifelines');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));

function golden(file: string, is: string): void {
  const path = join(folder, file);
  if (process.env.GOLDEN === 'write') writeFileSync(path, is);
  assert.equal(is, readFileSync(path, 'utf8'), `${file} has changed; its test says how to write it anew`);
}

for (const name of names) {
  const record = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as HistoryRecord;
  const of = lifelineOf(record);
  for (const width of [360, 1200])
    test(`the picture of ${name} at ${width} px is as it was looked at`, () => {
      golden(`${name}-${width}.svg`, `${lifelinePicture(of, width)}\n`);
    });
  test(`the text of ${name} is as it was looked at`, () => {
    golden(`${name}.txt`, `${lifelineText(sceneOf(of))}\n`);
  });
}

test('histograms are as they were looked at', () => {
  const of = histogram('zombies left', [
    { name: 'wait, all CPUs', counts: [12, 340, 402, 201, 45, 0], trials: 1000 },
    { name: 'waitpid loop, all CPUs', counts: [1000, 0, 0, 0, 0, 0], trials: 1000 },
    {
      name: 'SIG_IGN, a name that is rather long for what there is, all CPUs',
      counts: [999, 1, 0, 0, 0, 0],
      trials: 1000,
    },
    { name: 'no handler', because: 'needs cc (apt-get install gcc)' },
  ]);
  for (const width of [360, 1200]) golden(`histogram-${width}.svg`, `${histogramSvg(of, width)}\n`);
  golden('histogram.txt', `${histogramText(of)}\n`);
});
