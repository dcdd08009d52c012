/** The pure pieces that pages are made of. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { asWords } from '../client/find';
import { loadContent } from './content';
import { repository } from './git';
import { highlight } from './highlight';
import { inlineHtml } from './inline';
import { checkLanguages } from './languages';
import { lifelineData, widths, withIds } from './lifelines';
import { pageAddress } from './links';
import { noteGroups } from './note-groups';
import { withPolicy } from './policy';
import { sanitise } from './sanitise';
import { segmented } from './segmented';

test('recorded HTML can do nothing: no script, no handler, no style, nothing from elsewhere', () => {
  const bad = `<pre onclick="x()">a</pre><script>x()</script><img src=x onerror="x()"><a href="javascript:x()">b</a>
    <iframe src="//x"></iframe><p style="color:red">c</p><svg><use href="https://x/y#z"/><g fill="url(https://x)" onload="x()"/>
    <foreignObject><p>d</p></foreignObject><animate onbegin="x()"/></svg>`;
  const clean = sanitise(bad);
  assert.doesNotMatch(
    clean,
    /script|onclick|onerror|onload|onbegin|javascript:|iframe|style|https:|foreignObject|animate|<img/,
  );
  assert.match(clean, /<pre tabindex="0">a<\/pre>/);
});

test('a recorded drawing stays as it was drawn', () => {
  const svg =
    '<svg viewBox="0 0 9 9" role="img"><defs><marker id="m" markerWidth="3"></marker></defs><path d="M0 0h9" marker-end="url(#m)"></path></svg>';
  assert.equal(sanitise(svg), svg);
});

test('a policy allows the inline scripts of its page by hash, and no other', () => {
  const html = withPolicy('<html><head>\n<script>a()</script><script src=/x.js defer></script></head></html>');
  const hash = createHash('sha256').update('a()').digest('base64');
  assert.ok(html.includes(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}';`));
  assert.doesNotMatch(html, /unsafe-inline|unsafe-eval'[^ ;]*eval|'unsafe-eval'/);
});

test('what is typed becomes the words of the index', () => {
  assert.equal(asWords('<defunct>'), 'defunct');
  assert.equal(asWords('kill -9 of "caught SIGWINCH", now?'), 'kill 9 of caught SIGWINCH now');
  assert.equal(asWords('SO_REUSEADDR & b.sh'), 'SO_REUSEADDR b.sh');
});

test('Chinese text is parted into words, other text is not', () => {
  assert.equal(segmented('僵尸进程 is a zombie'), '僵尸 进程 is a zombie');
});

test('a page that the index of notes does not list is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'procnotes-groups-'));
  writeFileSync(join(folder, 'index.md'), '**One**\n\n- [A](a.md): x, see [B](b.md)\n\n**Two**\n\n- [C](c.md)\n');
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.md`), '');
  assert.deepEqual(noteGroups(folder), [
    { label: 'One', notes: ['a', 'b'] },
    { label: 'Two', notes: ['c'] },
  ]);
  writeFileSync(join(folder, 'd.md'), '');
  assert.throws(() => noteGroups(folder), { message: /^docs\/d\.md:1: docs\/index\.md does not list this page/ });
  rmSync(folder, { recursive: true });
});

test('code keeps its text, and what would be markup is escaped', () => {
  const html = highlight('kill -- "-$PGID" <x & y\n', 'sh');
  const text = html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
  assert.equal(text, 'kill -- "-$PGID" <x & y\n');
});

test('a sentence keeps its code and its emphasis', () => {
  assert.equal(inlineHtml('`<a>` is *not* <b>'), '<code>&lt;a&gt;</code> is <em>not</em> &lt;b&gt;');
});

test('a picture that stands twice on a page has ids of its own', () => {
  const svg = '<svg aria-labelledby="t1 d1"><title id="t1">a</title><desc id="d1">b</desc><path fill="#d1d1d1"/></svg>';
  assert.equal(
    withIds(svg, 'p'),
    '<svg aria-labelledby="p-t1 p-d1"><title id="p-t1">a</title><desc id="p-d1">b</desc><path fill="#d1d1d1"/></svg>',
  );
});

test('the steps of a lifeline go through the picture from left to right', async () => {
  const { notebooks } = await loadContent();
  for (const { histories } of notebooks.values()) {
    for (const { history } of histories.values()) {
      const places = lifelineData(history, 'x')?.steps.map(({ wide }) => wide) ?? [];
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
        history.arm,
      );
      assert.ok(
        places.every((x) => x >= 0 && x <= widths.wide),
        history.arm,
      );
    }
  }
});

test('every claim cites observations of a treatment and of a control', async () => {
  const { claims } = await loadContent();
  for (const { id, arms, verdict } of claims.values()) {
    const roles = new Set(arms.flatMap(({ role, cited }) => (cited.length > 0 ? [role] : [])));
    assert.ok(roles.has('treatment'), id);
    if (verdict !== 'depends') assert.ok(roles.has('control'), id);
  }
});

test('a link by file leads to its page from a translation too, and nowhere where there is none', () => {
  const translated = 'i18n/zh-Hans/docusaurus-plugin-content-docs/current/docs/orphans.md';
  assert.equal(pageAddress(translated, 'zombies.md#costs'), '/zombies#costs');
  assert.equal(pageAddress('docs/orphans.md', '../notebooks/httpd.md'), '/notebooks/httpd');
  assert.equal(pageAddress('notebooks/httpd.md', '../docs/index.md'), '/notes');
  assert.equal(pageAddress('docs/orphans.md', 'nobody.md'), undefined);
});

test('a language that the configuration does not name is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'procnotes-i18n-'));
  checkLanguages(['en'], 'en', folder);
  assert.throws(() => checkLanguages(['en', 'zh-Hans'], 'zh-Hant', folder), {
    message: /unknown language "zh-Hant"; did you mean "zh-Hans"/,
  });
  writeFileSync(join(folder, 'fr'), '');
  assert.throws(() => checkLanguages(['en'], 'en', folder), { message: /^i18n\/fr:1: unknown language "fr"/ });
  rmSync(folder, { recursive: true });
});

test('the repository is the one that builds', () => {
  assert.equal(
    repository({
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'somebody/procnotes',
    } as NodeJS.ProcessEnv),
    'https://github.com/somebody/procnotes',
  );
});
