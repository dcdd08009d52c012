import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process, ProcessTable } from '../lab/processes';

/** A signal as a witness took it. */
export interface Told {
  signal: string;
  from: number | 'the kernel';
}

/** One witness (report-signals.c): what it wrote down. `ignores` are signals that it was started to ignore. */
export interface Report {
  name: string;
  pid: number;
  ignores: string[];
  told: Told[];
  /** Whether it answered the question whether that was all. */
  asked: 'yes' | 'no';
}

/** Reads what the witnesses wrote, by name. What came after a witness was asked is none of the event's. */
export function reports(text: string): Map<string, Report> {
  const all = new Map<string, Report>();
  for (const line of text.split('\n')) {
    const [, name = '', pid = '', said = ''] = /^([\w-]+) (\d+): (.*)$/.exec(line) ?? [];
    if (name === '') continue;
    const report = all.get(name) ?? { name, pid: Number(pid), ignores: [], told: [], asked: 'no' };
    all.set(name, report);
    if (said.startsWith('ready')) report.ignores = said.match(/SIG\w+/g) ?? [];
    const [, signal, from] = /^(SIG\w+) from (the kernel|\d+)$/.exec(said) ?? [];
    if (said === 'asked') report.asked = 'yes';
    else if (signal !== undefined && from !== undefined && report.asked === 'no')
      report.told.push({ signal, from: from === 'the kernel' ? from : Number(from) });
  }
  return all;
}

/** A witness with its rows in the tables before and after the event: `later` is absent where it was gone. */
interface Witness extends Report {
  before: Process;
  later?: Process;
}

/** Those who were there after the event, or were told something before they went; who was killed by the experiment is not. */
function heard(history: History) {
  const before = history.table('before');
  const after = history.table('after');
  const said = history.of('command').filter((seen) => seen.command === 'cat told');
  const file = said[said.length - 1];
  if (file === undefined) throw new Error('nobody asked the witnesses');
  const witnesses: Witness[] = [];
  for (const report of reports(file.stdout).values()) {
    const row = before.table.find(report.pid);
    const found = after.table.find(report.pid);
    const later = found?.stat.startsWith('Z') ? undefined : found;
    if (row === undefined) throw new Error(`${report.name} (${report.pid}) was not in the table`);
    if (later === undefined && report.told.length === 0) continue;
    // Who was stopped still was continued by the experiment, to be asked: that is no part of the event.
    const ours = (told: Told) => later?.stat.startsWith('T') && told.signal === 'SIGCONT' && told.from !== 'the kernel';
    const told = report.told.filter((one) => !ours(one));
    witnesses.push({ ...report, told, before: row, ...(later === undefined ? {} : { later }) });
  }
  if (witnesses.length === 0) throw new Error('no witness was left to ask');
  return { witnesses, file, before, after };
}

/** The same with the kernel's trace beside it, where there is one. Throws where the two disagree. */
function stage(history: History) {
  const { witnesses, file, before, after } = heard(history);
  const { traced, cites } = kernelSays(history, witnesses);
  return { witnesses, file, before, after, traced, cites: [before.seen, after.seen, file, ...cites] };
}

/**
 * The kernel's own trace of what it sent, where there is one: the signals with the code SI_KERNEL, without those of which one
 * was pending already, and the end of the session's leader, if that was before. Throws where it disagrees with a witness:
 * one that lives has told of all, in the order of sending; one that is gone may have died of the first.
 */
function kernelSays(history: History, witnesses: Witness[]): { traced: string; cites: Observation[] } {
  const signals = history.kernelEvents('signal');
  if (signals === undefined) return { traced: '', cites: [] };
  const sent = signals.filter(({ code, fate }) => code === 'SI_KERNEL' && fate !== 'dropped');
  for (const { name, pid, told, later } of witnesses) {
    const said = new Set(told.flatMap(({ signal, from }) => (from === 'the kernel' ? signal : [])));
    const seen = new Set(sent.flatMap((one) => (one.pid === pid ? one.signal : [])));
    const list = (names: Set<string>) => [...names].join(', then ') || 'nothing';
    const agree = later === undefined ? [...said].every((signal) => seen.has(signal)) : list(said) === list(seen);
    if (!agree)
      throw new Error(`of the kernel ${name} (${pid}) says ${list(said)}, but the kernel's trace says ${list(seen)}`);
  }
  const leader = witnesses[0]?.before.sid;
  const ended = history.eventsToo('exit').filter(({ pid, n }) => pid === leader && sent.some((one) => one.n > n));
  return { traced: ' (as the kernel traced)', cites: [...ended, ...sent] };
}

function witness(history: History, name: string): Witness {
  const found = stage(history).witnesses.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not there to be asked`);
  return found;
}

const words = (told: Told[]) =>
  told.length === 0 ? 'nothing' : told.map(({ signal, from }) => `${signal} from ${from}`).join(', ');
const wordsOf = (all: Witness[]) => all.map(({ name, told }) => `${name}: ${words(told)}`).join('; ');
const got = (one: Witness, signal: string) => one.told.find((told) => told.signal === signal);
const isStopped = (row: Process | undefined) => row?.stat.startsWith('T') === true;
const standing = (row: Process | undefined) =>
  row === undefined ? 'is gone' : isStopped(row) ? 'is stopped' : 'runs on';

/** For a cell to show: what each witness of each arm was told, and how it stood afterwards. */
export function toldTable(histories: History[]): string {
  return histories
    .map((history) => {
      const [obstacle] = [...history.of('missing'), ...history.of('failure')];
      if (obstacle !== undefined) return `${history.arm}: ${obstacle.because}`;
      const lines = heard(history).witnesses.map(
        ({ name, told, later }) => `  ${name.padEnd(19)} ${words(told)}; ${standing(later)}`,
      );
      return [history.arm, ...lines].join('\n');
    })
    .join('\n');
}

/** Yes when `test` holds of what the witnesses of the arm were told. */
const observed =
  (test: (witnesses: Witness[]) => boolean) =>
  (history: History): Seen => {
    const { witnesses, traced, cites } = stage(history);
    return (test(witnesses) ? yes : no)(`${wordsOf(witnesses)}${traced}`, ...cites);
  };

/** The same of the one witness of that name, or of that name with "stopped-" before it; unseen where there is none. */
const observedOf =
  (wanted: string, test: (one: Witness) => boolean) =>
  (history: History): Seen => {
    const { witnesses, traced, cites } = stage(history);
    const one =
      witnesses.find(({ name }) => name === wanted) ?? witnesses.find(({ name }) => name === `stopped-${wanted}`);
    if (one === undefined) return unseen(`there was no ${wanted} to be asked`);
    const ignoring = one.ignores.length > 0 ? `, ignoring ${one.ignores.join(' and ')}` : '';
    return (test(one) ? yes : no)(
      `${one.name} (${one.pid})${ignoring} was told ${words(one.told)}${traced}; it ${standing(one.later)}`,
      ...cites,
    );
  };

/** The kernel told the foreground group of `signal`, all of it, and told nobody else anything. */
const foregroundTold = (signal: string) => (history: History) => {
  const { witnesses } = stage(history);
  const inForeground = (one: Witness) => one.before.pgid === one.before.tpgid;
  if (!witnesses.some(inForeground) || witnesses.every(inForeground))
    return unseen('there were not both a foreground and somebody else');
  return observed((all) =>
    all.every((one) => (inForeground(one) ? got(one, signal)?.from === 'the kernel' : one.told.length === 0)),
  )(history);
};

/** The leader was told by the kernel, and none of the others anything. */
function leaderTold(history: History): Seen {
  const { witnesses } = stage(history);
  const leads = (one: Witness) => one.pid === one.before.sid;
  if (witnesses.every(leads)) return unseen('there was nobody but the leader');
  return observed(
    (all) => all.some(leads) && all.every((one) => (leads(one) ? hangUpAndGoOn(one) : one.told.length === 0)),
  )(history);
}

/** Every witness was told of SIGHUP, by whomever; and so was the shell that led the session, if it was one. */
function wholeSessionHungUp(history: History): Seen {
  const { witnesses, before, cites } = stage(history);
  const leader = before.table.find(witnesses[0]?.before.sid ?? 0);
  if (leader === undefined) return unseen('the leader of the session was not in the table');
  const leads = witnesses.some(({ pid }) => pid === leader.pid);
  const signals = leads ? [] : history.events('signal');
  const traced = signals.filter(({ pid, signal }) => pid === leader.pid && signal === 'SIGHUP');
  const everyone = witnesses.every((one) => got(one, 'SIGHUP') !== undefined) && (leads || traced.length > 0);
  const shell = leads ? '' : `; ${leader.comm}: ${traced.length > 0 ? 'SIGHUP' : 'nothing'}`;
  return (everyone ? yes : no)(`${wordsOf(witnesses)}${shell}`, ...cites, ...traced.slice(0, 1));
}

/** SIGHUP, then SIGCONT, both from the kernel: what one gets who is told that a group lost its guardian. */
const hangUpAndGoOn = (one: Witness) => {
  const kernels = one.told.filter(({ from }) => from === 'the kernel').map(({ signal }) => signal);
  return kernels.includes('SIGHUP') && kernels.indexOf('SIGCONT') > kernels.indexOf('SIGHUP');
};

/** No process of the group has its parent in the same session and outside the group: POSIX, "orphaned process group". */
function isOrphaned(table: ProcessTable, pgid: number): boolean {
  return table.inGroup(pgid).every((process) => {
    const parent = table.find(process.ppid);
    return parent === undefined || parent.sid !== process.sid || parent.pgid === pgid;
  });
}

/**
 * Whether all of a group that became orphaned were told SIGHUP and SIGCONT. Looks at the groups that had a stopped
 * process in them; where no group had one, at the others.
 */
function newlyOrphanedTold(history: History): Seen {
  const { witnesses, before, after, traced, cites } = stage(history);
  const orphaned = [...new Set(witnesses.map((one) => one.before.pgid))].filter(
    (pgid) => !isOrphaned(before.table, pgid) && isOrphaned(after.table, pgid),
  );
  const withStopped = orphaned.filter((pgid) => before.table.inGroup(pgid).some(isStopped));
  const groups = withStopped.length > 0 ? withStopped : orphaned;
  const members = witnesses.filter((one) => groups.includes(one.before.pgid));
  if (members.length === 0) return unseen('no group became orphaned');
  const shown = `${withStopped.length > 0 ? 'with a stopped process' : 'all running'}: ${wordsOf(members)}${traced}`;
  return (members.every(hangUpAndGoOn) ? yes : no)(shown, ...cites);
}

/** The stopped member of a group that did not become orphaned by the event was told nothing, and is stopped still. */
const leftStopped = observedOf('stopped-member', (one) => one.told.length === 0 && isStopped(one.later));

/** Whether the group was without members when its leader had gone. */
function groupGone(history: History): Seen {
  const { before, after, file, cites } = stage(history);
  const pgid = reports(file.stdout).get('group')?.pid;
  if (pgid === undefined) return unseen('there was no group');
  if (before.table.inGroup(pgid).length < 2) return unseen('the group had no member but its leader');
  const left = after.table.inGroup(pgid);
  const shown = `of group ${pgid}, ${left.length} of ${before.table.inGroup(pgid).length} are left`;
  return (left.length === 0 ? yes : no)(shown, ...cites);
}

/** A signal to the group's number, after its leader had gone, reached somebody. */
function groupReached(history: History): Seen {
  const { cites } = stage(history);
  const sent = history.of('command').find(({ command }) => /^kill -s USR1 -- -\d+$/.test(command));
  if (sent === undefined) return unseen('nobody signalled the group');
  if (sent.status !== 0) return no(`${sent.command}: ${sent.stderr.trim()}`, ...cites, sent);
  const reached = witness(history, 'member');
  const shown = `${sent.command}; member (${reached.pid}): ${words(reached.told)}`;
  return (got(reached, 'SIGUSR1') !== undefined ? yes : no)(shown, ...cites, sent);
}

/** The job's signal came from its shell, after the shell had been told of it itself. */
const fromShell = (signal: string) => (history: History) => {
  const { witnesses, before, cites } = stage(history);
  const one = witnesses.find(({ name }) => name === 'job' || name === 'foreground');
  const told = one === undefined ? undefined : got(one, signal);
  const shell = before.table.find(one?.before.ppid ?? 0);
  if (one === undefined || shell === undefined) return unseen('there was no job of a shell');
  if (told === undefined) return no(`${one.name} was told ${words(one.told)}`, ...cites);
  const heard = history.events('signal').filter((seen) => seen.pid === shell.pid && seen.signal === signal);
  const shown = `${one.name}: ${words(one.told)}; the shell (${shell.comm}, ${shell.pid}): ${heard.length > 0 ? signal : `no ${signal}`}`;
  return (told.from === shell.pid && heard.length > 0 ? yes : no)(shown, ...cites, ...heard.slice(0, 1));
};

/** It was the leader of its session, the shell, that told it. */
const toldByLeader = (signal: string) => (one: Witness) => got(one, signal)?.from === one.before.sid;

/** The job answered after all was over: it lives. */
const lives = (one: Witness) => one.later !== undefined && one.asked === 'yes';

/** The session of the job is another than that of the shell, which the terminal was opened with. */
function inAnotherSession(history: History): Seen {
  const { before, cites } = stage(history);
  const { before: job } = witness(history, 'job');
  const shell = before.table.rows.find(({ comm, pid, sid }) => comm === 'bash' && pid === sid);
  if (shell === undefined) return unseen('there was no bash that led a session');
  const shown = `job: SESS ${job.sid}, TTY ${job.tty}; bash: SESS ${shell.sid}, TTY ${shell.tty}`;
  return (job.sid !== shell.sid ? yes : no)(shown, ...cites);
}

/** After `kill`, the shell is gone; or it answers. */
function shellGone(history: History): Seen {
  const { table, seen } = history.table('after');
  const { text: screen, seen: shown } = history.screen('Terminal 1');
  if (!screen.includes('$')) return unseen('no shell ever showed its prompt');
  const shell = table.rows.find(({ comm, tty }) => (comm === 'bash' || comm === 'dash') && tty !== '?');
  if (shell === undefined) return yes('the shell is gone', seen, shown);
  if (!/^(\$ )?42$/m.test(screen)) return unseen('the shell is there, and does not answer');
  return no(`${shell.comm} (${shell.pid}) is there, and answers`, seen, shown);
}

/** Which of the two ended first, by the trace. */
function scriptWaited(history: History): Seen {
  const { table, seen } = history.table('before');
  const command = table.named('sleep');
  const told = history.events('signal').find(({ signal }) => signal === 'SIGTERM');
  const endOf = (pid: number): Observation | undefined => history.events('exit').find((end) => end.pid === pid);
  const [script, other] = [endOf(told?.pid ?? 0), endOf(command.pid)];
  if (told === undefined || script === undefined || other === undefined)
    return unseen('the trace does not tell of the SIGTERM, or of both ends');
  if (told.n > other.n) return unseen('SIGTERM came when the command had ended already');
  return script.n > other.n
    ? yes('the script ended after its command', seen, told, other, script)
    : no('the script ended while its command was running', seen, told, script, other);
}

/** What was written to the terminal came to nothing, and the writer was told EIO. */
function writeFails(history: History): Seen {
  const said = history.of('command').find(({ command }) => command === 'cat said');
  if (said === undefined || said.status !== 0) return unseen('the writer did not come so far');
  const [complaint] = /Input\/output error/.exec(said.stdout) ?? [];
  const other = said.stdout.trim();
  if (complaint !== undefined) return yes(other.replace(/\n/g, '; '), said);
  return other === '' ? no('it wrote, and nothing complained', said) : unseen(`it failed otherwise: ${other}`);
}

const escaping = ['disown', 'disown -h', 'nohup', 'setsid', '( & )'];

export const claims: Claims = {
  'session.exit-whole-session': {
    effect: observed((all) => all.every((one) => got(one, 'SIGHUP') !== undefined)),
    treatment: ['leader killed'],
    control: ['leader killed, all in one group'],
  },
  'session.exit-background': {
    effect: observedOf('background', (one) => one.told.length === 0),
    condition: 'whether one of the group is stopped',
    treatment: ['leader killed', 'leader killed, no terminal', 'leader killed, background stopped'],
    control: ['parent killed, all running'],
  },
  'session.hangup-whole-session': {
    effect: wholeSessionHungUp,
    treatment: ['hung up', 'window of bash, disowned'],
    control: ['window of bash'],
  },
  'session.hangup-tells-leader': {
    effect: leaderTold,
    treatment: ['hung up', 'hung up, foreground stopped'],
    control: ['hung up, then leader killed'],
  },
  'session.hangup-then-exit': {
    effect: observedOf('foreground', hangUpAndGoOn),
    treatment: ['hung up, then leader killed'],
    control: ['hung up', 'leader killed'],
  },
  'session.ctrl-c-foreground': {
    effect: foregroundTold('SIGINT'),
    treatment: ['Ctrl-C', 'Ctrl-C, foreground stopped'],
    control: ['Ctrl-C, isig off'],
  },
  'session.resize-foreground': {
    effect: foregroundTold('SIGWINCH'),
    treatment: ['resized', 'resized, foreground stopped'],
    control: ['resized to the same size'],
  },
  'session.ctrl-c-stopped': {
    effect: observedOf('foreground', (one) => isStopped(one.later) && got(one, 'SIGINT')?.from === 'the kernel'),
    treatment: ['Ctrl-C, foreground stopped'],
    control: ['Ctrl-C'],
  },
  'session.ctrl-c-shell': {
    effect: (history) => fromShell(history.arm.startsWith('Ctrl-C') ? 'SIGINT' : 'SIGHUP')(history),
    treatment: ['Ctrl-C, job of bash'],
    control: ['window of bash'],
  },
  'session.ctrl-c-async': {
    effect: observedOf('job', (one) => !lives(one) && got(one, 'SIGINT') !== undefined),
    treatment: ['Ctrl-C, script runs cmd &', 'Ctrl-C, bash script runs cmd &'],
    control: ['Ctrl-C, script runs cmd'],
  },
  'session.async-ignores-sigint': {
    effect: observedOf(
      'job',
      (one) => got(one, 'SIGINT')?.from === 'the kernel' && one.ignores.includes('SIGINT') && lives(one),
    ),
    treatment: ['Ctrl-C, script runs cmd &', 'Ctrl-C, bash script runs cmd &'],
    control: ['Ctrl-C, script runs cmd'],
  },
  'session.orphaned-stopped': {
    effect: newlyOrphanedTold,
    treatment: [
      'parent killed, background stopped',
      'parent killed, foreground stopped',
      'first killed, nobody left',
      'leader killed, background stopped',
      'leader killed, foreground stopped',
      'leader killed, no terminal',
      'hung up, then leader killed',
      'hung up, then leader killed, foreground stopped',
    ],
    control: ['parent killed, all running'],
  },
  'session.newly-orphaned-only': {
    effect: leftStopped,
    treatment: ['first killed, a fellow left', 'leader killed, no terminal'],
    control: ['first killed, nobody left'],
  },
  'session.orphan-not-stopped': {
    effect: observedOf('background', (one) => got(one, 'SIGTSTP') !== undefined && !isStopped(one.later) && lives(one)),
    treatment: ['TSTP, group is orphaned'],
    control: ['TSTP, group has a guardian'],
  },
  'session.group-dies-with-leader': {
    effect: groupGone,
    treatment: ['group leader killed'],
    control: ['whole group killed'],
  },
  'session.group-outlives-leader': {
    effect: groupReached,
    treatment: ['group leader killed'],
    control: ['group leader killed, alone'],
  },
  'session.each-escapes': { effect: observedOf('job', lives), treatment: escaping, control: ['&'] },
  'session.not-told': {
    effect: observedOf('job', (one) => one.told.length === 0),
    treatment: ['disown', 'disown -h', 'setsid', '( & )'],
    control: ['nohup', '&'],
  },
  'session.nohup-ignores': {
    effect: observedOf('job', (one) => toldByLeader('SIGHUP')(one) && one.ignores.includes('SIGHUP') && lives(one)),
    treatment: ['nohup'],
    control: ['&', 'disown'],
  },
  'session.disown-moves': { effect: inAnotherSession, treatment: ['disown', 'disown -h'], control: ['setsid'] },
  'session.nohup-session': { effect: inAnotherSession, treatment: ['nohup'], control: ['setsid'] },
  'session.dash-leaves-jobs': {
    effect: observedOf('background', (one) => one.told.length === 0 && lives(one)),
    treatment: ['window of dash'],
    control: ['window of bash'],
  },
  'session.hung-up-terminal': {
    effect: writeFails,
    treatment: ['a word to a closed window'],
    control: ['a word to an open window'],
  },
  'session.exit-hups-jobs': {
    effect: observedOf('job', toldByLeader('SIGHUP')),
    treatment: ['exit'],
    control: ['exit, login shell, huponexit'],
  },
  'session.huponexit': {
    effect: observedOf('job', toldByLeader('SIGHUP')),
    treatment: ['exit, login shell, huponexit'],
    control: ['exit, login shell', 'exit, huponexit'],
  },
  'session.exit-ends-stopped': {
    effect: observedOf('job', (one) => toldByLeader('SIGTERM')(one) && !lives(one)),
    treatment: ['exit, job stopped'],
    control: ['exit of dash, job stopped'],
  },
  'session.kill-9-shell-jobs': {
    effect: observedOf('job', (one) => !lives(one)),
    condition: 'whether the job is running or stopped',
    treatment: ['kill -9 of bash, job running', 'kill -9 of bash, job stopped'],
    control: ['&'],
  },
  'session.kill-ends-shell': {
    effect: shellGone,
    treatment: ['kill of bash', 'kill of dash'],
    control: ['kill of a bash that is not interactive'],
  },
  'session.term-waits': {
    effect: scriptWaited,
    condition: 'whether the script has a trap for SIGTERM',
    treatment: ['TERM, no trap', 'TERM, no trap, bash', 'TERM, trap', 'TERM, trap, bash'],
    control: ['TERM, trap, wait'],
  },
  'session.wait-is-interrupted': {
    effect: (history) => {
      const waited = scriptWaited(history);
      if (waited.answer === 'unseen') return waited;
      return (waited.answer === 'yes' ? no : yes)(waited.because, ...waited.cites);
    },
    treatment: ['TERM, trap, wait', 'TERM, trap, wait, bash'],
    control: ['TERM, trap', 'TERM, trap, bash'],
  },
};
