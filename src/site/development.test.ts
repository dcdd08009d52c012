/** `npm run dev`: the ordinary development server of Docusaurus, which shows a changed note and a changed record without a restart. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { browser } from '../../scripts/lib/browser';
import { type Development, SiteCopy } from '../../scripts/lib/site-copy';

const PATIENCE = 120_000; // a deadline, not a measure

let copy: SiteCopy;
let server: Development;
let chromium: Browser;

before(async () => {
  copy = new SiteCopy();
  server = await copy.develop();
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await server?.close();
  copy?.remove();
});

test('a page shows a change of its note, and one that is in a record alone', async () => {
  const page = await chromium.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${server.address}killing-httpd`, { timeout: PATIENCE });
  await page.getByRole('heading', { level: 1, name: "Killing httpd's parent" }).waitFor();
  await page.getByText('TERM: no SIGHUP among the').first().waitFor({ state: 'attached' });

  copy.change('notebooks/httpd.ipynb', (text) =>
    text.replaceAll('TERM: no SIGHUP among the', 'TERM: nothing among the'),
  );
  await page.getByText('TERM: nothing among the').first().waitFor({ state: 'attached' });

  copy.change('docs/killing-httpd.md', (text) => text.replace('## What happens', '## What happens then'));
  await page.getByRole('heading', { name: 'What happens then' }).waitFor();
  assert.equal(await page.getByText('TERM: no SIGHUP among the').count(), 0);
});

test('a recording is played, and a script of a recipe downloaded, as on the built pages', async () => {
  const page = await chromium.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${server.address}killing-a-script`, { timeout: PATIENCE });
  const figure = page.locator('.recording').first();
  await figure.scrollIntoViewIfNeeded();
  await figure.locator('input:enabled').press('End');
  assert.match(await figure.locator('pre').first().innerText(), /^abcdef$/m);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('#recipe-kill-a-script .recipe-script').click(),
  ]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^#!\/bin\/bash\n/);
});
