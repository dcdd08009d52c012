/** What a run, or a record, holds as evidence: histories and findings; and the claims' verdicts, joined with the notes. */
import type { HistoryRecord } from '../../notebooks/lab/history';
import type { Claims, Finding, Verdict } from '../../notebooks/lab/judge';
import { media } from '../../notebooks/lab/outlet';
import type { Ipynb } from './ipynb';
import type { Notebook } from './notebook';
import type { Claim as Noted } from './notes';
import { SourceError } from './source-error';

export interface Evidence {
  histories: HistoryRecord[];
  findings: Finding[];
}

/** Picks histories and findings out of what was shown, by their media types. */
export function evidenceOf(bundles: Iterable<Record<string, unknown>>): Evidence {
  const evidence: Evidence = { histories: [], findings: [] };
  for (const bundle of bundles) {
    const history = bundle[media.history] as HistoryRecord | undefined;
    const found = bundle[media.findings] as { findings: Finding[] } | undefined;
    if (history !== undefined) evidence.histories.push(history);
    if (found !== undefined) evidence.findings.push(...found.findings);
  }
  return evidence;
}

/** What the outputs of a record show. */
export function bundlesOf(ipynb: Ipynb): Record<string, unknown>[] {
  return ipynb.cells.flatMap((cell) =>
    cell.cell_type === 'code'
      ? cell.outputs.flatMap((output) =>
          'data' in output && output.data ? [output.data as Record<string, unknown>] : [],
        )
      : [],
  );
}

/** One row of what a command prints: a claim, how it came out, and what its note says. */
export interface Row {
  id: string;
  verdict: Verdict;
  because: string;
  noted: Verdict;
  notebook: string;
  /** Nobody looked, on purpose: the claim says nothing of this run, and is counted for itself. */
  leftOut?: 'yes';
}

/** A row for each claim of a notebook. A claim without a finding is inconclusive, and says what is missing. */
export function rowsOf(
  notebook: string,
  claims: Claims,
  noted: Map<string, Noted>,
  found: Finding[],
  error?: Error,
): Row[] {
  const byId = new Map(found.map((finding) => [finding.claim, finding]));
  const nothing =
    error === undefined ? 'the notebook shows no finding for it' : `no finding: ${error.message.split('\n')[0]}`;
  return Object.keys(claims).map((id) => {
    const { verdict = 'inconclusive', because = nothing, leftOut } = byId.get(id) ?? {};
    const row = { id, verdict, because, noted: noted.get(id)?.verdict ?? 'inconclusive', notebook };
    return leftOut === undefined ? row : { ...row, leftOut };
  });
}

/** Where a notebook's findings are not those of its claims: one for each claim, and none for others. */
export function gapsOf(notebook: Notebook, claims: Claims, found: Finding[]): SourceError[] {
  const line = notebook.cells[notebook.cells.length - 1]?.line ?? 1;
  const claimsFile = notebook.file.replace(/^notebooks\/(.*)\.md$/, 'notebooks/claims/$1.ts');
  const ids = new Set(found.map((finding) => finding.claim));
  const lacking = Object.keys(claims).filter((id) => !ids.has(id));
  const strays = [...ids].filter((id) => claims[id] === undefined);
  return [
    ...lacking.map(
      (id) =>
        new SourceError(notebook.file, line, `no finding for "${id}"`, 'show(judge(claims, …)) with all histories'),
    ),
    ...strays.map(
      (id) => new SourceError(notebook.file, line, `finding for an unknown claim "${id}"`, `add it to ${claimsFile}`),
    ),
  ];
}

/**
 * 0: every claim came out as its note says. 1: one did not, or something failed. 2: nothing contradicts a note, but
 * something was inconclusive. What was left out on purpose counts for neither.
 */
export function exitCodeOf(rows: Row[], errors: unknown[]): 0 | 1 | 2 {
  const unlike = rows.filter((row) => row.leftOut === undefined && row.verdict !== row.noted);
  if (errors.length > 0 || unlike.some((row) => row.verdict !== 'inconclusive')) return 1;
  return unlike.length > 0 ? 2 : 0;
}
