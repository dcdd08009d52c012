import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process, ProcessTable } from '../lab/processes';

/** What the trials of a `reap-*` program counted: see reap-trials.h. `zombies[k]` is in how many of them k were left. */
export interface Trials {
  trials: number;
  connections: number;
  /** How far apart the first and the last child saw the end: least, median and most of all trials, in microseconds. */
  apart_us: [number, number, number];
  zombies: number[];
  runs: number[];
}

/** The line in which a program reported its trials. Throws where it did not, or where no child ended in them. */
export function trialsOf(history: History): Trials & { seen: Observation } {
  const seen = history.of('line').find(({ line }) => line.startsWith('{"trials"'));
  if (seen === undefined) throw new Error(`no trials were reported in "${history.arm}"`);
  const counted = JSON.parse(seen.line) as Trials;
  if (!(counted.trials > 0 && counted.connections > 0)) throw new Error('not one child ended in these trials');
  return { ...counted, seen };
}

/** The numbers that came up: `3`, or `1 to 5`. */
function range(counts: number[]): string {
  const seen = counts.flatMap((times, number) => (times > 0 ? [number] : []));
  const [least = 0, most = 0] = [seen[0], seen[seen.length - 1]];
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** Those children of the server that have ended and are in the table all the same: the zombies. */
function zombiesAt(history: History, moment: string): { zombies: Process[]; seen: Observation } {
  const { table, seen } = history.table(moment);
  const server = serverIn(history, moment);
  return { zombies: table.childrenOf(server.pid).filter(({ stat }) => stat.startsWith('Z')), seen };
}

function serverIn(history: History, moment: string): Process {
  const server = history
    .table(moment)
    .table.rows.find(({ comm, ppid }) => comm.startsWith('reap-') && ppid === history.init);
  if (server === undefined) throw new Error(`no server is in the table "${moment}"`);
  return server;
}

/**
 * The signals by which the kernel told `parent` that a child ended, and how many of them it dropped because one was waiting
 * already, in words; nothing where it was not asked. Cites the first of either, and the last.
 */
function toldOfEnds(
  history: History,
  parent: number,
): { told: number; taken: number; words: string; cites: Observation[] } {
  const signals = history.kernelEvents('signal') ?? [];
  const told = signals.filter(
    ({ pid, signal, child }) => pid === parent && (child !== undefined || /^SIGRT/.test(signal)),
  );
  const dropped = told.filter(({ fate }) => fate === 'dropped');
  const names = [...new Set(told.map(({ signal }) => signal.replace(/^SIGRT_2$/, 'SIGRTMIN')))].join(', ');
  const words = told.length === 0 ? '' : `; of ${told.length} ${names} sent, ${dropped.length} dropped by the kernel`;
  const cites = [told[0], dropped[0], ...dropped.slice(-1), ...told.slice(-1)].flatMap((seen) => seen ?? []);
  return { told: told.length, taken: told.length - dropped.length, words, cites: [...new Set(cites)] };
}

/** What was left when all children had ended: by the count of many trials, or by the tables of a server watched once. */
function leftOver(history: History): { left: 'none' | 'some' | 'all'; shown: string; cites: Observation[] } {
  if (history.at('processes', 'all ended') === undefined) {
    const { trials, connections, zombies, seen } = trialsOf(history);
    const left = zombies[0] === trials ? 'none' : zombies[connections] === trials ? 'all' : 'some';
    const some = trials - (zombies[0] ?? 0);
    const shown =
      left === 'none'
        ? `no zombie left in ${trials} trials of ${connections} ends`
        : `zombies left in ${some} of ${trials} trials of ${connections} ends, ${range(zombies)} a trial`;
    return { left, shown, cites: [seen] };
  }
  const { zombies: ended, seen: before } = zombiesAt(history, 'all ended');
  const { zombies, seen: after } = zombiesAt(history, 'after');
  if (ended.length === 0) throw new Error('no child had ended');
  const left = zombies.length === 0 ? 'none' : zombies.length === ended.length ? 'all' : 'some';
  return { left, shown: `${zombies.length} of ${ended.length} children left as zombies`, cites: [before, after] };
}

function noZombies(history: History): Seen {
  const { left, shown, cites } = leftOver(history);
  return left === 'none' ? yes(shown, ...cites) : no(shown, ...cites);
}

function zombiesRemain(history: History): Seen {
  const { left, shown, cites } = leftOver(history);
  return left === 'none' ? no(shown, ...cites) : yes(shown, ...cites);
}

/** Every child that ended stayed. */
function allRemain(history: History): Seen {
  const { left, shown, cites } = leftOver(history);
  return left === 'all' ? yes(shown, ...cites) : no(shown, ...cites);
}

interface Runs {
  /** `counts[k]`: how many trials saw the handler run k times. */
  counts: number[];
  trials: number;
  /** How many children ended in a trial. */
  ends: number;
  /** What the kernel says of the signals, where it was asked. */
  sent?: string;
  cites: Observation[];
}

/** How often the handler ran: in many trials, or in the one of a server that was watched. */
function runsOf(history: History): Runs {
  if (history.at('processes', 'all ended') === undefined) {
    const { trials, connections, runs, seen } = trialsOf(history);
    return { counts: runs, trials, ends: connections, cites: [seen] };
  }
  const { zombies: ended, seen } = zombiesAt(history, 'all ended');
  const said = history.lines('server').filter(({ line }) => line === 'handler');
  if (ended.length === 0) throw new Error('no child had ended');
  const counts = Array.from({ length: ended.length + 1 }, (_, runs) => (runs === said.length ? 1 : 0));
  const sent = toldOfEnds(history, serverIn(history, 'all ended').pid);
  return { counts, trials: 1, ends: ended.length, sent: sent.words, cites: [seen, ...sent.cites, ...said] };
}

function runsOnce(history: History): Seen {
  const { counts, trials, ends, sent = '', cites } = runsOf(history);
  const shown = `one run for ${ends} ends in ${counts[1] ?? 0} of ${trials} trials${sent}`;
  return counts[1] === trials ? yes(shown, ...cites) : no(shown, ...cites);
}

function runsOnceAnEnd(history: History): Seen {
  const { counts, trials, ends, cites } = runsOf(history);
  const shown = `${ends} signals for ${ends} ends were delivered in ${counts[ends] ?? 0} of ${trials} trials`;
  return counts[ends] === trials ? yes(shown, ...cites) : no(shown, ...cites);
}

function runsVary(history: History): Seen {
  const { counts, trials, ends, cites } = runsOf(history);
  const shown = `runs for ${ends} ends: ${range(counts)}, in ${trials} trials`;
  return counts.filter((times) => times > 0).length > 1 ? yes(shown, ...cites) : no(shown, ...cites);
}

function handlerRan(history: History): Seen {
  const { counts, trials, ends, cites } = runsOf(history);
  const shown = `runs for ${ends} ends: ${range(counts)}, in ${trials} trials`;
  return (counts[0] ?? 0) === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

/** Runs and zombies add up to the children that ended, so that the one histogram is the other read backwards. */
function oneARun(history: History): Seen {
  const { connections, trials, zombies, runs, seen } = trialsOf(history);
  const shown = `${trials} trials, zombies left ${range(zombies)}, runs ${range(runs)}`;
  const mirrored = zombies.every((times, left) => times === runs[connections - left]);
  return mirrored
    ? yes(`${shown}: always ${connections} together`, seen)
    : no(`${shown}: not ${connections} together`, seen);
}

/** Half a pause of `reap-* … apart`, in microseconds: what is nearer together is "at practically the same moment" here. */
const moment = 25_000;

function atOnce(history: History): Seen {
  const { connections, trials, apart_us, seen } = trialsOf(history);
  if (connections < 2) return unseen('there was one connection: nothing to be at once with');
  const [, median, most] = apart_us.map((us) => `${(us / 1000).toFixed(2)} ms`);
  const shown = `first and last of ${connections} ends: median ${median} apart, most ${most}, in ${trials} trials`;
  return apart_us[1] < moment ? yes(shown, seen) : no(shown, seen);
}

/** One FIN a connection: the states of both ends as ss showed them last. */
function fins(history: History): Seen {
  const states = history.of('command').filter(({ command }) => command.startsWith('ss'));
  const seen = states.pop();
  if (seen === undefined) return unseen('nobody asked ss');
  const count = (state: string) => seen.stdout.split('\n').filter((line) => line.startsWith(state)).length;
  const [told, closed, open] = [count('CLOSE-WAIT'), count('FIN-WAIT-2'), count('ESTAB')];
  const killed = history.of('process').find(({ state }) => state === 'gone');
  if (killed === undefined) return unseen('the client was not seen to end');
  if (told + open === 0) return unseen('ss shows no connection');
  const shown = `the client is gone: ${told} connections CLOSE-WAIT at the server and ${closed} FIN-WAIT-2 at the client, ${open} ends ESTAB`;
  const [end] = history.eventsToo('exit').filter(({ pid }) => pid === killed.pid);
  const closes = history
    .eventsToo('tcp')
    .filter(({ pid, to, n }) => pid === end?.pid && to === 'FIN_WAIT1' && n > (end?.n ?? 0));
  const traced =
    end === undefined || closes.length === 0 ? '' : `; the kernel sent ${closes.length} FINs for it after its end`;
  const cites = [...(end === undefined ? [] : [end]), ...closes, killed, seen];
  return told === 5 && closed === 5 ? yes(`${shown}${traced}`, ...cites) : no(`${shown}${traced}`, ...cites);
}

/** What child-ends said that the parent was sent, and what became of the child. */
function sentTo(history: History, wanted: RegExp): Seen {
  const seen = history.lines('child-ends').find(({ line }) => / the parent was sent /.test(line));
  if (seen === undefined) return unseen('the parent did not say what it was sent');
  const parent = history.of('end').find(({ program }) => program === 'child-ends')?.pid;
  const sent = (history.kernelEvents('signal') ?? []).filter(({ pid, child }) => pid === parent && child !== undefined);
  return wanted.test(seen.line) ? yes(seen.line, ...sent, seen) : no(seen.line, ...sent, seen);
}

const toldOfEnd = (history: History) => sentTo(history, /sent SIGCHLD, CLD_(EXITED|KILLED), about/);
const toldOfStop = (history: History) => sentTo(history, /stops: the parent was sent SIGCHLD, CLD_STOPPED/);

function statusLost(history: History): Seen {
  const seen = history.lines('child-ends').find(({ line }) => line.startsWith('waitpid: '));
  if (seen === undefined) return unseen('nobody waited');
  return /No child processes/.test(seen.line) ? yes(seen.line, seen) : no(seen.line, seen);
}

/** A client was connected, and no child served it, as long as another client's child ran. */
function blocksServing(history: History): Seen {
  const server = serverIn(history, 'one is left');
  const { table: left, seen: first } = history.table('one is left');
  const { table: asked, seen: second } = history.table('third client connected');
  const { table: later, seen: third } = history.table('second client gone');
  const running = (table: ProcessTable) => table.childrenOf(server.pid).filter(({ stat }) => !stat.startsWith('Z'));
  const [stays] = running(left);
  if (stays === undefined || running(asked).every(({ pid }) => pid !== stays.pid))
    return unseen('no child was running');
  const [served] = running(later);
  if (served === undefined) return unseen('the third client was never served');
  return asked.find(served.pid) === undefined
    ? yes(`the third client was served only after child ${stays.pid} had ended`, first, second, third)
    : no(`child ${served.pid} served the third client while child ${stays.pid} ran`, first, second);
}

/** What blocked-ends reported. */
function blockedEnds(history: History) {
  for (const seen of history.lines('blocked-ends')) {
    const [, ...numbers] =
      /^(\d+) children ended, .*; runs of the handler: (\d+), zombies left: (\d+)$/.exec(seen.line) ?? [];
    const [ended = 0, runs = 0, zombies = 0] = numbers.map(Number);
    if (ended < 2) continue;
    const sent = toldOfEnds(history, history.of('end').find(({ program }) => program === 'blocked-ends')?.pid ?? 0);
    if (sent.told > 0 && (sent.told !== ended || sent.taken !== runs))
      throw new Error(`${seen.line}; but by the kernel's trace ${sent.told} were sent and ${sent.taken} taken`);
    return { ...sent, ended, runs, zombies, shown: `${seen.line}${sent.words}`, cites: [...sent.cites, seen] };
  }
  throw new Error('fewer than two children ended while the signal was blocked');
}

function onceAnEndWhenUnblocked(history: History): Seen {
  const { ended, runs, shown, cites } = blockedEnds(history);
  return runs === ended ? yes(shown, ...cites) : no(shown, ...cites);
}

function notQueued(history: History): Seen {
  const { runs, shown, cites } = blockedEnds(history);
  return runs === 1 ? yes(shown, ...cites) : no(shown, ...cites);
}

/** Of the signals that told of the ends the kernel dropped all but the first; of another tracer nothing can be asked. */
function allButOneDropped(history: History): Seen {
  const gap = history.of('gap').find((one) => one.of === undefined);
  if (gap !== undefined) return unseen(`only the kernel can tell: ${gap.because}`);
  const { shown, told, taken, cites } = blockedEnds(history);
  if (told === 0) return unseen('only the kernel can tell of a signal that is dropped, and it was not asked');
  return taken === 1 ? yes(shown, ...cites) : no(shown, ...cites);
}

function oneWaitARunIsEnough(history: History): Seen {
  const { zombies, shown, cites } = blockedEnds(history);
  return zombies === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The zombies that were there before are not there after. */
function cleared(history: History): Seen {
  const zombies = (when: string) => {
    const { table, seen } = history.table(when);
    return {
      there: table.rows.filter(({ comm, stat }) => comm.startsWith('late-ignore') && stat.startsWith('Z')),
      seen,
    };
  };
  const [before, after] = [zombies('before'), zombies('after')];
  if (before.there.length === 0) return unseen('there was no zombie to begin with');
  const shown = `${before.there.length} zombies before, ${after.there.length} after`;
  return after.there.length === 0 ? yes(shown, before.seen, after.seen) : no(shown, before.seen, after.seen);
}

/** Whether the call in which the server waited came back with EINTR when its child ended. */
function interrupted(history: History): Seen {
  const ended = history.of('process').find(({ state }) => state === 'Z' || state === 'gone');
  if (ended === undefined) return unseen('the child was not seen to end');
  const lines = history.lines('server');
  const eintr = lines.find(({ line }) => line.includes('Interrupted system call'));
  const served = lines.find(({ line }) => line.includes('a connection'));
  if (eintr !== undefined) return yes(eintr.line, ended, eintr);
  if (served === undefined) return unseen('the server did not say how its call came back');
  return no(served.line, ended, served);
}

/** Whether the library's own wait got the status of its own child, which is 7. */
function statusReceived(history: History): Seen {
  const seen = history.of('line').find(({ line }) => /^(pclose|system): /.test(line));
  if (seen === undefined) return unseen('neither pclose nor system came back');
  return seen.line.endsWith('exit status 7') ? yes(seen.line, seen) : no(seen.line, seen);
}

export const claims: Claims = {
  'reap.sigchld-sent': {
    effect: toldOfEnd,
    condition: 'whether the parent ignores SIGCHLD explicitly',
    treatment: ['a child exits', 'a child is killed', 'a child exits, SIGCHLD ignored'],
    control: ['a child exits that has no exit signal'],
  },
  'reap.sigchld-also-stops': {
    effect: toldOfStop,
    treatment: ['a child stops'],
    control: ['a child stops, SA_NOCLDSTOP'],
  },
  'reap.handler-wait': {
    effect: noZombies,
    condition: 'whether the next child ends before the handler has run',
    treatment: ['wait, one connection', 'waitpid, one connection', 'wait, all CPUs', 'waitpid, all CPUs'],
    control: ['no handler'],
  },
  'reap.one-a-run': {
    effect: oneARun,
    treatment: ['wait, all CPUs', 'waitpid, all CPUs', 'wait, one CPU', 'waitpid, one CPU'],
    control: ['waitpid loop, all CPUs'],
  },
  'reap.client-death-closes': {
    effect: fins,
    treatment: ['client killed'],
    control: ['client killed, its connections shared'],
  },
  'reap.five-at-once': {
    effect: atOnce,
    treatment: ['wait, all CPUs', 'wait, one CPU'],
    control: ['wait, closed 50 ms apart'],
  },
  'reap.five-at-once-delivered': {
    effect: runsOnceAnEnd,
    treatment: ['wait, all CPUs', 'wait, one CPU'],
    control: ['wait, closed 50 ms apart'],
  },
  'reap.handler-runs-once': {
    effect: runsOnce,
    condition: 'whether the parent is kept from looking until all five have ended',
    treatment: ['wait, all CPUs', 'wait, one CPU', 'wait, server stopped meanwhile'],
    control: ['wait, closed 50 ms apart'],
  },
  'reap.runs-vary': {
    effect: runsVary,
    treatment: ['wait, all CPUs', 'wait, one CPU', 'waitpid loop, all CPUs', 'waitpid loop, one CPU'],
    control: ['wait, closed 50 ms apart', 'wait, server stopped meanwhile'],
  },
  'reap.signals-not-queued': {
    effect: notQueued,
    treatment: ['5 ends, SIGCHLD', '100 ends, SIGCHLD'],
    control: ['5 ends, SIGRTMIN', '100 ends, SIGRTMIN'],
  },
  'reap.blocked-runs-n-times': {
    effect: onceAnEndWhenUnblocked,
    treatment: ['5 ends, SIGCHLD', '100 ends, SIGCHLD'],
    control: ['5 ends, SIGRTMIN', '100 ends, SIGRTMIN'],
  },
  'reap.rest-is-dropped': {
    effect: allButOneDropped,
    treatment: ['5 ends, SIGCHLD', '100 ends, SIGCHLD'],
    control: ['5 ends, SIGRTMIN', '100 ends, SIGRTMIN'],
  },
  'reap.realtime-queues': {
    effect: onceAnEndWhenUnblocked,
    treatment: ['5 ends, SIGRTMIN', '100 ends, SIGRTMIN'],
    control: ['5 ends, SIGCHLD', '100 ends, SIGCHLD'],
  },
  'reap.queued-would-do': {
    effect: oneWaitARunIsEnough,
    treatment: ['5 ends, SIGRTMIN', '100 ends, SIGRTMIN'],
    control: ['5 ends, SIGCHLD', '100 ends, SIGCHLD'],
  },
  'reap.wait-not-enough': {
    effect: zombiesRemain,
    treatment: ['wait, all CPUs', 'wait, one CPU', 'wait, server stopped meanwhile'],
    control: ['waitpid loop, all CPUs', 'waitpid loop, server stopped meanwhile'],
  },
  'reap.waitpid-once': {
    effect: zombiesRemain,
    treatment: ['waitpid, all CPUs', 'waitpid, one CPU'],
    control: ['waitpid loop, all CPUs'],
  },
  'reap.waitpid-loop': {
    effect: noZombies,
    treatment: ['waitpid loop, all CPUs', 'waitpid loop, one CPU', 'waitpid loop, server stopped meanwhile'],
    control: ['wait, all CPUs', 'wait, server stopped meanwhile'],
  },
  'reap.wait-loop-blocks': {
    effect: blocksServing,
    treatment: ['wait loop, one stays'],
    control: ['waitpid loop, one stays'],
  },
  'reap.ignore-is-default': {
    effect: allRemain,
    treatment: ['SIG_IGN, all CPUs', 'SIG_IGN, one CPU'],
    control: ['no handler'],
  },
  'reap.ignore-prevents': {
    effect: noZombies,
    treatment: ['SIG_IGN, all CPUs', 'SIG_IGN, one CPU', 'SA_NOCLDWAIT, all CPUs', 'SA_NOCLDWAIT, one CPU'],
    control: ['no handler'],
  },
  'reap.ignored-status-lost': {
    effect: statusLost,
    treatment: ['a child exits, SIGCHLD ignored'],
    control: ['a child exits'],
  },
  'reap.nocldwait-signals': {
    effect: handlerRan,
    treatment: ['SA_NOCLDWAIT, all CPUs', 'SA_NOCLDWAIT, one CPU'],
    control: ['SIG_IGN, all CPUs'],
  },
  'reap.ignore-clears-old': { effect: cleared, treatment: ['set to SIG_IGN'], control: ['waited for'] },
  'reap.accept-eintr': {
    effect: interrupted,
    condition: 'whether there is a handler, without SA_RESTART',
    treatment: ['accept, no SA_RESTART', 'accept, SA_RESTART'],
    control: ['accept, no handler'],
  },
  'reap.restart-not-poll': { effect: interrupted, treatment: ['poll, SA_RESTART'], control: ['accept, SA_RESTART'] },
  'reap.greedy-handler': {
    effect: statusReceived,
    condition: 'whether the child ends before the library waits for it, and whether the library blocks SIGCHLD',
    treatment: ['greedy handler, ended before pclose', 'greedy handler, ends during pclose', 'greedy handler, system'],
    control: ['picky handler, ended before pclose'],
  },
  'reap.own-children-only': {
    effect: statusReceived,
    treatment: ['picky handler, ended before pclose'],
    control: ['greedy handler, ended before pclose'],
  },
};
