/** What a page costs a reader: bytes over the line, and the time to its largest text, in Chromium on loopback. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serve } from '../../src/site/serve';
import { browser } from '../lib/browser';
import { PROJECT, Refusal } from '../lib/project';
import { spreadOf } from '../lib/spread';
import type { Bench } from './bench';

const BUILT = join(PROJECT, 'build');

const PAGES = ['index', 'killing-httpd', 'chat', 'ledger', 'cheat-sheet', 'notebooks/httpd', 'notebooks/sessions'];

/** A phone of the middle sort on a 4G line, as Lighthouse has it: 150 ms, 1.6 Mbit/s, a quarter of this processor. */
const LINE = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOWER = 4;

interface Load {
  /** ms until the largest text or picture stood there; Largest Contentful Paint. */
  paint: number;
  /** Cumulative Layout Shift. */
  shift: number;
}

export const site: Bench = {
  name: 'site',
  what: 'pages of build/: KB compressed (html, css, js), largest paint and layout shift on a slow phone',
  async run(rounds) {
    if (!existsSync(join(BUILT, 'index.html'))) throw new Refusal('there is no build/; run: npm run build');
    const served = await serve(BUILT);
    const chromium = await browser();
    try {
      const results: [string, string][] = [];
      for (const name of PAGES) {
        const loads: Load[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const context = await chromium.newContext({ viewport: { width: 412, height: 823 } });
          const page = await context.newPage();
          const line = await context.newCDPSession(page);
          await line.send('Network.enable');
          await line.send('Network.emulateNetworkConditions', LINE);
          await line.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
          await page.goto(served.address + (name === 'index' ? '' : name), { waitUntil: 'networkidle' });
          loads.push((await page.evaluate(PAINTED)) as Load);
          await context.close();
        }
        const paint = spreadOf(loads.map((load) => load.paint));
        const shift = Math.max(...loads.map((load) => load.shift));
        results.push([name, `${weights(name)}; painted ${paint.median.toFixed(0)} ms; shift ${shift.toFixed(3)}`]);
      }
      return results;
    } finally {
      await chromium.close();
      await served.close();
    }
  },
};

/** `9.1 + 4.6 + 4.0 = 17.7 KB`: html, css and js of a page. */
function weights(name: string): string {
  const html = readFileSync(join(BUILT, `${name}.html`));
  const assets = [...html.toString().matchAll(/(?:href|src)="[^"]*?(assets\/[^"]+)"/g)].map(([, path = '']) => path);
  const files = [html, ...assets.map((path) => readFileSync(join(BUILT, path)))];
  const kilobytes = files.map((file) => gzipSync(file).length / 1024);
  const sum = kilobytes.reduce((all, one) => all + one, 0);
  return `${kilobytes.map((one) => one.toFixed(1)).join(' + ')} = ${sum.toFixed(1)} KB`;
}

/** In the page. Text, as a script in a page knows types that this program does not. */
const PAINTED = `new Promise((resolve) => {
  let paint = 0;
  let shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) paint = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve({ paint, shift }), 200);
})`;
