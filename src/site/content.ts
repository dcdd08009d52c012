/** What the site shows: notes, notebooks and records, joined by claim and loaded once for each state of the files. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryRecord } from '../../notebooks/lab/history';
import type { Citation, Claim as Tested, Verdict } from '../../notebooks/lab/judge';
import { media } from '../../notebooks/lab/outlet';
import { factText } from '../../notebooks/lab/show';
import { bundlesOf, evidenceOf } from '../../scripts/lib/evidence';
import { type Host, hostText } from '../../scripts/lib/host-text';
import { type Ipynb, sameSource } from '../../scripts/lib/ipynb';
import type { Notebook } from '../../scripts/lib/notebook';
import type { Claim as Noted } from '../../scripts/lib/notes';
import { loadLedger, loadNotebook, loadRecord, NOTEBOOKS, notebookNames, PROJECT } from '../../scripts/lib/project';
import { RECORDINGS } from '../../scripts/lib/recipes/recordings';
import { refuse, SourceError } from '../../scripts/lib/source-error';
import {
  armAnchor,
  cellAnchor,
  claimAnchor,
  noteAddress,
  notebookAddress,
  observationAnchor,
  termAnchor,
} from './addresses';
import { loadRecipeData, type RecipeData } from './recipes';

/** One observation that a finding cites, as the reader gets it. */
export interface Cited {
  n: number;
  at: number;
  witness: string;
  moment?: string;
  text: string;
  href: string;
}

/** The observations cited of one arm. */
export interface CitedArm {
  arm: string;
  role: 'treatment' | 'control';
  href: string;
  cited: Cited[];
}

export interface ClaimLink {
  id: string;
  href: string;
  verdict: Verdict;
}

/** A claim with all that is shown of it. Plain data: it becomes the properties of a component. */
export interface ClaimData {
  id: string;
  anchor: string;
  text: string;
  verdict: Verdict;
  origin: 'source' | 'ours';
  reach: string;
  because: string;
  corrects?: ClaimLink;
  corrected: ClaimLink[];
  note: { title: string; href: string };
  notebook: { name: string; title: string; href: string };
  /** The recipes that let one see it. */
  recipes: { title: string; href: string }[];
  /** The cell that ran the first of the arms that are cited, else the one that judges. */
  cell: string;
  arms: CitedArm[];
  host: string;
  recorded: string;
}

export interface NotebookData {
  notebook: Notebook;
  record: Ipynb;
  title: string;
  host: string;
  recorded: string;
  claims: string[];
  histories: Map<string, { history: HistoryRecord; cell: string }>;
  /** The arms whose lifeline the notebook shows by itself. */
  pictured: Set<string>;
}

export interface Term {
  term: string;
  /** Markdown on one line. */
  definition: string;
  href: string;
}

export interface Content {
  claims: Map<string, ClaimData>;
  recipes: Map<string, RecipeData>;
  notebooks: Map<string, NotebookData>;
  terms: Term[];
  /** What stands beside the pages, by address: see beside.ts. */
  files: Map<string, string>;
}

/** Files that a page may show something of: where one changes, all is read again. */
export function contentFiles(): string[] {
  const inside = (folder: string, ending: RegExp) =>
    readdirSync(folder)
      .filter((name) => ending.test(name))
      .map((name) => join(folder, name));
  return [
    ...inside(join(PROJECT, 'docs'), /\.md$/),
    ...inside(join(PROJECT, RECORDINGS), /\.cast$/),
    ...inside(NOTEBOOKS, /\.(md|ipynb)$/),
    ...inside(join(NOTEBOOKS, 'claims'), /^[^.]*\.ts$/),
  ];
}

let loaded: { state: string; content: Promise<Content> } | undefined;

/** Loads the content, or gives what was loaded while no file has changed. Throws SourceErrors. */
export function loadContent(): Promise<Content> {
  const state = contentFiles()
    .map((file) => `${file} ${statSync(file).mtimeMs}`)
    .join('\n');
  if (loaded?.state !== state) loaded = { state, content: readContent() };
  return loaded.content;
}

async function readContent(): Promise<Content> {
  const { noted, claims: tested } = await loadLedger();
  const notebooks = new Map(notebookNames().map((name) => [name, readOne(name, Object.keys(tested.get(name) ?? {}))]));
  const { recipes, files } = await loadRecipeData([...noted.keys()]);
  const claims = new Map<string, ClaimData>();
  const problems: SourceError[] = [];
  for (const [name, data] of notebooks) {
    const { findings } = evidenceOf(bundlesOf(data.record));
    for (const { claim: id, verdict, because, cites } of findings) {
      const note = noted.get(id);
      const test = tested.get(name)?.[id];
      if (note === undefined || test === undefined) continue;
      if (note.verdict !== verdict) {
        const problem = `claim "${id}" is noted as ${note.verdict}, and its record says ${verdict}`;
        problems.push(new SourceError(note.file, note.line, problem, `npm run record -- ${name}, or mend the note`));
      }
      const shown = [...recipes.values()].filter(({ shows }) => shows.includes(id));
      claims.set(id, { ...claimData(note, test, name, data, { verdict, because, cites }, noted), recipes: shown });
    }
  }
  for (const { id, file, line } of noted.values()) {
    if (claims.has(id)) continue;
    problems.push(new SourceError(file, line, `no record has a finding for claim "${id}"`, 'npm run record'));
  }
  refuse(problems);
  return { claims, recipes, notebooks, terms: readTerms(), files };
}

function readOne(name: string, claims: string[]): NotebookData {
  const notebook = loadNotebook(name);
  const record = loadRecord(name);
  const sameness = sameSource(notebook, record);
  if (!sameness.same) throw sameness.difference;
  const ours = (record.metadata as { procnotes?: { host?: Host; recorded?: string } }).procnotes ?? {};
  const histories: NotebookData['histories'] = new Map();
  const pictured = new Set<string>();
  for (const cell of record.cells) {
    if (cell.cell_type !== 'code') continue;
    for (const output of cell.outputs) {
      const data = 'data' in output ? (output.data as Record<string, unknown>) : undefined;
      const history = data?.[media.history] as HistoryRecord | undefined;
      if (history !== undefined) histories.set(history.arm, { history, cell: cell.id });
      const picture = data?.[media.lifeline] as { arm: string } | undefined;
      if (picture !== undefined) pictured.add(picture.arm);
    }
  }
  const title = String((notebook.header.data as { title?: unknown }).title ?? name);
  const host = ours.host === undefined ? '' : hostText(ours.host).replace('\n', '; ');
  return { notebook, record, title, host, recorded: ours.recorded ?? '', claims, histories, pictured };
}

function claimData(
  note: Noted,
  test: Tested,
  name: string,
  data: NotebookData,
  found: { verdict: Verdict; because: string; cites: Citation[] },
  noted: Map<string, Noted>,
): Omit<ClaimData, 'recipes'> {
  const page = notebookAddress(name);
  const arms = [...new Set(found.cites.map(({ arm }) => arm))].map((arm): CitedArm => {
    const seen = data.histories.get(arm)?.history.observations ?? [];
    const numbers = new Set(found.cites.filter((cite) => cite.arm === arm).map(({ n }) => n));
    const cited = seen
      .filter(({ n }) => numbers.has(n))
      .map((one) => ({
        n: one.n,
        at: one.at,
        witness: one.witness,
        moment: one.moment,
        text: factText(one),
        href: `${page}#${observationAnchor(arm, one.n)}`,
      }));
    const role = test.treatment.includes(arm) ? 'treatment' : 'control';
    return { arm, role, href: `${page}#${armAnchor(arm)}`, cited };
  });
  const link = ({ id, file, verdict }: Noted): ClaimLink => ({
    id,
    href: `${noteAddress(file)}#${claimAnchor(id)}`,
    verdict,
  });
  const corrects = note.corrects === undefined ? undefined : noted.get(note.corrects);
  const [first] = arms;
  const judging = data.record.cells.filter((cell) => cell.cell_type === 'code').at(-1)?.id ?? '';
  return {
    id: note.id,
    anchor: claimAnchor(note.id),
    text: note.text,
    verdict: found.verdict,
    origin: note.origin,
    reach: note.reach,
    because: found.because,
    corrects: corrects && link(corrects),
    corrected: [...noted.values()].filter((other) => other.corrects === note.id).map(link),
    note: { title: titleOf(note.file), href: `${noteAddress(note.file)}#${claimAnchor(note.id)}` },
    notebook: { name, title: data.title, href: page },
    cell: cellAnchor((first && data.histories.get(first.arm)?.cell) ?? judging),
    arms,
    host: data.host,
    recorded: data.recorded,
  };
}

/** The title that a note's front matter gives. */
export function titleOf(file: string): string {
  const source = readFileSync(join(PROJECT, file), 'utf8');
  const [, title = file] = /^title:\s*(.*)$/m.exec(source) ?? [];
  return title.replace(/^(['"])(.*)\1$/, '$2');
}

/** The glossary's paragraphs, `**Term**: definition`. */
function readTerms(): Term[] {
  const source = readFileSync(join(PROJECT, 'docs', 'glossary.md'), 'utf8');
  const paragraphs = source.split(/\n{2,}/);
  return paragraphs.flatMap((paragraph) => {
    const [, term, definition] = /^\*\*([^*]+)\*\*:\s*([\s\S]+)$/.exec(paragraph.trim()) ?? [];
    if (term === undefined || definition === undefined) return [];
    return [{ term, definition: definition.replace(/\s+/g, ' '), href: `/glossary#${termAnchor(term)}` }];
  });
}
