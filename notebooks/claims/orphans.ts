import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process, ProcessTable } from '../lab/processes';

const isZombie = ({ stat }: Process): boolean => stat.startsWith('Z');

/** The state of a process in a table: `Z`, `S`, …, or `gone`. */
const stateIn = (table: ProcessTable, pid: number): string => table.find(pid)?.stat.charAt(0) ?? 'gone';

/** The last of the processes of that name that has a parent of that name; or, where there is but one, that one. */
function youngest(table: ProcessTable, comm: string): Process {
  const all = table.allNamed(comm);
  const leaf = all.find(({ pid }) => table.childrenOf(pid).length === 0);
  if (leaf === undefined) throw new Error(`no process called ${comm} is without children`);
  return leaf;
}

/**
 * The adoption of a process after that of `pid`, as it follows from the trace by the kernel's rule; throws where the process
 * table shows another parent. Nothing where there was no trace.
 */
function adopted(history: History, pid: number, shown: number): Observation[] {
  const [last] = history
    .eventsToo('reparent')
    .filter((event) => event.pid === pid)
    .slice(-1);
  if (last === undefined) return [];
  if (last.to !== shown) throw new Error(`${pid} went to ${last.to} by the trace, but ps shows ${shown} as its parent`);
  return [last];
}

/** Who waited for `pid`, as the kernel tells it, in words; nothing where it was not asked. */
function waitedBy(history: History, pid: number, table: ProcessTable): { words: string; cites: Observation[] } {
  const reaps = history.kernelEvents('reap');
  if (reaps === undefined) return { words: '', cites: [] };
  const reap = reaps.find(({ child }) => child === pid);
  if (reap === undefined) return { words: '; nobody waited for it', cites: [] };
  return { words: `; ${table.find(reap.pid)?.comm ?? 'somebody'} (${reap.pid}) waited for it`, cites: [reap] };
}

/** The child of the shell is gone after the kill. */
function childGone(history: History): Seen {
  const { table: before, seen } = history.table('before');
  const { table: after, seen: later } = history.table('after');
  const child = before.named('sleep');
  if (before.find(child.ppid)?.comm !== 'sh') return unseen(`sleep (${child.pid}) was no child of the shell`);
  if (after.find(child.ppid) !== undefined) return unseen(`the parent (${child.ppid}) was still there`);
  const state = stateIn(after, child.pid);
  const ended = history.eventsToo('exit').filter(({ pid }) => pid === child.ppid || pid === child.pid);
  const by = ended.find(({ pid }) => pid === child.pid)?.signal;
  const went = `the child (${child.pid}) went with its parent (${child.ppid})${by === undefined ? '' : `, by ${by}`}`;
  if (state === 'gone') return yes(went, seen, ...ended, later);
  const parent = after.find(child.pid)?.ppid ?? 0;
  const cites = [seen, ...ended, ...adopted(history, child.pid, parent), later];
  return no(`the child (${child.pid}) runs on, its parent is ${parent}`, ...cites);
}

/** The last of the chain, its parent before and now; whether that parent is still there. */
function adoption(history: History) {
  const { table: before, seen } = history.table('before');
  const { table: after, seen: later } = history.table('after');
  const orphan = youngest(before, 'chain');
  if (before.find(orphan.ppid)?.comm !== 'chain') throw new Error('the last of the chain had no parent in it');
  const now = after.find(orphan.pid);
  if (now === undefined) throw new Error(`the child (${orphan.pid}) was gone as well`);
  const bereft = after.find(orphan.ppid) === undefined;
  const cites = [seen, ...adopted(history, orphan.pid, now.ppid), later];
  return { orphan, to: now.ppid, bereft, after, cites };
}

/** The child's parent has become PID 1. */
function adoptedByInit(history: History): Seen {
  const { orphan, to, cites } = adoption(history);
  const shown = `${orphan.pid}, child of ${orphan.ppid}, is now a child of ${to}`;
  return to === history.init && orphan.ppid !== to ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The child's parent has become the PID 1 of its namespace, although an ancestor outside the namespace is a subreaper. */
function adoptedWithin(history: History): Seen {
  const { orphan, to, cites } = adoption(history);
  const within = `${orphan.pid}, child of ${orphan.ppid}, is now a child of ${to}`;
  if (to !== 1) return no(within, ...cites); // inside the namespace PID 1 is its own, whatever the sandbox's is
  const { table, seen } = history.table('outside');
  const line: Process[] = [];
  for (let one = table.find(youngest(table, 'chain').pid); one !== undefined; one = table.find(one.ppid))
    line.push(one);
  if (!line.some(({ comm }) => comm === 'late-adopter')) return unseen('no subreaper was above it');
  return yes(`${within}; above it, outside: ${line.map(({ comm }) => comm).join(' < ')}`, ...cites, seen);
}

/** The child's parent has become the nearest of its ancestors that is a subreaper and lives. */
function adoptedByNearest(history: History): Seen {
  const { orphan, to, bereft, after, cites } = adoption(history);
  if (!bereft) return unseen(`the parent (${orphan.ppid}) lives`);
  const line = history.lines('chain').flatMap((seen) => {
    const [, kind, pid] = /^(plain|subreaper) (\d+)/.exec(seen.line) ?? [];
    return kind === undefined ? [] : [{ kind, pid: Number(pid), seen }];
  });
  const living = line.filter(
    ({ kind, pid }) => kind === 'subreaper' && pid !== orphan.pid && after.find(pid) !== undefined,
  );
  const nearest = living[living.length - 1];
  const declared = history.eventsToo('subreaper').filter(({ pid }) => pid === nearest?.pid);
  const shown = `${orphan.pid} went to ${to}; living subreapers above it: ${living.map(({ pid }) => pid).join(', ') || 'none'}`;
  return nearest?.pid === to ? yes(shown, ...cites, nearest.seen, ...declared) : no(shown, ...cites);
}

/** The child that was killed after its parent; the states that it was in, and whose child it was. */
function orphanEnd(history: History) {
  const tables = ['orphaned', 'ended', 'later'].map((moment) => history.table(moment));
  const [orphaned, ended, later] = tables;
  if (orphaned === undefined || ended === undefined || later === undefined) throw new Error('nobody looked');
  const child = youngest(orphaned.table, 'chain');
  const waited = waitedBy(history, child.pid, orphaned.table);
  return {
    child,
    waited: waited.words,
    ended: stateIn(ended.table, child.pid),
    later: stateIn(later.table, child.pid),
    adopter: orphaned.table.find(child.ppid)?.comm ?? '?',
    cites: [...tables.map(({ seen }) => seen), ...adopted(history, child.pid, child.ppid), ...waited.cites],
  };
}

/** It is no zombie: it is gone, and stays gone. */
function noZombie(history: History): Seen {
  const { child, ended, adopter, waited, cites } = orphanEnd(history);
  const state = ended === 'Z' ? 'a zombie' : ended;
  const shown = `${child.pid}, child of ${adopter} (${child.ppid}), ended: ${state}${ended === 'gone' ? waited : ''}`;
  return ended === 'gone' ? yes(shown, ...cites) : no(shown, ...cites);
}

/** It is a zombie until its adopter has waited for it. */
function zombieUntilWaited(history: History): Seen {
  const { child, ended, later, adopter, waited: by, cites } = orphanEnd(history);
  const waited = history.lines('family').filter(({ line }) => line === `waited for ${child.pid}`);
  const shown = `${child.pid}, child of ${adopter} (${child.ppid}): ${ended === 'Z' ? 'a zombie' : ended}, later ${later}`;
  if (ended === 'Z' && later === 'gone' && waited.length === 1)
    return yes(`${shown}, when that had waited`, ...cites, ...waited);
  return no(`${shown}${by}`, ...cites);
}

/** The zombies that there were while their parent lived; their parent when it had ended; what was left of them later. */
function zombiesBereft(history: History) {
  const before = history.table('before');
  const orphaned = history.table('orphaned');
  const later = history.table('later');
  const had = before.table.allNamed('no-wait').filter(isZombie);
  if (had.length === 0) throw new Error('there were no zombies to begin with');
  const then = had.flatMap(({ pid }) => orphaned.table.find(pid) ?? []);
  const left = had.filter(({ pid }) => later.table.find(pid) !== undefined);
  const moved = then.flatMap(({ pid, ppid }) => adopted(history, pid, ppid));
  const waits = had.flatMap(({ pid }) => waitedBy(history, pid, later.table).cites);
  return { had, then, left, cites: [before.seen, ...moved, orphaned.seen, ...waits, later.seen] };
}

/** All of them got PPID 1, and were gone when PID 1 had had its time. */
function toInitAndGone(history: History): Seen {
  const { had, then, left, cites } = zombiesBereft(history);
  const parents = [...new Set(then.map(({ ppid }) => ppid))];
  const shown = `${had.length} zombies: then PPID ${parents.join(', ') || 'unknown: gone'}; later ${left.length} left`;
  if (then.length === 0) return unseen(`${shown}: whose they were was not seen`);
  return parents.every((ppid) => ppid === 1) && left.length === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

/** They were the adopter's children, zombies still, and gone when it had waited for each. */
function adopterHadToWait(history: History): Seen {
  const { had, then, left, cites } = zombiesBereft(history);
  const adopter = Number(history.lines('family').flatMap(({ line }) => /^adopting (\d+)$/.exec(line)?.[1] ?? [])[0]);
  const waited = history.lines('family').filter(({ line }) => had.some(({ pid }) => line === `waited for ${pid}`));
  const parents = [...new Set(then.map(({ ppid }) => ppid))].join(', ');
  const shown = `${then.filter(isZombie).length} of ${had.length} still zombies, children of ${parents}; later ${left.length} left, ${waited.length} waited for`;
  const kept = then.length === had.length && then.every((row) => isZombie(row) && row.ppid === adopter);
  return kept && left.length === 0 && waited.length === had.length
    ? yes(shown, ...cites, ...waited)
    : no(shown, ...cites);
}

/** `sleep SECONDS` inside the container, and what became of it. */
function entered(history: History) {
  const begun = history.table('entered');
  const ended = history.table('ended');
  const sleep = begun.table.rows.find(({ args }) => args === 'sleep 1001');
  if (sleep === undefined) throw new Error('the sleep was not seen inside');
  return { sleep, state: stateIn(ended.table, sleep.pid), ended, cites: [begun.seen, ended.seen] };
}

function childOfPid1(history: History): Seen {
  const { sleep, cites } = entered(history);
  const shown = `${sleep.args}, inside ${sleep.pid}, has PPID ${sleep.ppid}`;
  return sleep.ppid === 1 ? yes(shown, ...cites.slice(0, 1)) : no(shown, ...cites.slice(0, 1));
}

/** It ended and is gone although PID 1 never waits. */
function waitedForOutside(history: History): Seen {
  const { sleep, state, cites } = entered(history);
  const shown = `inside ${sleep.pid}, PPID ${sleep.ppid}; ended: ${state === 'Z' ? 'a zombie' : state}`;
  return state === 'gone' ? yes(shown, ...cites) : no(shown, ...cites);
}

/** Its parent has ended: outside it is a child of the sandbox's PID 1 now, and inside it shows PPID 0. */
function adoptedOutside(history: History): Seen {
  const inside = history.table('orphaned, from inside');
  const outside = history.table('orphaned, from outside');
  const sleep = (table: ProcessTable) => table.rows.find(({ args }) => args === 'sleep 1001');
  const [within, without] = [sleep(inside.table), sleep(outside.table)];
  if (within === undefined || without === undefined) return unseen('it was not there any more');
  const adopter = outside.table.find(without.ppid);
  const shown = `PPID ${within.ppid} inside; outside it is a child of ${adopter?.comm} (${without.ppid})`;
  const holds = within.ppid === 0 && without.ppid === history.init;
  return holds ? yes(shown, inside.seen, outside.seen) : no(shown, inside.seen, outside.seen);
}

/** What was left behind is PID 1's child, and a zombie when it has ended. */
function leftBehind(history: History): Seen {
  const { sleep, state, cites } = entered(history);
  if (sleep.ppid !== 1) return no(`inside ${sleep.pid} has PPID ${sleep.ppid}`, ...cites);
  const shown = `inside ${sleep.pid} is a child of PID 1; ended: ${state === 'Z' ? 'a zombie' : state}`;
  return state === 'Z' ? yes(shown, ...cites) : no(shown, ...cites);
}

/** It stays a zombie while PID 1 lives, and is gone when PID 1 is. */
function asLongAsPid1(history: History): Seen {
  const { sleep, state, cites } = entered(history);
  const { table: later, seen } = history.table('later');
  const { table: end, seen: after } = history.table('PID 1 is gone');
  const still = stateIn(later, sleep.pid);
  const left = end.rows.filter(({ comm, args }) => comm.startsWith('sleep') || args.includes('sleep')).length;
  const shown = `ended: ${state}, later ${still}; when PID 1 had ended, ${left} left`;
  if (sleep.ppid !== 1) return unseen(`it was no child of PID 1: ${sleep.ppid}`);
  return state === 'Z' && still === 'Z' && left === 0
    ? yes(shown, ...cites, seen, after)
    : no(shown, ...cites, seen, after);
}

/** What PID 1 adopted and what then ended is gone. */
function shellReaps(history: History): Seen {
  const { table: before, seen } = history.table('orphaned');
  const { table: after, seen: later } = history.table('ended');
  const orphan = before.rows.find(({ args }) => args === 'sleep 1001');
  if (orphan?.ppid !== 1) return unseen('PID 1 adopted nothing');
  const state = stateIn(after, orphan.pid);
  const shown = `PID 1 is ${before.find(1)?.comm}; what it adopted ended: ${state === 'Z' ? 'a zombie' : state}`;
  return state === 'gone' ? yes(shown, seen, later) : no(shown, seen, later);
}

/** A zombie while the shell read, and gone while it ran a command. */
function reapsLater(history: History): Seen {
  const at = shellReaps(history);
  if (at.answer !== 'no') return at.answer === 'yes' ? no(at.because, ...at.cites) : at;
  const { table, seen } = history.table('later');
  const left = table.rows.filter(isZombie).length;
  const shown = `${at.because}; when it runs a command, ${left} zombies`;
  return left === 0 ? yes(shown, ...at.cites, seen) : no(shown, ...at.cites, seen);
}

/** PID 1 is no shell. */
function noShell(history: History): Seen {
  const { table, seen } = history.table('orphaned');
  const first = table.find(1);
  if (first === undefined) return unseen('PID 1 was not seen');
  const shown = `PID 1 is ${first.comm}: ${first.args}`;
  return /^(bash|dash|sh)$/.test(first.comm) ? no(shown, seen) : yes(shown, seen);
}

/** The container's PID 1 and the two that it adopted, before and after a signal. */
function struck(history: History) {
  const { table: before, seen } = history.table('before');
  const { table: after, seen: later } = history.table('after');
  const others = before.rows.filter(({ args }) => /^sleep 100[12]$/.test(args));
  const [pid1] = others.map(({ ppid }) => before.find(ppid));
  if (pid1 === undefined || others.length !== 2 || others.some(({ ppid }) => ppid !== pid1.pid))
    throw new Error('PID 1 had not adopted two processes');
  const kill = history.of('command').filter(({ command }) => /kill -/.test(command));
  const told: Observation[] = kill.slice(-1);
  if (told.length === 0) throw new Error('nobody sent a signal');
  const lives = stateIn(after, pid1.pid) !== 'gone';
  const taken = history
    .eventsToo('signal')
    .filter(
      ({ pid, signal }) => pid === pid1.pid && kill.some(({ command }) => command.includes(`-${signal.slice(3)}`)),
    );
  const fates = [...new Set(taken.flatMap(({ signal, fate }) => (fate === undefined ? [] : `${signal} was ${fate}`)))];
  const fate = fates.length === 0 ? '' : `, ${fates.join(' and ')}`;
  const left = others.filter(({ pid }) => after.find(pid) !== undefined).length;
  return { pid1, lives, fate, others, left, cites: [seen, ...told, ...taken, later] };
}

function pid1Lives(history: History): Seen {
  const { pid1, lives, fate, cites } = struck(history);
  return lives
    ? yes(`PID 1 (outside ${pid1.pid}) is there as before${fate}`, ...cites)
    : no(`PID 1 (outside ${pid1.pid}) is gone${fate}`, ...cites);
}

function pid1Ends(history: History): Seen {
  const seen = pid1Lives(history);
  if (seen.answer === 'unseen') return seen;
  return seen.answer === 'yes' ? no(seen.because, ...seen.cites) : yes(seen.because, ...seen.cites);
}

/** All the others have gone with whoever was killed. */
function othersGone(history: History): Seen {
  const { lives, others, left, cites } = struck(history);
  const shown = `PID 1 ${lives ? 'lives' : 'is gone'}, ${left} of ${others.length} others are left`;
  return left === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

export const claims: Claims = {
  'orphan.kill-parent-kills-children': {
    effect: childGone,
    treatment: ['SIGTERM to the parent', 'SIGKILL to the parent'],
    control: ['SIGKILL to the group'],
  },
  'orphan.pdeathsig': {
    effect: childGone,
    treatment: ['SIGKILL to the parent, the child asked to be told'],
    control: ['SIGKILL to the parent'],
  },
  'zombie.init-adopts': {
    effect: adoptedByInit,
    condition: 'whether there is a subreaper among the ancestors',
    treatment: ['no subreaper', 'a subreaper above'],
    control: ['the parent lives'],
  },
  'orphan.always-pid-1': {
    effect: adoptedByInit,
    treatment: ['a subreaper above', 'two subreapers above'],
    control: ['no subreaper'],
  },
  'orphan.nearest-subreaper': {
    effect: adoptedByNearest,
    treatment: ['a subreaper above', 'two subreapers above', 'two subreapers above, the nearer ends too'],
    control: ['no subreaper'],
  },
  'orphan.subreaper-within-namespace': {
    effect: adoptedWithin,
    treatment: ['a subreaper above, outside the namespace'],
    control: ['a subreaper above'],
  },
  'zombie.parent-died-first': {
    effect: noZombie,
    condition: 'whether the process that adopts it waits',
    treatment: ['PID 1 waits', 'PID 1 never waits'],
    control: ['no orphan: the parent lives, and waits late'],
  },
  'zombie.orphan-until-waited': {
    effect: zombieUntilWaited,
    treatment: ['a subreaper waits late'],
    control: ['a subreaper ignores SIGCHLD'],
  },
  'zombie.init-always-waits': {
    effect: noZombie,
    condition: 'which program PID 1 is',
    treatment: ['PID 1 waits', 'PID 1 never waits'],
    control: ['a subreaper waits late'],
  },
  'zombie.ppid-becomes-1': {
    effect: toInitAndGone,
    condition: 'whether a subreaper is nearer, and whether PID 1 waits',
    treatment: ['zombies, PID 1 waits late', 'zombies, PID 1 never waits', 'zombies, a subreaper waits late'],
    control: ['zombies, their parent lives'],
  },
  'zombie.adopter-has-to-wait': {
    effect: adopterHadToWait,
    treatment: ['zombies, PID 1 waits late', 'zombies, a subreaper waits late'],
    control: ['zombies, PID 1 never waits'],
  },
  'orphan.never-waits': {
    effect: asLongAsPid1,
    treatment: ['what the check left ends'],
    control: ['what the check left ends, PID 1 waits'],
  },
  'orphan.entered-is-child-of-pid-1': {
    effect: childOfPid1,
    treatment: ['the check ends'],
    control: ['what the check left ends'],
  },
  'orphan.entered-waited-for-outside': {
    effect: waitedForOutside,
    treatment: ['the check ends'],
    control: ['what the check left ends'],
  },
  'orphan.entered-adopted-outside': {
    effect: adoptedOutside,
    treatment: ['who started the check ends'],
    control: ['what the check left ends'],
  },
  'orphan.check-leaves-zombies': {
    effect: leftBehind,
    treatment: ['what the check left ends'],
    control: ['what the check left ends, PID 1 waits', 'the check ends'],
  },
  'orphan.shell-reaps': {
    effect: shellReaps,
    condition: 'which shell it is, and what it is doing',
    treatment: ['bash runs a command', 'bash at read', 'dash runs a command', 'dash at read'],
    control: ['bash -c with a single command'],
  },
  'orphan.dash-reaps-later': { effect: reapsLater, treatment: ['dash at read'], control: ['bash at read'] },
  'orphan.bash-c-is-no-shell': {
    effect: noShell,
    treatment: ['bash -c with a single command'],
    control: ['dash -c with a single command', 'bash runs a command'],
  },
  'orphan.pid-1-unkillable': {
    effect: pid1Lives,
    treatment: ['SIGKILL from inside', 'SIGTERM from inside'],
    control: ['SIGKILL from outside'],
  },
  'orphan.pid-1-handler': {
    effect: pid1Ends,
    treatment: ['SIGTERM from inside, to a handler', 'SIGTERM from outside, to a handler'],
    control: ['SIGTERM from inside', 'SIGTERM from outside'],
  },
  'orphan.pid-1-ignores-term': {
    effect: pid1Lives,
    treatment: ['SIGTERM from outside'],
    control: ['SIGTERM from outside, to a handler'],
  },
  'orphan.pid-1-takes-all': {
    effect: othersGone,
    treatment: ['SIGKILL from outside'],
    control: ['SIGKILL from outside, to another'],
  },
};
