/** The ledger: every claim of the notes with its verdict and its evidence, as a page. Generated, never typed. */
import type { Verdict } from '../../notebooks/lab/judge';
import { shapes } from '../../notebooks/lab/show';
import { bundlesOf, evidenceOf } from './evidence';
import { unknown } from './nearest';
import type { Claim as Noted } from './notes';
import { type Ledger, loadRecord } from './project';
import { readRecipes } from './recipes/recipe';
import { fillRecipes } from './recipes/sheet';
import { refuse, SourceError } from './source-error';

/** A claim with what its record says of it. */
export interface Entry {
  claim: Noted;
  notebook: string;
  verdict: Verdict;
  because: string;
}

/** Joins notes and records, in the order of the notes. A claim that its record does not judge is inconclusive. */
export function entriesOf({ noted, claims }: Ledger): Entry[] {
  const found = new Map<string, Omit<Entry, 'claim'>>();
  for (const [notebook, tested] of claims) {
    const { findings } = evidenceOf(bundlesOf(loadRecord(notebook)));
    for (const id of Object.keys(tested))
      found.set(id, { notebook, verdict: 'inconclusive', because: 'the record has no finding' });
    for (const { claim, verdict, because } of findings) found.set(claim, { notebook, verdict, because });
  }
  return [...noted.values()].flatMap((claim) => {
    const evidence = found.get(claim.id);
    return evidence === undefined ? [] : [{ claim, ...evidence }];
  });
}

const LEDGER = 'docs/ledger.md';

const head = `---
title: The ledger
description: Every claim, where it comes from, its verdict, how far it reaches, and its evidence.
sidebar_position: 90
---

# The ledger

Every claim of the notes: what it says, whether the source says it or we do, the verdict that the recorded experiment gave, how far it
reaches, and what was observed. This page is generated from the notes and the records (\`npm run ledger\`); nobody types it.
`;

/** A cell of a Markdown table: one line, no bar, no tag outside of code. */
function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/\|/g, '\\|');
  return line
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/</g, '&lt;')))
    .join('');
}

const anchor = (id: string) => id.replace('.', '-');

/** The page, its entries by topic in the order given. */
export function ledgerPage(entries: Entry[]): string {
  const topics = [...new Set(entries.map(({ claim }) => topicOf(claim)))].sort();
  return [
    head,
    summary(entries),
    ...topics.map((topic) =>
      section(
        topic,
        entries.filter(({ claim }) => topicOf(claim) === topic),
      ),
    ),
  ].join('\n');
}

const topicOf = (claim: Noted) => claim.id.slice(0, claim.id.indexOf('.'));

function summary(entries: Entry[]): string {
  const rows = (['source', 'ours'] as const).map((origin) => {
    const of = entries.filter(({ claim }) => claim.origin === origin);
    const counts = (Object.keys(shapes) as Verdict[]).map(
      (verdict) => of.filter((entry) => entry.verdict === verdict).length,
    );
    return `| ${origin === 'source' ? 'the source' : 'us'} | ${counts.join(' | ')} | ${of.length} |`;
  });
  const verdicts = (Object.keys(shapes) as Verdict[]).map((verdict) => `${shapes[verdict]} ${verdict}`);
  return `| said by | ${verdicts.join(' | ')} | all |\n| --- | --: | --: | --: | --: | --: |\n${rows.join('\n')}\n`;
}

function section(topic: string, entries: Entry[]): string {
  const rows = entries.map(({ claim, notebook, verdict, because }) => {
    const note = claim.file.replace(/^docs\//, '');
    const says = `${cell(claim.text)}${claim.corrects === undefined ? '' : ` *(corrects [\`${claim.corrects}\`](#${anchor(claim.corrects)}))*`}`;
    const id = `<a id="${anchor(claim.id)}"></a>[\`${claim.id}\`](${note})`;
    const evidence = `${cell(because)} ([${notebook}](../notebooks/${notebook}.md))`;
    return `| ${id} | ${says} | ${claim.origin} | ${shapes[verdict]} ${verdict} | ${cell(claim.reach)} | ${evidence} |`;
  });
  return `## ${topic}\n\n| claim | says | origin | verdict | reach | evidence |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/**
 * A page in which the text of each link into the ledger is the claim's id and verdict: what is written `[](ledger.md#zombie-slot)`
 * becomes `[zombie.slot ● confirmed](ledger.md#zombie-slot)`, and stays right. Throws SourceErrors for unknown claims.
 */
export function fillVerdicts(text: string, file: string, entries: Entry[]): string {
  const byAnchor = new Map(entries.map((entry) => [anchor(entry.claim.id), entry]));
  const problems: SourceError[] = [];
  const filled = text.replace(/\[[^\]\n]*\]\(ledger\.md#([^)\s]*)\)/g, (link, wanted: string, at: number) => {
    const entry = byAnchor.get(wanted);
    if (entry !== undefined)
      return `[${entry.claim.id} ${shapes[entry.verdict]} ${entry.verdict}](ledger.md#${wanted})`;
    const line = text.slice(0, at).split('\n').length;
    problems.push(new SourceError(file, line, unknown('place in the ledger', wanted, [...byAnchor.keys()])));
    return link;
  });
  refuse(problems);
  return filled;
}

/** All pages as they should be: the ledger, and the others with the links into it, and the copies of recipes, filled. */
export function currentPages(
  pages: { file: string; text: string }[],
  entries: Entry[],
): { file: string; text: string }[] {
  const others = pages.filter(({ file }) => file !== LEDGER);
  const recipes = readRecipes(others);
  const filled = others.map(({ file, text }) => ({
    file,
    text: fillRecipes(fillVerdicts(text, file, entries), file, recipes),
  }));
  return [...filled, { file: LEDGER, text: ledgerPage(entries) }];
}
