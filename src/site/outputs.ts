/** What a cell's record shows, ready for the page: data where we know what it is, else sanitised HTML. */
import type { HistoryRecord } from '../../notebooks/lab/history';
import type { Finding } from '../../notebooks/lab/judge';
import { media } from '../../notebooks/lab/outlet';
import { factText } from '../../notebooks/lab/show';
import type { IpynbOutput } from '../../scripts/lib/ipynb';
import { armAnchor, observationAnchor } from './addresses';
import type { ClaimData, NotebookData } from './content';
import { escapeHtml } from './highlight';
import { type LifelineData, lifelineData } from './lifelines';
import { sanitise } from './sanitise';

export type Output =
  | { kind: 'text' | 'error'; text: string }
  | { kind: 'html'; html: string }
  | {
      kind: 'history';
      arm: string;
      anchor: string;
      count: number;
      box: string;
      html: string;
      /** Unless the notebook shows it by itself. */
      lifeline?: LifelineData;
    }
  | { kind: 'lifeline'; lifeline: LifelineData }
  | { kind: 'findings'; claims: { id: string; verdict: string; because: string; href: string }[] };

/** The outputs of one cell, in the richest form that each has. */
export function outputsOf(
  outputs: readonly IpynbOutput[],
  claims: Map<string, ClaimData>,
  { histories, pictured }: Pick<NotebookData, 'histories' | 'pictured'>,
): Output[] {
  return outputs.flatMap((output): Output[] => {
    if (output.output_type === 'stream') return [{ kind: 'text', text: output.text }];
    if (output.output_type === 'error') return [{ kind: 'error', text: `${output.ename}: ${output.evalue}` }];
    const { data } = output;
    const history = data[media.history] as HistoryRecord | undefined;
    if (history !== undefined) return [historyOutput(history, pictured)];
    const { arm = '' } = (data[media.lifeline] ?? {}) as { arm?: string };
    const lifeline = shownLifeline(histories.get(arm)?.history);
    if (lifeline !== undefined) return [{ kind: 'lifeline', lifeline }];
    const found = data[media.findings] as { findings: Finding[] } | undefined;
    if (found !== undefined) return [findingsOutput(found.findings, claims)];
    const picture = joined(data['image/svg+xml']);
    if (picture !== undefined) return [{ kind: 'html', html: sanitise(picture) }];
    const html = joined(data['text/html']);
    if (html !== undefined) return [{ kind: 'html', html: sanitise(html) }];
    return [{ kind: 'text', text: joined(data['text/plain']) ?? '' }];
  });
}

function joined(value: unknown): string | undefined {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : undefined;
}

const shownLifeline = (history: HistoryRecord | undefined) => history && lifelineData(history, `shown ${history.arm}`);

function historyOutput(history: HistoryRecord, pictured: Set<string>): Output {
  const { arm, box, observations } = history;
  const rows = observations.map((seen) => {
    const witness = `${escapeHtml(seen.witness)}${seen.moment === undefined ? '' : ` <em>${escapeHtml(seen.moment)}</em>`}`;
    const id = observationAnchor(arm, seen.n);
    const text = escapeHtml(factText(seen));
    const fact = text.includes('\n') ? `<pre tabindex="0">${text}</pre>` : `<code>${text}</code>`;
    return `<li id="${id}"><span class="n">#${seen.n}</span> <span class="at">${seen.at}&nbsp;ms</span> <span class="witness">${witness}</span> ${fact}</li>`;
  });
  const where = box === null ? 'no sandbox' : `${box.kind}, PID 1 ${box.pid1}`;
  const lifeline = pictured.has(arm) ? undefined : lifelineData(history, arm);
  return {
    kind: 'history',
    arm,
    anchor: armAnchor(arm),
    count: rows.length,
    box: where,
    html: rows.join('\n'),
    lifeline,
  };
}

function findingsOutput(findings: Finding[], claims: Map<string, ClaimData>): Output {
  return {
    kind: 'findings',
    claims: findings.map(({ claim, verdict, because }) => ({
      id: claim,
      verdict,
      because,
      href: claims.get(claim)?.note.href ?? '',
    })),
  };
}
