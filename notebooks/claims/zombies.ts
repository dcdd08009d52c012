import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process } from '../lab/processes';

const isZombie = (process: Process | undefined): boolean => process?.stat.startsWith('Z') === true;

/** What ps says of it: in the command line, or, older versions, in the name as well. */
const isDefunct = ({ comm, args }: Process): boolean => / <defunct>$/.test(args) || / <defunct>$/.test(comm);

/** The first line of a program that the pattern fits. Throws where it said nothing of the sort. */
function said(history: History, program: string, pattern: RegExp) {
  for (const seen of history.lines(program)) {
    const match = pattern.exec(seen.line);
    if (match !== null) return { match, seen };
  }
  throw new Error(`${program} never said ${pattern}`);
}

/** The command that the experiment ran, by its beginning. Throws where it never did. */
function ran(history: History, beginning: string) {
  const seen = history.of('command').find(({ command }) => command.startsWith(beginning));
  if (seen === undefined) throw new Error(`nobody ran ${beginning}`);
  return seen;
}

/** Whether anybody has waited for `pid`, as the kernel tells it, in words; nothing where it was not asked. */
function waitedFor(history: History, pid: number): { words: string; cites: Observation[] } {
  const reaps = history.kernelEvents('reap');
  if (reaps === undefined) return { words: '', cites: [] };
  const end = history.events('exit').filter((event) => event.pid === pid);
  const reap = reaps.find(({ child }) => child === pid);
  if (reap === undefined) return { words: ', nobody has waited for it', cites: end };
  return {
    words: `, ${reap.pid === history.init ? 'init' : `process ${reap.pid}`} has waited for it`,
    cites: [...end, reap],
  };
}

/** The child that the parent told of is still there, as a zombie that ps calls defunct. */
function shownDefunct(history: History): Seen {
  const { match, seen: born } = said(history, 'parent', /^child (\d+)/);
  const parent = Number(said(history, 'parent', /^ready (\d+)/).match[1]);
  const { table, seen } = history.table('after');
  const child = table.find(Number(match[1]));
  if (table.find(parent) === undefined) return unseen(`the parent (${parent}) is gone`);
  const waited = waitedFor(history, Number(match[1]));
  const cites = [born, ...waited.cites, seen];
  if (child === undefined) return no(`child ${match[1]} of ${parent} is gone${waited.words}`, ...cites);
  if (!isZombie(child)) return unseen(`child ${child.pid} had not ended: ${child.stat}`);
  const shown = `child ${child.pid} of ${child.ppid} shows as ${child.stat} ${child.args}${waited.words}`;
  return isDefunct(child) && child.ppid === parent ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The child is gone, although its parent never waits. */
function goneUnwaited(history: History): Seen {
  const seen = shownDefunct(history);
  if (seen.answer === 'unseen') return seen;
  const { table } = history.table('after');
  const shown = `${seen.because}; its parent never waits`;
  if (table.allNamed('no-wait').length === 0) return unseen('the parent was another program');
  return seen.answer === 'no' ? yes(shown, ...seen.cites) : no(shown, ...seen.cites);
}

/** What look.sh read in /proc/PID: what stands after each label. */
function looked(history: History) {
  const seen = ran(history, './look.sh');
  const read = (label: string) => {
    const [, text] = new RegExp(`^${label}:(.*)$`, 'm').exec(seen.stdout) ?? [];
    if (text === undefined) throw new Error(`nothing was read of its ${label}`);
    return text.trim();
  };
  return { read, seen };
}

/** Name, kinship and accounts can be read; command line, program, memory and descriptors are not there. */
function onlyTheEntry(history: History): Seen {
  const { read, seen } = looked(history);
  const kept = `name ${read('name')}, parent, group and session ${read('parent, group, session')}, ${read('CPU time')}`;
  if (!/^\d+ \d+ \d+$/.test(read('parent, group, session')) || !/^[1-9]\d* ticks$/.test(read('CPU time')))
    return no(`state ${read('state')}: of what it keeps there is only ${kept}`, seen);
  const held = ['command line', 'program', 'memory'].filter((label) => read(label) !== '');
  if (!/\b0$/.test(read('descriptor table'))) held.push('descriptor table');
  return held.length === 0
    ? yes(`state ${read('state')}: ${kept}; no command line, program, memory or descriptors`, seen)
    : no(`state ${read('state')}: ${kept}, and ${held.join(', ')}`, seen);
}

/** The exit status can be read where it was left. */
function statusInProc(history: History): Seen {
  const { read, seen } = looked(history);
  const status = Number(read('wait status'));
  const shown = `state ${read('state')}: field 52 is ${status}`;
  return status === 42 << 8 ? yes(`${shown}, which is exit status 42`, seen) : no(shown, seen);
}

/** wait4 gave the status, and no less CPU time and memory than the child had counted before its end. */
function fetchedLate(history: History): Seen {
  const { match: own, seen: used } = said(history, 'parent', /^child \d+ used (\d+) ms, (\d+) kB/);
  const { match: got, seen } = said(
    history,
    'parent',
    /^fetched (?:of \d+: status (\d+), (\d+) ms, (\d+) kB|nothing.*)/,
  );
  if (got[1] === undefined) return no(got[0], used, seen);
  const holds = got[1] === '42' && Number(got[2]) >= Number(own[1]) && Number(got[3]) >= Number(own[2]);
  const shown = `fetched status ${got[1]}, ${got[2]} ms, ${got[3]} kB; before its end the child had counted ${own[1]} ms, ${own[2]} kB`;
  if (!holds) return no(shown, used, seen);
  const { table, seen: before } = history.table('before');
  const dead = table.rows.find(isZombie);
  return dead === undefined ? unseen('no zombie was seen before') : yes(shown, used, before, seen);
}

/** The two attempts of `slots`, and the zombies that stood in the table beside the first. */
function attempts(history: History) {
  const [first, second] = history.lines('slots').filter(({ line }) => / running /.test(line));
  if (first === undefined || second === undefined)
    throw new Error(
      `slots did not come to its second attempt: ${history
        .lines('slots')
        .map(({ line }) => line)
        .join('; ')}`,
    );
  const numbers = [first, second].map(
    ({ line }) => /^(?:at first|later), user (\d+): running (\d+), then: (.*)$/.exec(line) ?? [],
  );
  const [[, user, ran = '', refusal] = [], [, , later = '', refusalLater] = []] = numbers;
  if (user === '0') throw new Error('root is exempt from RLIMIT_NPROC');
  const again = 'Resource temporarily unavailable';
  if (refusal !== again || refusalLater !== again)
    throw new Error(`no refusal with EAGAIN: ${refusal}, ${refusalLater}`);
  const { table, seen } = history.table('full');
  const zombies = table.rows.filter((row) => isZombie(row) && /^slots/.test(row.comm)).length;
  return { ran: Number(ran), later: Number(later), zombies, cites: [seen, first, second] };
}

/** Beside the zombies fewer can run, by as many as there are zombies; they run when those have been waited for. */
function takesSlots(history: History): Seen {
  const { ran, later, zombies, cites } = attempts(history);
  const shown = `beside ${zombies} zombies ${ran} could run; when all had been waited for, ${later}`;
  return zombies > 0 && ran + zombies === later ? yes(shown, ...cites) : no(shown, ...cites);
}

/** As many can run beside what has ended as without. */
function noSlotTaken(history: History): Seen {
  const { ran, later, zombies, cites } = attempts(history);
  const shown = `beside ${zombies} zombies ${ran} could run, later ${later}`;
  return ran === later ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The kernel does not give the PID to another process. */
function pidTaken(history: History): Seen {
  const { match, seen } = said(history, 'take-pid', /^PID (\d+) (given|refused: (.*))$/);
  if (match[2] === 'given') return no(match[0], seen);
  return match[3] === 'File exists' ? yes(match[0], seen) : unseen(`${match[0]}: needs Linux 5.5 and CAP_SYS_ADMIN`);
}

/** The child of late-wait, before and after the kill. */
function killed(history: History) {
  const pid = Number(said(history, 'parent', /^ready \d+, child (\d+)/).match[1]);
  const { table: before, seen } = history.table('before');
  const { table: after, seen: later } = history.table('after');
  const state = (process?: Process) => process?.stat.charAt(0) ?? 'gone';
  return { pid, before: state(before.find(pid)), after: state(after.find(pid)), cites: [seen, later] };
}

/** A signal to a process gives an error. */
function killFails(command: 'kill -9' | 'kill -0'): (history: History) => Seen {
  return (history) => {
    const { pid, before, cites } = killed(history);
    const seen = ran(history, `${command} ${pid}`);
    const [error] = /No such process/.exec(seen.stderr) ?? [];
    const shown = `${command} of ${pid}, in state ${before}: ${seen.status === 0 ? 'success' : (error ?? seen.stderr.trim())}`;
    if (seen.status === 0) return no(shown, ...cites.slice(0, 1), seen);
    return error === undefined ? unseen(shown) : yes(shown, ...cites.slice(0, 1), seen);
  };
}

/** After kill -9 it is in the same state as before, and its parent is told of the end that it had had. */
function unchanged(history: History): Seen {
  const { pid, before, after, cites } = killed(history);
  if (before === 'gone') return unseen(`process ${pid} was gone before`);
  const { match, seen } = said(history, 'parent', /^fetched of \d+: (status \d+|killed by SIG\w+)/);
  const sent = history.eventsToo('signal').filter((event) => event.pid === pid && event.signal === 'SIGKILL');
  const fate = sent.map((signal) => (signal.fate === undefined ? '' : `, SIGKILL was ${signal.fate}`)).join('');
  const shown = `state ${before} before, ${after} after${fate}; its parent was told: ${match[1]}`;
  const all = [...cites, ...sent, seen];
  return before === after && match[1] === 'status 42' ? yes(shown, ...all) : no(shown, ...all);
}

/** The zombies that there were before, and which of them there are after. */
function zombies(history: History) {
  const { table: before, seen } = history.table('before');
  const { table: after, seen: later } = history.table('after');
  const had = before.rows.filter(isZombie);
  if (had.length === 0) throw new Error('there was no zombie to begin with');
  const left = had.filter(({ pid }) => isZombie(after.find(pid)));
  const parents = [...new Set(left.map(({ pid }) => after.find(pid)?.ppid))].join(', ');
  const moved = history.eventsToo('reparent').filter(({ pid }) => had.some((zombie) => zombie.pid === pid));
  const strange = moved.find(({ pid, to }) => (after.find(pid)?.ppid ?? to) !== to);
  if (strange !== undefined) throw new Error(`${strange.pid} went to ${strange.to} by the trace, and not by ps`);
  const reaps = history.kernelEvents('reap')?.filter(({ child }) => had.some(({ pid }) => pid === child)) ?? [];
  const by = [...new Set(reaps.map(({ pid }) => (pid === history.init ? 'init' : `process ${pid}`)))].join(', ');
  const waited = by && `; ${by} waited for ${reaps.length} of them`;
  return { had, left, parents, waited, cites: [seen, ...moved, ...reaps, later] };
}

function allRemoved(history: History): Seen {
  const { had, left, parents, waited, cites } = zombies(history);
  return left.length === 0
    ? yes(`all ${had.length} zombies are gone${waited}`, ...cites)
    : no(`${left.length} of ${had.length} zombies are left, children of ${parents}`, ...cites);
}

/** All are zombies still, and children of PID 1 now. */
function handedOver(history: History): Seen {
  const { had, left, parents, cites } = zombies(history);
  const shown = `${left.length} of ${had.length} zombies are left, children of ${parents || 'nobody'}; before, of ${had[0]?.ppid}`;
  const handed = left.length === had.length && parents === String(history.init) && had[0]?.ppid !== history.init;
  return handed ? yes(shown, ...cites) : no(shown, ...cites);
}

function someRemoved(history: History): Seen {
  const { had, left, waited, cites } = zombies(history);
  const shown = `${had.length} zombies before, ${left.length} after${waited}`;
  return left.length < had.length ? yes(shown, ...cites) : no(shown, ...cites);
}

/** No thread of what shows as defunct is anything but dead. */
function nothingRuns(history: History): Seen {
  const states = ran(history, 'grep State');
  const { table, seen } = history.table('defunct');
  const pid = Number(/\/proc\/(\d+)\//.exec(states.command)?.[1]);
  const row = table.find(pid);
  if (row === undefined || !isZombie(row) || !isDefunct(row)) return unseen(`${pid} does not show as defunct`);
  const threads = [...states.stdout.matchAll(/State:\s+(\S)/g)].map((match) => match[1]);
  if (threads.length === 0) return unseen(`nothing was read of the threads of ${pid}`);
  const answer = history.lines('program').find(({ line }) => line.startsWith('still here'));
  const shown = `${pid} shows as ${row.stat} ${row.args}; its threads: ${threads.join(', ')}`;
  if (answer === undefined && threads.every((state) => state === 'Z')) return yes(shown, seen, states);
  return no(answer === undefined ? shown : `${shown}; it answers`, seen, states, ...(answer ? [answer] : []));
}

export const claims: Claims = {
  'zombie.definition': { effect: shownDefunct, treatment: ['never waits'], control: ['waits'] },
  'zombie.no-wait': {
    effect: shownDefunct,
    condition: 'whether the parent ignores SIGCHLD',
    treatment: ['never waits', 'never waits, SIGCHLD ignored'],
    control: ['waits'],
  },
  'zombie.ignored-keeps-nothing': {
    effect: goneUnwaited,
    treatment: ['never waits, SIGCHLD ignored'],
    control: ['never waits'],
  },
  'zombie.only-the-entry': { effect: onlyTheEntry, treatment: ['a zombie'], control: ['a living process'] },
  'zombie.status-in-proc': { effect: statusInProc, treatment: ['a zombie'], control: ['a living process'] },
  'zombie.keeps-status': {
    effect: fetchedLate,
    treatment: ['fetched late'],
    control: ['fetched late, SIGCHLD ignored'],
  },
  'zombie.slot': { effect: takesSlots, treatment: ['eight zombies'], control: ['eight waited for'] },
  'zombie.pid-taken': {
    effect: pidTaken,
    treatment: ['the PID of a zombie'],
    control: ['the PID of one waited for'],
  },
  'zombie.costs-only-pid': { effect: noSlotTaken, treatment: ['eight zombies'], control: ['eight waited for'] },
  'zombie.kill-9-fails': {
    effect: killFails('kill -9'),
    treatment: ['kill -9 of a zombie'],
    control: ['kill -9 of one that is gone'],
  },
  'zombie.kill-9-changes-nothing': {
    effect: unchanged,
    treatment: ['kill -9 of a zombie'],
    control: ['kill -9 of a living child'],
  },
  'zombie.kill-0': {
    effect: killFails('kill -0'),
    treatment: ['kill -9 of a zombie'],
    control: ['kill -9 of one that is gone'],
  },
  'zombie.kill-parent': {
    effect: allRemoved,
    condition: 'whether the process that adopts the zombies waits',
    treatment: ['kill the parent', 'kill the parent, PID 1 never waits'],
    control: ['kill the zombies'],
  },
  'zombie.kill-parent-hands-over': {
    effect: handedOver,
    treatment: ['kill the parent, PID 1 never waits'],
    control: ['kill the zombies'],
  },
  'zombie.nudge': {
    effect: someRemoved,
    condition: 'whether the parent has a handler for SIGCHLD that waits',
    treatment: ['SIGCHLD, to a handler that waits', 'SIGCHLD, and no handler'],
    control: ['kill the zombies'],
  },
  'zombie.defunct-is-dead': {
    effect: nothingRuns,
    treatment: ['defunct, another thread runs'],
    control: ['defunct, nothing runs'],
  },
};
