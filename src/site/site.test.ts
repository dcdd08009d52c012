/**
 * The site as a reader has it: built once, below a base path, served on loopback, and looked at in Chromium. What is wrong in a note or
 * a record is tested beside the plugins (src/remark/*.test.ts); here that it ends a build.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { browser } from '../../scripts/lib/browser';
import { readMarkdown } from '../../scripts/lib/markdown';
import { readRecipes } from '../../scripts/lib/recipes/recipe';
import { scriptOf } from '../../scripts/lib/recipes/script';
import { SiteCopy } from '../../scripts/lib/site-copy';
import { shownAt } from '../client/recording';
import { crawl } from './crawl';
import { htmlFiles } from './finish';
import type { Reel } from './recordings';
import { type Served, serve } from './serve';

const BASE = '/procnotes/';
const SITE = 'https://example.org';

/** A quotation in the language of the source, as a page may hold one. */
const CHINESE = '僵尸进程早已死亡，但仍在进程表中占有一个位置。';

let copy: SiteCopy;
let served: Served;
let chromium: Browser;

before(async () => {
  copy = new SiteCopy();
  copy.write('docs/zombies.md', `${copy.read('docs/zombies.md')}\n> ${CHINESE}\n`);
  const { status, said } = await copy.build({ BASE_URL: BASE, SITE_URL: SITE });
  assert.equal(status, 0, said);
  served = await serve(copy.built, BASE);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await served?.close();
  copy?.remove();
});

/** A page in a context of its own; what the browser complains of is in `complaints`. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page & { complaints: string[] }> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = (await context.newPage()) as Page & { complaints: string[] };
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  await page.goto(served.address + path);
  return page;
}

const done = (page: Page) => page.context().close();

/** One of each kind. */
const KINDS = {
  home: '',
  note: 'killing-httpd',
  notebook: 'notebooks/httpd',
  ledger: 'ledger',
  'cheat sheet': 'cheat-sheet',
  glossary: 'glossary',
  source: 'source',
  index: 'notes',
  'not found': 'no-such-page',
};

/** What axe finds on a page that was opened with `bypassCSP`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.length}, ${nodes[0]?.html.slice(0, 200)}`);
  });
}

const addresses = () => htmlFiles(copy.built).map((page) => page.replace(/(?:index)?\.html$/, ''));

describe('built pages', () => {
  test('every link, anchor, image and download resolves', () => {
    assert.deepEqual(crawl(copy.built, SITE, BASE), []);
  });

  test('a link that leads nowhere is told', async () => {
    const page = join(copy.built, 'orphans.html');
    const html = readFileSync(page, 'utf8');
    const broken = html.replace(
      '</article>',
      '<a href="/procnotes/nobody">x</a><img src=no.png><a href=#nowhere>y</a></article>',
    );
    const dangling = await copy.with(
      'build/orphans.html',
      () => broken,
      async () => crawl(copy.built, SITE, BASE),
    );
    assert.deepEqual(
      dangling.map(({ link, problem }) => `${link}: ${problem}`),
      [
        '/procnotes/nobody: there is no such file',
        'no.png: there is no such file',
        '#nowhere: the page has no such place',
      ],
    );
  });

  test('a note weighs at most 60 KB compressed, with its style sheet and its script', () => {
    const weight = (file: string) => gzipSync(readFileSync(join(copy.built, file))).length / 1024;
    for (const address of addresses()) {
      if (address.startsWith('notebooks/') || address === '404') continue;
      const file = address === '' ? 'index.html' : `${address}.html`;
      const html = readFileSync(join(copy.built, file), 'utf8');
      const assets = [...html.matchAll(/(?:href|src)="\/procnotes\/(assets\/[^"]+)"/g)].map(([, path = '']) => path);
      assert.equal(assets.length, 2, `${file} loads ${assets.join(', ')}`);
      const sum = [file, ...assets].reduce((kilobytes, part) => kilobytes + weight(part), 0);
      assert.ok(sum <= 60, `${file}: ${sum.toFixed(1)} KB`);
    }
  });

  test('each page is there as Markdown, and in the lists of all pages', () => {
    const read = (file: string) => readFileSync(join(copy.built, file), 'utf8');
    const llms = read('llms.txt');
    const sitemap = read('sitemap.xml');
    for (const address of addresses().filter((one) => one !== '' && one !== '404')) {
      assert.ok(read(`${address}.md`).startsWith('---'), address);
      assert.ok(llms.includes(`(${SITE}${BASE}${address}.md)`), `llms.txt has no ${address}`);
      assert.ok(sitemap.includes(`<loc>${SITE}${BASE}${address}</loc>`), `sitemap.xml has no ${address}`);
      assert.ok(read(`${address}.html`).includes(`rel="canonical" href="${SITE}${BASE}${address}"`), address);
    }
  });

  test('the ledger as JSON has every claim, with what was observed', () => {
    const { claims } = JSON.parse(readFileSync(join(copy.built, 'ledger.json'), 'utf8'));
    const httpd = claims.find(({ id }: { id: string }) => id === 'httpd.sighup-kills-them');
    assert.equal(httpd.verdict, 'refuted');
    assert.ok(httpd.arms.some(({ role }: { role: string }) => role === 'control'));
    const rows = readFileSync(join(copy.built, 'ledger.html'), 'utf8').match(/data-verdict=/g);
    assert.equal(rows?.length, claims.length);
  });
});

describe('in the browser', () => {
  test('no page violates its content security policy, and none complains', async () => {
    const page = await open('');
    for (const address of addresses()) {
      await page.goto(served.address + address);
      const policy = await page.getAttribute('meta[http-equiv=Content-Security-Policy]', 'content');
      assert.ok(policy && !/'unsafe-(?:eval|inline)'/.test(policy), address);
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        true,
        `${address} is too wide`,
      );
    }
    assert.deepEqual(page.complaints, []);
    await done(page);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      test(`axe finds nothing on any kind of page, ${colorScheme}, ${width} px`, async () => {
        const page = await open('', { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        for (const [kind, path] of Object.entries(KINDS)) {
          await page.goto(served.address + path);
          assert.deepEqual(await violations(page), [], kind);
        }
        await done(page);
      });
    }
  }

  test('at 320 px no page is wider than the screen', async () => {
    const page = await open('', { viewport: { width: 320, height: 600 } });
    for (const path of Object.values(KINDS)) {
      await page.goto(served.address + path);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
    }
    await done(page);
  });

  test('from a claim to its evidence, its notebook, and the record to download', async () => {
    const page = await open('killing-httpd#httpd-children-die');
    const claim = page.locator('#httpd-children-die');
    assert.match((await claim.innerText()).replace(/\s+/g, ' '), /● confirmed httpd\.children-die/);
    await claim.getByText('Evidence', { exact: true }).click();
    assert.equal(await claim.locator('.lifeline svg').first().isVisible(), true);
    const cited = claim.locator('.cited a').first();
    const [, place] = ((await cited.getAttribute('href')) ?? '').split('#');
    await cited.click();
    await page.waitForURL(/notebooks\/httpd#arm-/);
    assert.equal(await page.locator(`[id="${place}"]`).isVisible(), true, 'the observation is unfolded');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
    assert.equal(download.suggestedFilename(), 'httpd.ipynb');
    assert.deepEqual(readFileSync(await download.path()), readFileSync(join(copy.folder, 'notebooks/httpd.ipynb')));
    await done(page);
  });

  test('what the copy button copies is the fence, byte for byte', async () => {
    const { blocks } = readMarkdown(copy.read('docs/cheat-sheet.md'), 'docs/cheat-sheet.md', 'note');
    const fences = blocks.flatMap((block) =>
      block.kind === 'fence' && block.info.startsWith('sh') ? [block.content] : [],
    );
    const page = await open('cheat-sheet', { permissions: ['clipboard-read', 'clipboard-write'] });
    const buttons = page.locator('[data-copy]');
    assert.equal(await buttons.count(), fences.length);
    for (const [at, fence] of fences.entries()) {
      await buttons.nth(at).click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), fence);
    }
    assert.equal(await buttons.last().innerText(), 'Copied');
    await done(page);
  });

  test('the theme is switched, kept, and there before the first paint', async () => {
    const page = await open('zombies', { colorScheme: 'light' });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.click('[data-theme-toggle]');
    const dark = await ground();
    assert.notEqual(dark, light);
    assert.equal(await page.getAttribute('[data-theme-toggle]', 'aria-pressed'), 'true');
    await page.goto(`${served.address}orphans`, { waitUntil: 'commit' });
    await page.waitForSelector('header');
    assert.equal(await ground(), dark);
    await done(page);
  });

  test('on a phone the menu opens, names the page, and closes with Escape', async () => {
    const page = await open('zombies', { viewport: { width: 390, height: 800 } });
    const list = page.locator('#sidebar');
    assert.equal(await list.isVisible(), false);
    await page.click('[data-menu]');
    assert.equal(await list.isVisible(), true);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'What a zombie is');
    await page.keyboard.press('Escape');
    assert.equal(await list.isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Menu');
    await page.click('[data-menu]');
    await list.getByText('Orphans', { exact: true }).first().click();
    await page.waitForURL(/\/orphans$/);
    await done(page);
  });

  test('without a script everything can be read, and nothing is shown that does nothing', async () => {
    const page = await open('killing-httpd', { javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
    assert.equal(await page.locator('#sidebar').isVisible(), true);
    for (const useless of ['[data-copy]', '[data-search]', '[data-theme-toggle]', '[data-menu]']) {
      assert.equal(await page.locator(useless).first().isVisible(), false, useless);
    }
    const claim = page.locator('#httpd-sighup-kills-them');
    assert.match(await claim.innerText(), /refuted/);
    await claim.locator('summary').click();
    assert.match(await claim.innerText(), /8 of 8 children took SIGHUP/);
    await page.goto(`${served.address}ledger`);
    assert.equal(await page.locator('[data-ledger-filter]').isVisible(), false);
    assert.equal(await page.locator('#zombie-slot').isVisible(), true);
    await done(page);
  });

  test('an address that is none leads on to the cheat sheet, the notes and the ledger', async () => {
    const page = await open('no-such-page');
    const ways = await page.$$eval('main a', (links) => links.map((link) => (link as HTMLAnchorElement).pathname));
    assert.deepEqual(
      ways,
      ['cheat-sheet', 'notes', 'ledger'].map((name) => BASE + name),
    );
    await done(page);
  });

  test('the ledger is filtered, and the address brings the choice back', async () => {
    const page = await open('ledger');
    const shown = () => page.locator('.ledger > li:visible').count();
    const all = await shown();
    await page.selectOption('[name=verdict]', 'refuted');
    await page.selectOption('[name=origin]', 'source');
    const refuted = await shown();
    assert.ok(refuted > 0 && refuted < all);
    assert.equal(await page.textContent('.ledger-filter output'), `${refuted} of ${all} claims`);
    assert.match(page.url(), /\?origin=source&verdict=refuted$/);
    await page.reload();
    assert.equal(await shown(), refuted);
    await page.fill('[name=words]', 'SIGHUP be sent');
    assert.equal(await shown(), 1);
    await done(page);
  });

  test('a lifeline is stepped through with the keyboard, and a table shows the processes of that moment', async () => {
    const page = await open('');
    await page.click('.step-through');
    const table = page.locator('.moment table');
    assert.doesNotMatch(await table.innerText(), /apache2/);
    const line = () => page.getAttribute('.lifeline .wide .now', 'x1');
    const began = Number(await line());
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('ArrowRight');
    assert.match(await table.innerText(), /apache2/);
    assert.ok(Number(await line()) > began);
    assert.match((await page.getAttribute('.moment input', 'aria-valuetext')) ?? '', /^[\d.]+ ms: \S/);
    await page.keyboard.press('End');
    await done(page);
  });

  test('a term of the glossary shows its definition on focus and on hover, and Escape takes it away', async () => {
    const page = await open('orphans');
    const term = page.locator('.term').first();
    await term.focus();
    assert.equal(await page.textContent('[role=tooltip]'), await term.getAttribute('data-definition'));
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('[role=tooltip]').count(), 0);
    await term.hover();
    assert.equal(await page.locator('[role=tooltip]').isVisible(), true);
    await done(page);
  });

  test('the cheat sheet can be printed: paper, without what is for a screen', async () => {
    const page = await open('cheat-sheet', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['.site-head', '#sidebar', '[data-copy]'])
      assert.equal(await page.locator(gone).first().isVisible(), false, gone);
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
      'rgb(255, 255, 255)',
    );
    const pdf = await page.pdf({ format: 'A4' });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(pages >= 1 && pages <= 10, `${pages} pages`);
    await done(page);
  });
});

describe('a recorded run', () => {
  const NOTE = 'killing-a-script';
  const figure = (page: Page) => page.locator('.recording').first();
  const slider = (page: Page) => figure(page).locator('input');
  const texts = (page: Page) => figure(page).locator('pre').allTextContents();
  const reel = (): Reel => {
    const [file] = readdirSync(join(copy.built, 'recordings')).filter((name) => /^kill-a-script\..*\.json$/.test(name));
    return JSON.parse(readFileSync(join(copy.built, 'recordings', file ?? ''), 'utf8'));
  };
  const asText = ({ screens }: { screens: string[][] }) =>
    screens.map((lines) => lines.map((line) => `${line}\n`).join(''));

  /** The note, scrolled to its figure, whose frames have come. */
  async function near(options: BrowserContextOptions = {}, path = NOTE): Promise<Page & { complaints: string[] }> {
    const page = await open(path, options);
    await figure(page).scrollIntoViewIfNeeded();
    await figure(page).locator('button:enabled').waitFor();
    return page;
  }

  /** From now on the page's clock goes only when it is told to. */
  async function still(page: Page): Promise<void> {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 3_600_000);
  }

  test('is fetched when it comes near, and not before; nothing moves', async () => {
    const page = await open('');
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const frames = () => asked.filter((path) => path.startsWith(`${BASE}recordings/`));
    await page.goto(served.address + NOTE, { waitUntil: 'networkidle' });
    assert.deepEqual(frames(), []);
    await figure(page).scrollIntoViewIfNeeded();
    await figure(page).locator('button:enabled').waitFor();
    await slider(page).press('End');
    assert.deepEqual(frames(), [await figure(page).getAttribute('data-recording')]);
    assert.deepEqual(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts), []);
    assert.deepEqual(page.complaints, []);
    await done(page);
  });

  test('is moved through with the keyboard: all terminals show the same moment, at the end what the page says', async () => {
    const page = await near();
    const { frames, terminals } = reel();
    assert.ok(frames.length >= 10 && terminals.length === 2);
    await slider(page).focus();
    for (const [step, { at }] of frames.entries()) {
      assert.deepEqual(await texts(page), asText(shownAt(reel(), step)), `step ${step}`);
      const said = await slider(page).getAttribute('aria-valuetext');
      assert.match(said ?? '', /^\d+\.\d\d s · Terminal [12](?:: paste| shows more)$/);
      assert.equal(said, await figure(page).locator('.caption').innerText());
      assert.ok(said?.startsWith(`${(at / 1000).toFixed(2)} s`));
      await page.keyboard.press('ArrowRight');
    }
    const [first = '', second = ''] = await texts(page);
    assert.match(
      first,
      /^abcdef\nA Begin\nB Begin\nTerminated\nls: cannot access 'abcdef': No such file or directory\n/m,
    );
    assert.match(second, /^ +PID +PPID +PGID COMMAND\n +\d+ +1 +\d+ sh b\.sh\n/m);
    await done(page);
  });

  test('is played at a pace to read by, from its beginning to its end, and can be paused', async () => {
    const page = await near({ reducedMotion: 'reduce' });
    await still(page);
    const button = figure(page).locator('button');
    const { frames } = reel();
    const step = async () => Number(await slider(page).inputValue());
    await page.clock.runFor(60_000);
    assert.equal(await step(), 0, 'it does not play by itself');
    await button.click();
    assert.equal(await button.innerText(), 'Pause');
    for (const [at, frame] of frames.entries()) {
      assert.equal(await step(), at);
      const gap = (frames[at + 1]?.at ?? 0) - frame.at;
      await page.clock.runFor(Math.min(Math.max(gap, 350), 2_000) - 2);
      assert.equal(await step(), at);
      await page.clock.runFor(2);
    }
    assert.equal(await button.innerText(), 'Play');
    assert.deepEqual(await texts(page), asText(shownAt(reel(), frames.length - 1)));
    await button.click();
    await page.clock.runFor(350);
    assert.equal(await step(), 1, 'it begins again');
    await button.click();
    await page.clock.runFor(60_000);
    assert.equal(await step(), 1, 'paused');
    await done(page);
  });

  test('what is selected in a terminal stays selected, also while lines come after it', async () => {
    const page = await near();
    await still(page);
    await slider(page).press('End');
    for (let back = 0; back < 2; back += 1) await slider(page).press('ArrowLeft');
    const select = () =>
      figure(page)
        .locator('pre')
        .first()
        .evaluate((pre) => {
          const range = document.createRange();
          range.setStart(pre.childNodes[1] as Node, 0);
          range.setEnd(pre.childNodes[4] as Node, 3);
          getSelection()?.removeAllRanges();
          getSelection()?.addRange(range);
        });
    const selected = () => page.evaluate(() => String(getSelection()));
    await select();
    const words = await selected();
    assert.match(words, /^d=\$\(mktemp -d \/tmp\/kill-a-script/);
    await figure(page).locator('button').click();
    await page.clock.runFor(60_000);
    assert.equal(await slider(page).inputValue(), await slider(page).getAttribute('max'));
    assert.equal(await selected(), words);
    await done(page);
  });

  test('a window that is closed is shown as closed', async () => {
    const page = await near({}, 'nohup-disown-setsid');
    const closed = figure(page).locator('.screen-closed:visible');
    assert.equal(await closed.count(), 0);
    await slider(page).press('End');
    assert.equal(await closed.count(), 1);
    await done(page);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing in it, ${colorScheme}, and it fits 320 px`, async () => {
      const page = await near({ colorScheme, bypassCSP: true }, 'nohup-disown-setsid');
      await slider(page).press('End');
      assert.deepEqual(await violations(page), []);
      await page.setViewportSize({ width: 320, height: 600 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      await done(page);
    });
  }

  test('without a script it is what can be downloaded; on paper it is not there', async () => {
    const page = await open(NOTE, { javaScriptEnabled: false });
    assert.equal(await page.locator('.player:visible').count(), 0);
    const link = figure(page).getByText('Terminal 2', { exact: true }).last();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.equal(download.suggestedFilename(), 'kill-a-script.2.cast');
    assert.equal(readFileSync(await download.path(), 'utf8'), copy.read('docs/recordings/kill-a-script.2.cast'));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await figure(page).isVisible(), false);
    await done(page);
  });
});

test('a recipe is there as a script to download, with its pastes byte for byte; its copy on the cheat sheet leads there too', async () => {
  const recipes = readRecipes([{ file: 'docs/killing-a-script.md', text: copy.read('docs/killing-a-script.md') }]);
  const [recipe] = recipes;
  assert.ok(recipe);
  for (const path of ['killing-a-script', 'cheat-sheet']) {
    const page = await open(path, { javaScriptEnabled: false });
    const link = page.locator(`#recipe-${recipe.id} .recipe-script`);
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.equal(download.suggestedFilename(), 'kill-a-script.sh');
    const text = readFileSync(await download.path(), 'utf8');
    assert.equal(text, scriptOf(recipe));
    for (const step of recipe.steps) if (step.do === 'paste') assert.ok(text.includes(step.code));
    await done(page);
  }
});

/** The questions of people, and the pages that answer them; the cheat sheet's own section is right too. */
const QUESTIONS: [string, string[]][] = [
  ['bind: Address already in use after restarting my server', ['reuseaddr', 'address-in-use']],
  ['SO_REUSEADDR set but still Address already in use', ['address-in-use']],
  ['difference between SO_REUSEADDR and SO_REUSEPORT on Linux', ['reuseport']],
  ['how to get rid of a TIME_WAIT socket', ['time-wait']],
  ['kill -9 does not remove a defunct process', ['getting-rid-of-zombies']],
  ['zombies under PID 1 in a container; healthcheck defunct', ['pid-1-in-a-container']],
  ['wait vs waitpid WNOHANG in a SIGCHLD handler, still zombies', ['waitpid-loop', 'sigchld']],
  ['accept: Interrupted system call after a child exits', ['eintr']],
  ['killing the parent does not kill the children; how to kill a process tree', ['killing-a-script']],
  ['Ctrl-C kills everything but kill PID does not', ['ctrl-c']],
  ['nohup vs disown vs setsid vs &', ['nohup-disown-setsid']],
  ['why does my background process survive, or die, when I close the terminal', ['hang-up', 'nohup-disown-setsid']],
  ['httpd "caught SIGWINCH, shutting down gracefully"', ['httpd-signals']],
  ['kill -9 of the apache parent: children keep port 80, cannot restart', ['killing-httpd']],
  ['parent PID is not 1 after the parent died', ['orphans']],
];

const WORDS: [string, string[]][] = [
  ['<defunct>', ['zombies']],
  ['EADDRINUSE', ['address-in-use', 'reuseaddr']],
  ['waitpid', ['waitpid-loop', 'sigchld']],
  ['SIGHUP', ['hang-up', 'who-is-told']],
  ['Address already in use', ['address-in-use']],
  ['僵尸', ['zombies']],
  ['进程表', ['zombies']],
];

describe('the search', () => {
  let page: Page & { complaints: string[] };
  before(async () => {
    page = await open('zombies');
    await page.keyboard.press('/');
  });
  after(() => done(page));

  /** Where the first hit leads: the page, and the place in it. */
  async function firstHit(words: string): Promise<[string, string]> {
    await page.fill('dialog input', words);
    await page.locator('dialog ol[data-for]').waitFor({ state: 'attached' });
    await page.waitForFunction(
      (typed) => document.querySelector<HTMLElement>('dialog ol')?.dataset.for === typed,
      words,
    );
    const [first] = await page.$$eval('dialog ol a', (links) => links.map((link) => (link as HTMLAnchorElement).href));
    const { pathname, hash } = new URL(first ?? served.address);
    return [pathname.slice(BASE.length), hash.slice(1)];
  }

  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');

  test('finds at least 13 of the 15 questions at first hit', async () => {
    const wrong: string[] = [];
    for (const [question, right] of QUESTIONS) {
      const [where, place] = await firstHit(question);
      const ofSheet = where === 'cheat-sheet' && letters(place) === letters(question);
      if (!right.includes(where) && !ofSheet) wrong.push(`${question}: ${where}#${place}`);
    }
    assert.ok(QUESTIONS.length - wrong.length >= 13, wrong.join('\n'));
  });

  for (const [words, right] of WORDS) {
    test(`finds ${words}`, async () => {
      const [where] = await firstHit(words);
      assert.ok(right.includes(where), where);
    });
  }

  test('says so when there is nothing, and asks nobody outside', async () => {
    await page.fill('dialog input', 'xyzzyplugh');
    await page.locator('dialog p', { hasText: 'Nothing found.' }).waitFor();
    assert.deepEqual(page.complaints, []);
  });

  test('goes through the hits with the arrow keys, and Enter opens one', async () => {
    await firstHit('subreaper');
    await page.keyboard.press('ArrowDown');
    const href = await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href);
    await page.keyboard.press('Enter');
    await page.waitForURL(href);
  });
});

describe('a build', () => {
  test('shows a change that is in a record alone, with a warm cache', async () => {
    const change = (text: string) => text.replaceAll('TERM: no SIGHUP among the', 'TERM: nothing among the');
    await copy.with('notebooks/httpd.ipynb', change, async () => {
      const { status, said } = await copy.build({ BASE_URL: BASE, SITE_URL: SITE });
      assert.equal(status, 0, said);
      for (const page of ['notebooks/httpd.html', 'killing-httpd.html', 'ledger.html']) {
        assert.match(readFileSync(join(copy.built, page), 'utf8'), /TERM: nothing among the/, page);
      }
    });
  });

  const fails = async (file: string, change: (text: string) => string, message: RegExp) => {
    const { status, said } = await copy.with(file, change, () => copy.build({ BASE_URL: BASE, SITE_URL: SITE }));
    assert.notEqual(status, 0);
    assert.match(said, message);
  };

  test('fails for an image that is not there, with its place', () =>
    fails(
      'docs/orphans.md',
      (text) => `${text}\n![a picture](no-such.png)\n`,
      /docs\/orphans\.md:\d+: broken image "no-such\.png"/,
    ));

  test('fails for a claim that no notebook tests, with its place', () =>
    fails(
      'docs/orphans.md',
      (text) => text.replace(/id="orphan[^"]*"/, 'id="orphan.nobody-tests"'),
      /docs\/orphans\.md:\d+: no notebook tests claim "orphan\.nobody-tests"/,
    ));

  test('fails where cells and record differ, with the line of the cell', () =>
    fails(
      'notebooks/zombies.md',
      (text) => text.replace('await experiment(', 'await  experiment('),
      /notebooks\/zombies\.md:\d+: code cell ".*" reads otherwise in the \.ipynb/,
    ));

  test('fails for a recording of another text than its recipe has now, with how to mend it', () =>
    fails(
      'docs/recordings/ctrl-c.1.cast',
      (text) => text.replace(/"body":"[0-9a-f]{64}"/, `"body":"${'0'.repeat(64)}"`),
      /docs\/recordings\/ctrl-c\.1\.cast:1: it was recorded of another text .*record it again: npm run recipes -- --record ctrl-c/,
    ));
});
