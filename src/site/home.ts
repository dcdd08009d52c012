/** What the first page shows: one claim that is refuted, its lifeline, and the questions of the cheat sheet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSlugger } from '@docusaurus/utils';
import { PROJECT } from '../../scripts/lib/project';
import { SourceError } from '../../scripts/lib/source-error';
import type { ClaimData, Content } from './content';
import { inlineHtml } from './inline';
import { type LifelineData, lifelineData } from './lifelines';

const SHOWN = { claim: 'httpd.sighup-kills-them', instead: 'httpd.parent-signals', notebook: 'httpd', arm: 'TERM' };
const QUESTIONS = 'docs/cheat-sheet.md';

export interface HomeData {
  claim: ClaimData;
  /** The claim's sentence, and the one that corrects it. */
  html: string;
  corrected: string;
  lifeline: LifelineData;
  questions: { question: string; href: string }[];
  /** All claims; of those of the source: how many, how many refuted, how many that depend. */
  counts: { claims: number; source: number; refuted: number; depends: number };
}

/** Throws a SourceError where the claim or its history is there no more. */
export function homeData({ claims, notebooks }: Content): HomeData {
  const claim = claims.get(SHOWN.claim);
  const instead = claims.get(SHOWN.instead);
  const history = notebooks.get(SHOWN.notebook)?.histories.get(SHOWN.arm)?.history;
  const lifeline = history && lifelineData(history, 'home');
  if (claim === undefined || instead === undefined || lifeline === undefined) {
    throw new SourceError(
      'src/site/home.ts',
      11,
      'the first page shows a claim or an arm that is not there',
      'choose another',
    );
  }
  const ofSource = [...claims.values()].filter(({ origin }) => origin === 'source');
  const count = (verdict: string) => ofSource.filter((one) => one.verdict === verdict).length;
  return {
    claim: { ...claim, arms: [] },
    html: inlineHtml(claim.text),
    corrected: inlineHtml(instead.text),
    lifeline,
    questions: questions(),
    counts: { claims: claims.size, source: ofSource.length, refuted: count('refuted'), depends: count('depends') },
  };
}

/** The headings of the cheat sheet, with the anchors that Docusaurus gives them. */
export function questions(): { question: string; href: string }[] {
  const slugger = createSlugger();
  const headings = readFileSync(join(PROJECT, QUESTIONS), 'utf8').matchAll(/^## (.+)$/gm);
  return [...headings].map(([, question = '']) => ({
    question: question.replace(/`/g, ''),
    href: `/cheat-sheet#${slugger.slug(question.replace(/`/g, ''))}`,
  }));
}
