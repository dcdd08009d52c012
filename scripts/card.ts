/** npm run card: writes static/social-card.png, the picture that goes with a link to the site. */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadContent } from '../src/site/content';
import { lifelineData } from '../src/site/lifelines';
import { browser } from './lib/browser';
import { command } from './lib/command';
import { PROJECT, Refusal } from './lib/project';

/** px, as the Open Graph protocol's readers want it. */
const SIZE = { width: 1200, height: 630 };

async function main(): Promise<void> {
  new Command('card').description('writes static/social-card.png').parse();
  const { notebooks } = await loadContent();
  const history = notebooks.get('httpd')?.histories.get('TERM')?.history;
  const picture = history && lifelineData(history, 'card')?.wide;
  if (picture === undefined) throw new Refusal('the notebook httpd has no arm TERM; run: npm run record -- httpd');
  const chromium = await browser();
  try {
    const page = await chromium.newPage({ viewport: SIZE });
    await page.setContent(`<body style="margin:0;padding:48px 56px;background:#fffefb;color:#1d1f21;display:grid;grid-template-columns:380px 1fr;gap:40px">
      <div style="font:600 50px/1.15 Charter,Cambria,'DejaVu Serif',serif">procnotes
      <p style="font-weight:400;font-size:32px;line-height:1.35;margin:32px 0">Unix process notes that prove themselves</p></div>${picture}</body>`);
    await page.screenshot({ path: join(PROJECT, 'static/social-card.png') });
  } finally {
    await chromium.close();
  }
}

command(main);
