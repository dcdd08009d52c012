import { History, type HistoryRecord, type Observation } from './history';
import type { Finding, Verdict } from './judge';
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

/** Shows a history, findings, a table of processes or sockets, the output of a command, or text: rich in Jupyter, readable in a terminal. */
export function show(thing: Shown): void {
  put(bundleOf(thing));
}

/** What can be shown; of a command, what it printed. */
export type Shown = History | Finding[] | ProcessTable | SocketTable | { stdout: string } | string;

export function bundleOf(thing: Shown): Bundle {
  if (thing instanceof History) return historyBundle(thing.record);
  if (thing instanceof ProcessTable || thing instanceof SocketTable) return preformatted(thing.toString());
  if (Array.isArray(thing)) return findingsBundle(thing);
  return preformatted(typeof thing === 'string' ? thing : thing.stdout.trimEnd());
}

function preformatted(text: string): Bundle {
  return { 'text/plain': text, 'text/html': `<pre>${html(text)}</pre>` };
}

export function findingsBundle(findings: Finding[]): Bundle {
  const rows = findings.map(({ claim, verdict, because, cites }) => {
    const seen = cites.map(({ arm, n }) => `${arm} #${n}`).join(', ');
    return `<tr><td style="text-align:left"><code>${html(claim)}</code></td><td style="text-align:left;white-space:nowrap;color:${colours[verdict]}">${shapes[verdict]} ${verdict}</td><td style="text-align:left">${html(because)}${seen === '' ? '' : `<br><small>${html(seen)}</small>`}</td></tr>`;
  });
  return {
    'text/plain': findings
      .map(({ claim, verdict, because }) => `${shapes[verdict]} ${verdict.padEnd(12)} ${claim}\n    ${because}`)
      .join('\n'),
    'text/html': `<table><thead><tr><th style="text-align:left">claim</th><th style="text-align:left">verdict</th><th style="text-align:left">because</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    [media.findings]: { findings },
  };
}

export function historyBundle(record: HistoryRecord): Bundle {
  const box = record.box === null ? 'no sandbox' : `${record.box.kind}, PID 1 ${record.box.pid1}`;
  const rows = record.observations.map((seen) => {
    const moment = seen.moment === undefined ? '' : ` <em>${html(seen.moment)}</em>`;
    return `<tr><td style="text-align:right;vertical-align:top">#${seen.n}</td><td style="text-align:right;vertical-align:top">${seen.at} ms</td><td style="text-align:left;vertical-align:top;white-space:nowrap">${html(seen.witness)}${moment}</td><td style="text-align:left"><pre style="margin:0">${html(factText(seen))}</pre></td></tr>`;
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
    case 'missing':
    case 'left out':
    case 'failure':
      return seen.because;
    case 'event':
      return eventText(seen);
  }
}

function eventText(seen: Extract<Observation, { kind: 'event' }>): string {
  switch (seen.event) {
    case 'kill':
      return `${seen.by} sends ${seen.signal} to ${seen.to < 0 ? `group ${-seen.to}` : seen.to}${seen.result === 'ok' ? '' : ', in vain'}`;
    case 'signal':
      return `${seen.pid} is told of ${seen.signal} (${seen.code}${seen.from === undefined ? '' : ` from ${seen.from}`})`;
    case 'fork':
      return `${seen.pid} forks ${seen.child}`;
    case 'exec':
      return `${seen.pid} executes ${seen.path}`;
    case 'setsid':
      return `${seen.pid} makes a session of its own`;
    case 'setpgid':
      return `${seen.pid} puts ${seen.of} into group ${seen.pgid}`;
    case 'reap':
      return `${seen.pid} waits for ${seen.child}`;
    case 'exit':
      return `${seen.pid} ends, ${seen.signal === undefined ? `status ${seen.status}` : `by ${seen.signal}`}`;
  }
}
