/** Where things stand in the project, and how they are loaded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Claims } from '../../notebooks/lab/judge';
import { type Ipynb, readIpynb } from './ipynb';
import { suggestion, unknown } from './nearest';
import { type Notebook, readNotebook } from './notebook';
import { type Claim as Noted, readNotes } from './notes';
import { refuse, SourceError } from './source-error';

export const PROJECT = resolve(__dirname, '..', '..');
export const NOTEBOOKS = join(PROJECT, 'notebooks');

/** A path as messages show it: from the project's folder. */
export const shown = (path: string): string => relative(PROJECT, path);

export const notebookFile = (name: string): string => join(NOTEBOOKS, `${name}.md`);
export const recordFile = (name: string): string => join(NOTEBOOKS, `${name}.ipynb`);
export const claimsFile = (name: string): string => join(NOTEBOOKS, 'claims', `${name}.ts`);

/** An error in what the user asked for: its message is all there is to say. */
export class Refusal extends Error {}

export function notebookNames(): string[] {
  return readdirSync(NOTEBOOKS)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/** The notebooks whose names contain one of the words; all for no words. Throws where a word fits none, with the nearest. */
export function chooseNotebooks(words: readonly string[], names = notebookNames()): string[] {
  for (const word of words) {
    if (!names.some((name) => name.includes(word))) throw new Refusal(unknown('notebook', word, names));
  }
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
}

export function loadNotebook(name: string): Notebook {
  return readNotebook(readFileSync(notebookFile(name), 'utf8'), shown(notebookFile(name)));
}

/** The executed record of a notebook. Throws SourceError where there is none, or none that can be read. */
export function loadRecord(name: string): Ipynb {
  const file = recordFile(name);
  if (!existsSync(file))
    throw new SourceError(shown(file), 1, 'there is no record', `make one: npm run record -- ${name}`);
  return readIpynb(readFileSync(file, 'utf8'), shown(file));
}

/** The pages of docs/, with their text, by name. */
export function loadPages(): { file: string; text: string }[] {
  const files = readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md')).sort();
  return pages.map((name) => ({ file: join('docs', name), text: readFileSync(join(PROJECT, 'docs', name), 'utf8') }));
}

/** Every claim of every note in docs/. Throws SourceErrors. */
export function loadNotes(): Noted[] {
  return readNotes(loadPages());
}

/** How the claims of a notebook are judged: what notebooks/claims/NAME.ts exports. */
export async function loadClaims(name: string): Promise<Claims> {
  const file = claimsFile(name);
  if (!existsSync(file)) {
    throw new SourceError(shown(notebookFile(name)), 1, 'tests no claim', `write ${shown(file)}`);
  }
  const { claims } = require(file) as { claims?: Claims };
  if (claims === undefined)
    throw new SourceError(shown(file), 1, 'exports no claims', 'export const claims: Claims = { … }');
  return claims;
}

/** What is noted and what is tested, joined: each claim stands in one note and is tested by one notebook. */
export interface Ledger {
  noted: Map<string, Noted>;
  claims: Map<string, Claims>;
}

/** Loads notes and claims of the whole project. Throws SourceErrors for a claim that is only noted, or only tested, or twice. */
export async function loadLedger(): Promise<Ledger> {
  const noted = new Map(loadNotes().map((claim) => [claim.id, claim]));
  const claims = new Map<string, Claims>();
  for (const name of notebookNames()) claims.set(name, await loadClaims(name));
  refuse(mismatches(noted, claims));
  return { noted, claims };
}

export function mismatches(noted: Map<string, Noted>, claims: Map<string, Claims>): SourceError[] {
  const problems: SourceError[] = [];
  const testedBy = new Map<string, string>();
  for (const [name, tested] of claims) {
    for (const id of Object.keys(tested)) {
      const place = () => [shown(claimsFile(name)), lineOf(claimsFile(name), id)] as const;
      const first = testedBy.get(id);
      if (first !== undefined) {
        problems.push(
          new SourceError(...place(), `claim "${id}" is tested by notebook ${first} too`, 'test it in one'),
        );
      } else if (!noted.has(id)) {
        const remedy = `write it into a note of docs/, as :::claim{id="${id}" …}; ${suggestion(id, [...noted.keys()])}`;
        problems.push(new SourceError(...place(), `no note states claim "${id}"`, remedy));
      }
      testedBy.set(id, name);
    }
  }
  for (const { id, file, line } of noted.values()) {
    if (testedBy.has(id)) continue;
    const remedy = `add it to one of ${[...claims.keys()].map((name) => shown(claimsFile(name))).join(', ')}`;
    problems.push(new SourceError(file, line, `no notebook tests claim "${id}"`, remedy));
  }
  return problems;
}

function lineOf(file: string, id: string): number {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return Math.max(1, lines.findIndex((line) => line.includes(`'${id}'`)) + 1);
}
