/** Debian's Chromium, driven by playwright-core: a profile of its own each time, and nothing asked of the network. */
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../../notebooks/lab/programs';

export const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Throws where there is none: it says what to install. */
export async function browser(more: string[] = []): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (executablePath === undefined) throw new Error('chromium is missing; run: npm run setup');
  return chromium.launch({ executablePath, headless: true, args: [...QUIET, ...more] });
}
