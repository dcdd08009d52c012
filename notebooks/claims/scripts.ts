import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process } from '../lab/processes';

/** a.sh and b.sh as they stood in the first table, and that table. */
function pair(history: History) {
  const { table, seen } = history.table('before');
  return { a: table.named('a.sh'), b: table.named('b.sh'), table, seen };
}

/** Whom of those in the first table a SIGTERM reached, by the trace, in words; nothing where there was none. */
function terminated(history: History): { names: string[]; words: string; cites: Observation[] } {
  const { table } = pair(history);
  const told = history
    .eventsToo('signal')
    .filter(({ pid, signal, fate }) => signal === 'SIGTERM' && fate !== 'ignored' && table.find(pid) !== undefined);
  const names = [...new Set(told.map(({ pid }) => `${table.find(pid)?.comm} (${pid})`))];
  return { names, words: names.length === 0 ? '' : `SIGTERM reached ${names.join(', ')}; `, cites: told };
}

/** Whether b.sh came as far as making its directory. */
function madeIt(history: History): Seen {
  const { seen: before } = pair(history);
  const { words, cites } = terminated(history);
  const { state, seen } = history.file('abcdef');
  return state === 'there'
    ? yes(`${words}b.sh made abcdef`, before, ...cites, seen)
    : no(`${words}b.sh ended without making abcdef`, before, ...cites, seen);
}

/** b.sh outlived it, and where there is a trace nobody but a.sh was told. */
function reachesOne(history: History): Seen {
  const seen = madeIt(history);
  const { names } = terminated(history);
  return seen.answer === 'yes' && names.length > 1 ? no(seen.because, ...seen.cites) : seen;
}

function goesToInitAndOn(history: History): Seen {
  const { a, b, seen: before } = pair(history);
  if (b.ppid !== a.pid) return unseen(`b.sh (${b.pid}) was no child of a.sh (${a.pid}) to begin with`);
  const { table, seen: after } = history.table('after');
  const later = table.find(b.pid);
  if (table.find(a.pid) !== undefined) return unseen(`a.sh (${a.pid}) was still there`);
  if (later === undefined) return no('b.sh was gone as well', before, after, history.file('abcdef').seen);
  if (later.ppid !== history.init) return no(`b.sh's parent is ${later.ppid}, not init`, before, after);
  const { state, seen: file } = history.file('abcdef');
  if (state === 'absent') return no(`b.sh went to init (${history.init}) but ended before mkdir`, before, after, file);
  const adoption = history.eventsToo('reparent').filter(({ pid, to }) => pid === b.pid && to === history.init);
  return yes(
    `b.sh (${b.pid}) went from a.sh (${a.pid}) to init (${history.init}), ran on, and made abcdef`,
    before,
    ...adoption,
    after,
    file,
  );
}

function showsTerminated(history: History): Seen {
  const { text, seen } = history.screen('Terminal 1');
  return /^Terminated$/m.test(text)
    ? yes('the screen has the line "Terminated"', seen)
    : no('the screen has no such line', seen);
}

/** SESS the same, PGRP the same and a.sh's PID, and a.sh not the leader of the session. */
function sameGroupNoLeader(history: History): Seen {
  const { a, b, seen } = pair(history);
  const shown = `a.sh ${a.pid}: PGRP ${a.pgid}, SESS ${a.sid}; b.sh ${b.pid}: PGRP ${b.pgid}, SESS ${b.sid}`;
  const holds = a.sid === b.sid && a.pgid === b.pgid && a.pgid === a.pid && a.sid !== a.pid;
  return holds ? yes(shown, seen) : no(shown, seen);
}

/** Whether the script called last is in another group than the one who called it. */
function calledIntoNewGroup(history: History): Seen {
  const { table, seen } = history.table('before');
  const called = table.named('b.sh');
  const caller = table.find(called.ppid);
  if (caller === undefined) return unseen(`b.sh's caller (${called.ppid}) was not in the table`);
  const shown = `b.sh (group ${called.pgid}) called by ${caller.comm} (group ${caller.pgid})`;
  return called.pgid !== caller.pgid ? yes(shown, seen) : no(shown, seen);
}

/** Whether the kill of a.sh, leader of its session, was the end of b.sh too. */
function takesChildAlong(history: History): Seen {
  const { a, seen: before } = pair(history);
  const leads =
    a.sid === a.pid ? `a.sh (${a.pid}) leads its session, terminal ${a.tty}` : `a.sh (${a.pid}) leads no session`;
  const { state, seen } = history.file('abcdef');
  return state === 'absent'
    ? yes(`${leads}; b.sh went along`, before, seen)
    : no(`${leads}; b.sh ran on`, before, seen);
}

/** Adopted, and waited for when it ended. */
function adoptedAndReaped(history: History): Seen {
  const { b } = pair(history);
  const { table, seen: after } = history.table('after');
  if (table.find(b.pid)?.ppid !== history.init) return no(`init (${history.init}) did not adopt b.sh`, after);
  const end = history
    .of('process')
    .filter((seen) => seen.pid === b.pid)
    .pop();
  if (end === undefined) return unseen('nobody looked at the end of b.sh');
  if (end.state !== 'gone') return no(`it stays, in state ${end.state}`, after, end);
  // Only tracefs sees init; strace does not, and without a parent that waits nothing would be gone.
  const waited = history.eventsToo('reap').filter(({ pid, child }) => pid === history.init && child === b.pid);
  return yes('init waited for it: it is gone', after, ...waited, end);
}

/** The memory and the descriptor table that /proc/PID/status shows. */
function holdsNothing(history: History): Seen {
  const status = history
    .of('command')
    .filter((seen) => seen.command.includes('/status'))
    .pop();
  if (status === undefined) return unseen('nobody looked at what b.sh held');
  const [, state = '?'] = /State:\s+(\S)/.exec(status.stdout) ?? [];
  const [, descriptors = '?'] = /FDSize:\s+(\d+)/.exec(status.stdout) ?? [];
  const [, memory] = /VmRSS:\s+(\d+ kB)/.exec(status.stdout) ?? [];
  const shown = `in state ${state}: memory ${memory ?? 'none'}, descriptor table ${descriptors}`;
  return memory === undefined && descriptors === '0' ? yes(shown, status) : no(shown, status);
}

/** SIGHUPs that reached `process`, and how it ended, according to the trace. One that is waiting already is not told again. */
function hangUp(history: History, process: Process) {
  const told = history
    .events('signal')
    .filter((seen) => seen.pid === process.pid && seen.signal === 'SIGHUP')
    .filter((seen) => seen.fate !== 'dropped' && seen.fate !== 'blocked');
  const ended = history
    .events('exit')
    .filter((seen) => seen.pid === process.pid)
    .pop();
  return { told, ended };
}

/** The kernel itself sent SIGHUP to a.sh and b.sh. */
function kernelHangsUp(history: History): Seen {
  const { a, b, seen } = pair(history);
  const [one, other] = [hangUp(history, a), hangUp(history, b)];
  if (one.ended === undefined || other.ended === undefined)
    return unseen('the trace does not tell how a.sh and b.sh ended');
  const told = [one, other].flatMap((process) => process.told.find((signal) => signal.code === 'SI_KERNEL') ?? []);
  const cites = [seen, ...told, one.ended, other.ended];
  if (told.length === 2) return yes('both took SIGHUP from the kernel (SI_KERNEL)', ...cites);
  return no(`${told.length === 0 ? 'neither' : 'only one of them'} took SIGHUP from the kernel`, ...cites);
}

/** Whoever was told of SIGHUP ended by it. */
function hangUpEnds(history: History): Seen {
  const { b, seen } = pair(history);
  const { told, ended } = hangUp(history, b);
  const [first] = told;
  if (first === undefined || ended === undefined) return unseen('the trace shows no SIGHUP to b.sh, or not its end');
  if (ended.signal === 'SIGHUP') return yes(`b.sh (${b.pid}) took SIGHUP and ended by it`, seen, first, ended);
  const did = first.fate === 'ignored' ? 'ignored' : 'took';
  return no(`b.sh (${b.pid}) ${did} SIGHUP and ran on to its end, status ${ended.status}`, seen, first, ended);
}

/** The shell that was told of the hang-up passed it on to its job. */
function shellPassesOn(history: History): Seen {
  const { a, table, seen } = pair(history);
  const shell = table.find(a.ppid);
  if (shell === undefined) return no('a.sh has another parent than the shell', seen);
  const told = history.events('signal').find((event) => event.pid === shell.pid && event.signal === 'SIGHUP');
  const sent = history
    .events('kill')
    .find((event) => event.by === shell.pid && event.to === -a.pgid && event.signal === 'SIGHUP');
  const ended = history.events('exit').find((event) => event.pid === shell.pid);
  if (told === undefined) {
    if (ended === undefined) return unseen('the trace does not tell how the shell ended');
    return no('the shell was not told of any hang-up', seen, ended);
  }
  if (sent === undefined) return no('the shell was told, and passed nothing on', seen, told);
  return yes(`bash (${shell.pid}) took SIGHUP, and sent SIGHUP to the group of its job (${a.pgid})`, seen, told, sent);
}

function inForeground(history: History): Seen {
  const { b, seen } = pair(history);
  const shown = `b.sh's group is ${b.pgid}, the terminal's foreground group ${b.tpgid}`;
  return b.pgid === b.tpgid ? yes(shown, seen) : no(shown, seen);
}

/** The attempt to spread a group over two sessions was refused, and every row has a group that lies in one session. */
function oneSessionAGroup(history: History): Seen {
  const { text, seen: screen } = history.screen('Terminal 1');
  const { table, seen } = history.table('after');
  const sessions = new Map<number, Set<number>>();
  for (const { pgid, sid } of table.rows) sessions.set(pgid, (sessions.get(pgid) ?? new Set()).add(sid));
  const astray = table.rows.find(({ pgid, sid }) => pgid < 1 || sid < 1 || sessions.get(pgid)?.size !== 1);
  if (astray !== undefined)
    return no(`${astray.comm} (${astray.pid}) has group ${astray.pgid} in session ${astray.sid}`, seen);
  if (/^joined /m.test(text)) return no('the process joined the group', screen);
  const [refusal] = /^refused .*: Operation not permitted;.*$/m.exec(text) ?? [];
  if (refusal === undefined) return unseen('the attempt was neither allowed nor refused with EPERM');
  if (table.rows.length === 0) return unseen('there was no process to look at');
  return yes(`${refusal}; all ${table.rows.length} processes have a group, each group in one session`, screen, seen);
}

export const claims: Claims = {
  'scripts.child-survives': { effect: goesToInitAndOn, treatment: ['kill a.sh'], control: ['kill the group'] },
  'scripts.terminated': { effect: showsTerminated, treatment: ['kill a.sh'], control: ['left alone'] },
  'scripts.same-group': { effect: sameGroupNoLeader, treatment: ['kill a.sh'], control: ['leader without a terminal'] },
  'scripts.new-group': { effect: calledIntoNewGroup, treatment: ['kill a.sh'], control: ['b.sh called by the shell'] },
  'scripts.shell-makes-group': {
    effect: calledIntoNewGroup,
    treatment: ['b.sh called by the shell'],
    control: ['b.sh called by the shell, job control off'],
  },
  'scripts.not-leader-so-survives': {
    effect: takesChildAlong,
    condition: 'whether the session that a.sh leads has a controlling terminal',
    treatment: ['leader of the terminal', 'leader without a terminal'],
    control: ['kill a.sh'],
  },
  'scripts.kill-reaches-one': {
    effect: reachesOne,
    treatment: ['kill a.sh', 'leader without a terminal'],
    control: ['kill the group'],
  },
  'scripts.init-reaps': {
    effect: adoptedAndReaped,
    condition: 'whether PID 1 waits for what it adopts',
    treatment: ['kill a.sh', 'kill a.sh, PID 1 never waits'],
    control: ['kill the group'],
  },
  'scripts.kernel-frees': { effect: holdsNothing, treatment: ['kill a.sh, PID 1 never waits'], control: ['kill a.sh'] },
  'session.membership': {
    effect: oneSessionAGroup,
    treatment: ['join a group of another session'],
    control: ['join a group of the own session'],
  },
  'session.leader-death-foreground': {
    effect: kernelHangsUp,
    treatment: ['shell killed, job in the foreground'],
    control: ['shell killed, job in the background'],
  },
  'session.sighup-default': {
    effect: hangUpEnds,
    treatment: ['window closed, background'],
    control: ['window closed, nohup'],
  },
  'session.background-unaffected': {
    effect: madeIt,
    condition: 'whether the shell that dies could pass the hang-up on',
    treatment: ['shell killed, job in the background', 'shell hung up, job in the background'],
    control: ['shell killed, job in the foreground'],
  },
  'session.b-is-foreground': {
    effect: inForeground,
    treatment: ['kill a.sh'],
    control: ['shell killed, job in the background'],
  },
  'session.shell-passes-on': {
    effect: shellPassesOn,
    treatment: ['window closed, foreground', 'window closed, background'],
    control: ['shell killed, job in the background'],
  },
  'session.setsid-escapes': {
    effect: madeIt,
    treatment: ['window closed, setsid', 'window closed, nohup'],
    control: ['window closed, foreground', 'window closed, background'],
  },
};
