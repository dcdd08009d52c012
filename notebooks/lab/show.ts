import { type Histogram, histogramBundle } from './histogram';
import { type Fate, History, type HistoryRecord, type Observation } from './history';
import type { Citation, Finding, Verdict } from './judge';
import { lifelineBundle } from './lifeline';
import type { Lifeline } from './lifeline/model';
import { type Bundle, media, put } from './outlet';
import { ProcessTable } from './processes';
import { SocketTable } from './sockets';

/** A verdict is a word, a shape and a colour, so that none of the three has to be seen. */
export const shapes: Record<Verdict, string> = { confirmed: '●', refuted: '✕', depends: '◐', inconclusive: '○' };

const colours: Record<Verdict, string> = {
  confirmed: '#1a7f37',
  refuted: '#c93c37',
  depends: '#8250df',
  inconclusive: '#9a6700',
};

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c);

/** What can be shown; of a command, what it printed. */
export type Shown =
  | History
  | Lifeline
  | Histogram
  | Finding[]
  | ProcessTable
  | SocketTable
  | { stdout: string }
  | string;

/**
 * Shows a history, the lifelines of its processes, a histogram, findings, a table of processes or sockets, the output of a command, or text: rich in Jupyter, readable in
 * a terminal. With `what`, one thing out of a history: a table by its moment, a terminal's last screen, what a program printed, a
 * file, what a command printed.
 */
export function show(thing: Shown, what?: string): void {
  put(bundleOf(thing instanceof History && what !== undefined ? excerpt(thing, what) : thing));
}

export function bundleOf(thing: Shown): Bundle {
  if (thing instanceof History) return historyBundle(thing.record);
  if (thing instanceof ProcessTable || thing instanceof SocketTable) return preformatted(thing.toString());
  if (Array.isArray(thing)) return findingsBundle(thing);
  if (typeof thing === 'string') return preformatted(thing);
  if ('lives' in thing) return lifelineBundle(thing);
  return 'counted' in thing ? histogramBundle(thing) : preformatted(thing.stdout.trimEnd());
}

/** What was last seen under that name, headed by the arm. An arm that the host could not run says why. */
function excerpt(history: History, what: string): string {
  const head = `${history.arm}, ${what}:`;
  const [obstacle] = [...history.of('missing'), ...history.of('failure'), ...history.of('left out')];
  const lines = history.lines(what);
  if (lines.length > 0) return `${head}\n${lines.map((seen) => seen.line).join('\n')}`;
  const seen = history.record.observations.filter((one) => namesOf(one).includes(what)).pop();
  if (seen !== undefined) return `${head}\n${factText(seen)}`;
  if (obstacle !== undefined) return `${head} ${obstacle.because}`;
  const known = [...new Set(history.record.observations.flatMap(namesOf))].join(', ');
  throw new Error(`nothing was seen of "${what}" in "${history.arm}"; there are: ${known}`);
}

/** What an observation can be asked for by. */
function namesOf(seen: Observation): string[] {
  const moment = seen.moment === undefined ? [] : [seen.moment];
  if (seen.kind === 'screen') return [...moment, seen.terminal];
  if (seen.kind === 'file') return [...moment, seen.path];
  if (seen.kind === 'command') return [...moment, seen.command];
  return seen.kind === 'line' ? [...moment, seen.program] : moment;
}

function preformatted(text: string): Bundle {
  return { 'text/plain': text, 'text/html': `<pre>${html(text)}</pre>` };
}

export function findingsBundle(findings: Finding[]): Bundle {
  const rows = findings.map(({ claim, verdict, because, cites }) => {
    const seen = citesText(cites);
    const evidence = seen === '' ? '' : `<br><small>${html(seen)}</small>`;
    const word = `<span style="color:${colours[verdict]}">${shapes[verdict]}&nbsp;${verdict}</span>`;
    return `<tr>${[`<code>${html(claim)}</code>`, word, `${html(because)}${evidence}`].map(cell).join('')}</tr>`;
  });
  const head = ['claim', 'verdict', 'because'].map((name) => `<th ${left}>${name}</th>`).join('');
  return {
    'text/plain': findings
      .map(({ claim, verdict, because }) => `${shapes[verdict]} ${verdict.padEnd(12)} ${claim}\n    ${because}`)
      .join('\n'),
    'text/html': `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`,
    [media.findings]: { findings },
  };
}

/** Jupyter's own style sheet outdoes the attribute; and it takes styles away from what it does not trust yet, as GitHub does always. */
const left = 'align="left" style="text-align:left"';

const cell = (content: string) => `<td ${left} valign="top">${content}</td>`;

/** `TERM #17 #35; KILL #22`: the arms, each with the numbers of its observations. */
function citesText(cites: Citation[]): string {
  const numbers = new Map<string, Set<number>>();
  for (const { arm, n } of cites) numbers.set(arm, (numbers.get(arm) ?? new Set()).add(n));
  return [...numbers].map(([arm, ns]) => `${arm} ${[...ns].map((n) => `#${n}`).join(' ')}`).join('; ');
}

export function historyBundle(record: HistoryRecord): Bundle {
  const box = record.box === null ? 'no sandbox' : `${record.box.kind}, PID 1 ${record.box.pid1}`;
  const rows = record.observations.map((seen) => {
    const witness = `${html(seen.witness)}${seen.moment === undefined ? '' : ` <em>${html(seen.moment)}</em>`}`;
    const cells = [`#${seen.n}`, `${seen.at}&nbsp;ms`, witness, `<pre>${html(factText(seen))}</pre>`];
    return `<tr>${cells.map(cell).join('')}</tr>`;
  });
  return {
    'text/plain': historyText(record),
    'text/html': `<details><summary><strong>${html(record.arm)}</strong> · ${record.observations.length} observations · ${html(box)}</summary><table><tbody>${rows.join('')}</tbody></table></details>`,
    [media.history]: record,
  };
}

/** A history as lines for a terminal. */
export function historyText(record: HistoryRecord): string {
  const lines = record.observations.map((seen) => {
    const head = `${`#${seen.n}`.padStart(4)} ${`${seen.at.toFixed(0)} ms`.padStart(8)}  ${seen.witness}${seen.moment ? ` (${seen.moment})` : ''}: `;
    const text = factText(seen);
    return text.includes('\n') ? `${head.trimEnd()}\n${text.replace(/^/gm, ' '.repeat(15))}` : `${head}${text}`;
  });
  return [`${record.arm}`, ...lines].join('\n');
}

/** What an observation says, in words or as the program printed it. */
export function factText(seen: Observation): string {
  switch (seen.kind) {
    case 'act':
      return seen.what;
    case 'command':
      return `$ ${seen.command}${seen.status === 0 ? '' : ` → ${seen.status}`}\n${seen.stdout}${seen.stderr}`
        .replace(/\r/g, '')
        .trimEnd();
    case 'line':
      return seen.line;
    case 'end':
      return `${seen.program} (${seen.pid}) ended: ${seen.status}`;
    case 'processes':
      return new ProcessTable(seen.rows).toString();
    case 'sockets':
      return new SocketTable(seen.rows).toString();
    case 'screen':
      return seen.text;
    case 'file':
      return `${seen.path} is ${seen.state}`;
    case 'process':
      return `process ${seen.pid}: ${seen.state}`;
    case 'gap':
    case 'missing':
    case 'left out':
    case 'failure':
      return seen.because;
    case 'event':
      return eventText(seen);
  }
}

/** A PID; 0 is one that is not known here. */
const who = (pid: number) => (pid === 0 ? '?' : String(pid));

const fates: Record<Fate, string> = {
  delivered: '',
  ignored: ': ignored',
  dropped: ': dropped, as one was waiting already',
  blocked: ': not taken',
};

function eventText(seen: Extract<Observation, { kind: 'event' }>): string {
  switch (seen.event) {
    case 'kill':
      return `${who(seen.by)} sends ${seen.signal} to ${seen.to < 0 ? `group ${-seen.to}` : seen.to}${seen.result === 'ok' ? '' : ', in vain'}`;
    case 'signal': {
      const from = seen.from === undefined ? '' : ` from ${who(seen.from)}`;
      const child = seen.child === undefined ? '' : `, child ${who(seen.child)}`;
      return `${who(seen.pid)} is told of ${seen.signal} (${seen.code}${from}${child})${seen.fate === undefined ? '' : fates[seen.fate]}`;
    }
    case 'fork':
      return `${who(seen.pid)} forks ${who(seen.child)}`;
    case 'exec':
      return `${who(seen.pid)} executes ${seen.path}`;
    case 'setsid':
      return `${who(seen.pid)} makes a session of its own`;
    case 'setpgid':
      return `${who(seen.pid)} puts ${seen.of} into group ${seen.pgid}`;
    case 'subreaper':
      return `${who(seen.pid)} will adopt the orphans below it`;
    case 'reparent':
      return `${who(seen.pid)} goes from ${who(seen.from)} to ${who(seen.to)}`;
    case 'reap':
      return `${who(seen.pid)} waits for ${who(seen.child)}`;
    case 'exit': {
      const how =
        seen.signal !== undefined
          ? `by ${seen.signal}`
          : seen.status !== undefined
            ? `status ${seen.status}`
            : 'how is not known';
      return `${who(seen.pid)} ends, ${how}`;
    }
    case 'tcp':
      return `${seen.local} to ${seen.remote}: ${seen.from} → ${seen.to}${seen.pid === undefined ? '' : ` (${who(seen.pid)})`}`;
  }
}
