/** Lighthouse's own judgement of pages of build/, as of a phone. It is no dependency (185 MB): npm fetches it when this is asked for. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../notebooks/lab/programs';
import { serve } from '../../src/site/serve';
import { QUIET } from '../lib/browser';
import { PROJECT, Refusal } from '../lib/project';
import { spreadOf } from '../lib/spread';
import type { Bench } from './bench';

const VERSION = '12.8.2'; // the last that runs on Node 20

const BUILT = join(PROJECT, 'build');

/** One of each kind; and the notebook with the most in it. */
const PAGES = ['', 'killing-httpd', 'chat', 'ledger', 'cheat-sheet', 'glossary', 'source', 'notebooks/httpd'];

/** What every page has to reach, of 100. */
const LEAST: Record<string, number> = { performance: 98, accessibility: 100, 'best-practices': 100, seo: 100 };

interface Report {
  categories: Record<string, { score: number }>;
  /** In ms, but for the layout shift, which has no unit. */
  audits: Record<string, { numericValue?: number }>;
}

export const lighthouse: Bench = {
  name: 'lighthouse',
  what: `pages of build/ before Lighthouse ${VERSION}, mobile: points of 100, largest paint, layout shift`,
  onlyByName: 'yes',
  async run(rounds) {
    if (!existsSync(join(BUILT, 'index.html'))) throw new Refusal('there is no build/; run: npm run build');
    const chromium = findProgram('chromium');
    if (chromium === undefined) throw new Refusal('chromium is missing; run: npm run setup');
    const served = await serve(BUILT);
    try {
      const results: [string, string][] = [];
      for (const page of PAGES) {
        const reports: Report[] = [];
        for (let round = 0; round < rounds; round += 1) reports.push(await audit(served.address + page, chromium));
        results.push([page === '' ? 'index' : page, said(reports)]);
      }
      return results;
    } finally {
      await served.close();
    }
  },
};

async function audit(address: string, chromium: string): Promise<Report> {
  const flags = ['--headless', ...QUIET].join(' ');
  const options = ['--quiet', '--output=json', '--output-path=stdout', `--chrome-flags=${flags}`];
  const { stdout } = await promisify(execFile)(
    'npm',
    ['exec', '--yes', '--', `lighthouse@${VERSION}`, address, ...options],
    { env: { ...process.env, CHROME_PATH: chromium }, maxBuffer: 100e6 },
  );
  return JSON.parse(stdout) as Report;
}

/** `performance 100, …; painted 1012 ms; shift 0.000`, medians; with what falls short. */
function said(reports: Report[]): string {
  const median = (value: (report: Report) => number | undefined) =>
    spreadOf(reports.map((report) => value(report) ?? Number.NaN)).median;
  const points = Object.entries(LEAST).map(([name, least]) => {
    const score = Math.round(100 * median(({ categories }) => categories[name]?.score));
    return `${name} ${score}${score >= least ? '' : ` (less than ${least})`}`;
  });
  const paint = median(({ audits }) => audits['largest-contentful-paint']?.numericValue);
  const shift = median(({ audits }) => audits['cumulative-layout-shift']?.numericValue);
  return `${points.join(', ')}; painted ${paint.toFixed(0)} ms; shift ${shift.toFixed(3)}`;
}
