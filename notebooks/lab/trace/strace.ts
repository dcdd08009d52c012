import type { Event } from '../history';
import type { Timed } from './kinship';

const line = /^(\d+) +(\d+\.\d+) (.*)$/;
const call = /^(\w+)\((.*?)\) += (-?\d+|\?)/;
const resumed = /^<\.\.\. (\w+) resumed>(.*)$/;
const unfinished = /^(\w+)\((.*) <unfinished \.\.\.>$/;

/**
 * Reads what `strace -f -ttt` wrote: a line an event (times are in seconds since the Epoch), calls that were interrupted by another process's line joined again.
 * A line that is cut off or not understood is left out: what a claim needs and does not find makes it inconclusive.
 * Format: strace(1), "Tracing" and "Output format".
 */
export function parseStrace(text: string): Timed[] {
  const begun = new Map<string, string>();
  const events: Timed[] = [];
  for (const whole of text.split('\n').slice(0, -1)) {
    const [, pid = '', at = '', said = ''] = line.exec(whole) ?? [];
    if (pid === '') continue;
    const [, half, arguments_] = unfinished.exec(said) ?? [];
    if (half !== undefined) {
      begun.set(pid, `${half}(${arguments_}`);
      continue;
    }
    const [, , rest] = resumed.exec(said) ?? [];
    const event = eventOf(Number(pid), rest === undefined ? said : `${begun.get(pid) ?? ''}${rest}`);
    if (event !== undefined) events.push({ at: Number(at), ...event });
  }
  return events;
}

function eventOf(pid: number, said: string): Event | undefined {
  return signalOf(pid, said) ?? exitOf(pid, said) ?? callOf(pid, said);
}

/** `--- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=7, si_uid=0} ---`: a signal that the process takes. */
function signalOf(pid: number, said: string): Event | undefined {
  const [, signal, info = ''] = /^--- (SIG\w+) \{(.*)\} ---$/.exec(said) ?? [];
  if (signal === undefined) return undefined;
  const code = /si_code=(\w+)/.exec(info)?.[1] ?? '?';
  const from = /si_pid=(\d+)/.exec(info)?.[1];
  // For SIGCHLD si_pid is the child it tells of; whoever else it names is the sender: sigaction(2).
  const sender = code === 'SI_USER' || code === 'SI_TKILL' || code === 'SI_QUEUE' ? from : undefined;
  return { event: 'signal', pid, signal, code, ...(sender === undefined ? {} : { from: Number(sender) }) };
}

/** `+++ exited with 0 +++`, `+++ killed by SIGTERM (core dumped) +++` */
function exitOf(pid: number, said: string): Event | undefined {
  const [, status] = /^\+\+\+ exited with (\d+) \+\+\+$/.exec(said) ?? [];
  if (status !== undefined) return { event: 'exit', pid, status: Number(status) };
  const [, signal] = /^\+\+\+ killed by (SIG\w+)(?: \(core dumped\))? \+\+\+$/.exec(said) ?? [];
  return signal === undefined ? undefined : { event: 'exit', pid, signal };
}

function callOf(pid: number, said: string): Event | undefined {
  const [, name = '', words = '', result = ''] = call.exec(said) ?? [];
  const value = Number(result);
  const [first = '', second = '', third = ''] = words.split(', ');
  if (/^(kill|tkill|tgkill)$/.test(name)) {
    const signal = name === 'tgkill' ? third : second;
    return { event: 'kill', by: pid, to: Number(first), signal, result: value === 0 ? 'ok' : 'failed' };
  }
  if (Number.isNaN(value) || value < 0) return undefined;
  if (/^(clone|clone3|fork|vfork)$/.test(name) && value > 0 && !words.includes('CLONE_THREAD'))
    return { event: 'fork', pid, child: value };
  if (name === 'execve') return { event: 'exec', pid, path: first.replace(/^"|"$/g, '') };
  if (name === 'prctl')
    return first === 'PR_SET_CHILD_SUBREAPER' && second !== '0' ? { event: 'subreaper', pid } : undefined;
  if (name === 'setsid') return { event: 'setsid', pid };
  if (name === 'setpgid')
    return { event: 'setpgid', pid, of: Number(first) || pid, pgid: Number(second) || Number(first) || pid };
  const child = waitedFor(name, words, value);
  return child === undefined ? undefined : { event: 'reap', pid, child };
}

/** The child that a wait took away; to be told that one stopped or went on, or to look with WNOWAIT, takes nobody away. */
function waitedFor(name: string, words: string, value: number): number | undefined {
  if (name === 'wait4') return value > 0 && !/WIF(STOPPED|CONTINUED)/.test(words) ? value : undefined;
  if (name !== 'waitid' || words.includes('WNOWAIT')) return undefined;
  const [, child] = /si_code=CLD_(?:EXITED|KILLED|DUMPED), si_pid=(\d+)/.exec(words) ?? [];
  return child === undefined ? undefined : Number(child);
}
