import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentPages, type Entry, entriesOf, fillVerdicts, ledgerPage } from './lib/ledger';
import { loadLedger, loadPages } from './lib/project';

const claim = {
  id: 'zombie.slot',
  origin: 'source',
  verdict: 'confirmed',
  reach: 'POSIX',
  file: 'docs/zombies.md',
  line: 3,
} as const;

test('the ledger, and every verdict that a page links to, is what the notes and the records give', async () => {
  const pages = loadPages();
  for (const { file, text } of currentPages(pages, entriesOf(await loadLedger()))) {
    assert.equal(pages.find((page) => page.file === file)?.text, text, `${file} is out of date; run: npm run ledger`);
  }
});

test('a row has the claim, its verdict as the record gave it, and its evidence', () => {
  const entry: Entry = {
    claim: { ...claim, text: 'A `<defunct>` process\nholds a | slot in <table>.' },
    notebook: 'zombies',
    verdict: 'depends',
    because: 'a | b',
  };
  const page = ledgerPage([entry]);
  assert.match(page, /^## zombie$/m);
  assert.match(
    page,
    /\| <a id="zombie-slot"><\/a>\[`zombie\.slot`\]\(zombies\.md\) \| A `<defunct>` process holds a \\\| slot in &lt;table>\. \| source \| ◐ depends \| POSIX \| a \\\| b/,
  );
  assert.match(page, /\| the source \| 0 \| 0 \| 1 \| 0 \| 1 \|/);
});

test('a link into the ledger says the verdict, whatever it said before', () => {
  const entries: Entry[] = [{ claim: { ...claim, text: 'x' }, notebook: 'zombies', verdict: 'refuted', because: 'y' }];
  const filled = '[zombie.slot ✕ refuted](ledger.md#zombie-slot)';
  assert.equal(fillVerdicts('a [](ledger.md#zombie-slot) b', 'docs/a.md', entries), `a ${filled} b`);
  assert.equal(fillVerdicts('[zombie.slot ● confirmed](ledger.md#zombie-slot)', 'docs/a.md', entries), filled);
});

test('a link to an unknown claim is refused with its place and the nearest', () => {
  const entries: Entry[] = [{ claim: { ...claim, text: 'x' }, notebook: 'zombies', verdict: 'refuted', because: 'y' }];
  assert.throws(
    () => fillVerdicts('one\n[](ledger.md#zombie-slt)\n', 'docs/a.md', entries),
    /docs\/a\.md:2: .*"zombie-slt"; did you mean "zombie-slot"/,
  );
});
