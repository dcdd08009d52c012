import type { History } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process, ProcessTable } from '../lab/processes';

interface Side {
  parent: Process;
  child: Process;
}

/** The two processes of a chat among these: one that is the parent of the other. */
function pairOf(rows: Process[], where: string): Side {
  const chat = rows.filter(({ comm }) => comm.startsWith('chat'));
  const child = chat.find((row) => chat.some(({ pid }) => pid === row.ppid));
  const parent = chat.find(({ pid }) => pid === child?.ppid);
  if (parent === undefined || child === undefined) throw new Error(`there were no two processes of a chat ${where}`);
  return { parent, child };
}

/** The two that ran on a terminal. */
function sideOf(history: History, table: ProcessTable, terminal: string): Side {
  const opened = history.of('act').find(({ what }) => what.startsWith(`open ${terminal} on `));
  const [, tty] = / on \/dev\/(\S+):/.exec(opened?.what ?? '') ?? [];
  return pairOf(
    table.rows.filter((row) => row.tty === tty),
    `on ${terminal}`,
  );
}

/** Whether a process is there and has not ended: a zombie has. */
function standing(table: ProcessTable, { pid }: Process): 'stays' | 'ended' {
  const row = table.find(pid);
  return row === undefined || row.stat.startsWith('Z') ? 'ended' : 'stays';
}

/** Both sides as they stood before, and who of them stays when all is at rest. */
function sides(history: History) {
  const { table, seen: before } = history.table('before');
  const { table: later, seen: rest } = history.table('at rest');
  const look = (terminal: string) => {
    const { parent, child } = sideOf(history, table, terminal);
    return { parent: standing(later, parent), child: standing(later, child), pids: [parent.pid, child.pid] };
  };
  return { a: look('Terminal 1'), b: look('Terminal 2'), cites: [before, rest] };
}

/** Who is left of which side, in words. */
function left(history: History): string {
  const { a, b } = sides(history);
  const names = [
    a.parent === 'stays' ? ['A parent'] : [],
    a.child === 'stays' ? ['A child'] : [],
    b.parent === 'stays' ? ['B parent'] : [],
    b.child === 'stays' ? ['B child'] : [],
  ].flat();
  return names.length === 0 ? 'nobody' : names.length === 4 ? 'all four' : names.join(', ');
}

/** Who stays, as a table of event and program; the arms are called `program: event`. What could not be run is a `?`. */
export function matrix(histories: History[]): string {
  const cells = histories.map((history) => {
    const run = history.of('missing').length + history.of('failure').length === 0;
    return [...history.arm.split(': '), run ? left(history) : '?'];
  });
  const programs = [...new Set(cells.map(([program = '']) => program))];
  const events = [...new Set(cells.map(([, event = '']) => event))];
  const rows = events.map((event) => [
    event,
    ...programs.map((program) => cells.find((cell) => cell[0] === program && cell[1] === event)?.[2] ?? ''),
  ]);
  const lines = [['who stays when', ...programs], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The ends that a signal of the kernel's own brought about, in words; nothing where there was no trace. */
function endedByKernel(history: History, pids: number[]) {
  const signals = history.eventsToo('signal').filter(({ code, fate }) => code === 'SI_KERNEL' && fate === 'delivered');
  const ends = history.eventsToo('exit').flatMap((end) => {
    const by = pids.includes(end.pid)
      ? signals.find(({ pid, signal }) => pid === end.pid && signal === end.signal)
      : undefined;
    return by === undefined ? [] : [{ by, end }];
  });
  const words = ends.map(({ end }) => `${end.pid} by ${end.signal}`).join(', ');
  return { words: words && ` (${words}, from the kernel)`, cites: ends.flatMap(({ by, end }) => [by, end]) };
}

/** Of the two processes of side A one has ended and the other stays. */
function oneStays(history: History): Seen {
  const { a, cites } = sides(history);
  const [parent, child] = a.pids;
  if (a.parent === 'stays' && a.child === 'stays') return unseen('neither process of side A ended');
  if (a.parent === a.child) {
    const kernel = endedByKernel(history, a.pids);
    return no(`parent ${parent} and child ${child} have both ended${kernel.words}`, ...cites, ...kernel.cites);
  }
  return a.parent === 'stays'
    ? yes(`child ${child} has ended, parent ${parent} stays`, ...cites)
    : yes(`parent ${parent} has ended, child ${child} stays`, ...cites);
}

function sideAEnds(history: History): Seen {
  const seen = oneStays(history);
  if (seen.answer === 'unseen') return seen;
  return seen.answer === 'yes' ? no(seen.because, ...seen.cites) : yes(seen.because, ...seen.cites);
}

function allEnd(history: History): Seen {
  const { a, b, cites } = sides(history);
  const stay = [a.parent, a.child, b.parent, b.child].filter((state) => state === 'stays').length;
  if (stay === 4) return unseen('nobody ended');
  return stay === 0 ? yes('nobody stays, on either side', ...cites) : no(`left: ${left(history)}`, ...cites);
}

/** Side A has ended, and one of its processes had sent a signal to the other. */
function endsBySignal(history: History): Seen {
  const ends = sideAEnds(history);
  if (ends.answer !== 'yes') return unseen('side A did not end');
  const { a } = sides(history);
  const sent = history.events('kill').find(({ by, to }) => a.pids.includes(by) && a.pids.includes(to));
  if (sent !== undefined) return yes(`${sent.by} sent ${sent.signal} to ${sent.to}; side A ended`, ...ends.cites, sent);
  const told = history.events('exit').filter(({ pid }) => a.pids.includes(pid));
  if (told.length < 2) return unseen('the trace does not tell how both ended');
  return no('no signal between the two; side A ended', ...ends.cites, ...told);
}

/** The parent has ended, and so has the process that reads the terminal. */
function terminalReaderNotices(history: History): Seen {
  const { a, cites } = sides(history);
  if (a.parent === 'stays') return unseen('the process that reads the socket had not noticed either');
  const shown = `parent ${a.pids[0]} has ended, child ${a.pids[1]} ${a.child === 'stays' ? 'stays' : 'too'}`;
  return a.child === 'stays' ? no(shown, ...cites) : yes(shown, ...cites);
}

/** The input of side A is at its end, its child gone, and side B shows that it has been told. */
function peerIsTold(history: History): Seen {
  const { a, cites } = sides(history);
  if (a.child === 'stays') return unseen('the process that reads the terminal had not ended');
  const { text, seen } = history.screen('Terminal 2');
  return /^\* the other side has left$/m.test(text)
    ? yes(`child ${a.pids[1]} has ended; side B says that the other side has left`, ...cites, seen)
    : no(`child ${a.pids[1]} has ended; side B has not been told`, ...cites, seen);
}

/** A shell that was sent `echo hi` read the line without its first letter. */
function keyGoesAstray(history: History): Seen {
  const { cites } = sides(history);
  const { text, seen } = history.screen('Terminal 1');
  if (/^\S+: cho: command not found$/m.test(text)) return yes('of "echo hi" the shell got "cho hi"', ...cites, seen);
  return /^hi$/m.test(text)
    ? no('the shell got "echo hi"', ...cites, seen)
    : unseen('the shell was not asked, or said nothing');
}

/** The chat that session.sh ran. */
function scripted(history: History) {
  const { table, seen } = history.table('before');
  const script = table.named('session.sh');
  const pair = pairOf(
    table.rows.filter(({ pgid }) => pgid === script.pgid),
    'in the group of session.sh',
  );
  return { script, ...pair, seen };
}

/** Side B is gone, and the process that reads the input has ended too. */
function senderEnds(history: History): Seen {
  const { parent, child, seen } = scripted(history);
  const { table, seen: rest } = history.table('at rest');
  if (standing(table, parent) === 'stays') return unseen(`parent ${parent.pid} had not ended`);
  const lines = history.of('line').filter(({ line }) => line === '* the other side has left');
  if (lines.length === 0) return unseen('nobody says that the other side has left');
  const state = standing(table, child);
  const shown = `parent ${parent.pid} has ended, child ${child.pid} ${state === 'ended' ? 'too' : 'stays'}`;
  return state === 'ended' ? yes(shown, seen, ...lines, rest) : no(shown, seen, ...lines, rest);
}

/** Whom the child's signal was for, by the tracer's account: the process that forked it, or another. */
function signalsItsParent(history: History): Seen {
  const { parent, child, seen } = scripted(history);
  const sent = history.events('kill').find(({ by }) => by === child.pid);
  if (sent === undefined) return unseen(`child ${child.pid} sent no signal`);
  const shown = `child ${child.pid} sent ${sent.signal} to ${sent.to}`;
  if (sent.to === parent.pid) return yes(`${shown}, its parent`, seen, sent);
  const { table, seen: after } = history.table('after');
  const before = history.table('before').table.find(sent.to);
  const fate = table.find(sent.to) === undefined ? 'which is gone' : 'which is still there';
  return no(`${shown}, ${before?.comm ?? 'a stranger'}, ${fate}`, seen, sent, after);
}

/** The parent of the chat is gone, the child is gone, and the script that may have adopted it goes on. */
function spares(history: History): Seen {
  const { script, parent, child, seen } = scripted(history);
  const { table, seen: after } = history.table('after');
  const stays = [parent, child].find((process) => standing(table, process) === 'stays');
  if (stays !== undefined) return no(`${stays.comm} (${stays.pid}) is still there`, seen, after);
  const shown = `parent ${parent.pid} and child ${child.pid} are gone, the script (${script.pid})`;
  return table.find(script.pid) === undefined ? no(`${shown} too`, seen, after) : yes(`${shown} goes on`, seen, after);
}

/** Of at least a thousand trials, some reached the process that adopted the child. */
function reachesStrangers(history: History): Seen {
  const run = history.of('command').find(({ command }) => command.startsWith('./getppid-race'));
  const [, strangers, trials] = /^strangers (\d+) of (\d+) trials$/m.exec(run?.stdout ?? '') ?? [];
  if (run === undefined || strangers === undefined) return unseen('no trial was made');
  if (Number(trials) < 1000) return unseen(`${trials} trials are too few`);
  const shown = `${strangers} of ${trials} signals reached the process that had adopted the child`;
  return Number(strangers) > 0 ? yes(shown, run) : no(shown, run);
}

const events = ['the other side leaves', 'Ctrl-D', 'Ctrl-C', 'parent killed', 'child killed'];

export const claims: Claims = {
  'chat.child-stuck': {
    effect: oneStays,
    condition: 'whether the parent, ending, takes the terminal with it',
    treatment: [
      'chat: the other side leaves',
      'chat: Ctrl-D',
      'chat: parent killed',
      'chat: child killed',
      'chat leads its terminal',
    ],
    control: ['chat: Ctrl-C'],
  },
  'chat.hang-up-ends-child': {
    effect: sideAEnds,
    treatment: ['chat leads its terminal'],
    control: ['chat: the other side leaves'],
  },
  'chat.signal-fixes': {
    effect: sideAEnds,
    condition: 'whether the process that ends comes to send it',
    treatment: events.map((event) => `chat-signal: ${event}`),
    control: ['chat: the other side leaves'],
  },
  'chat.signal-needed': {
    effect: endsBySignal,
    treatment: ['chat-lifeline, traced'],
    control: ['chat-signal, traced'],
  },
  'chat.lifeline-ends-all': {
    effect: allEnd,
    treatment: events.map((event) => `chat-lifeline: ${event}`),
    control: events.map((event) => `chat: ${event}`),
  },
  'chat.terminal-reader-notices': {
    effect: terminalReaderNotices,
    treatment: ['chat: the other side leaves'],
    control: ['chat-lifeline: the other side leaves'],
  },
  'chat.second-line-notices': { effect: senderEnds, treatment: ['two lines'], control: ['one line'] },
  'chat.close-tells-peer': { effect: peerIsTold, treatment: ['chat: Ctrl-D'], control: ['chat-shutdown: Ctrl-D'] },
  'chat.shutdown-tells-peer': { effect: peerIsTold, treatment: ['chat-shutdown: Ctrl-D'], control: ['chat: Ctrl-D'] },
  'chat.kill-parent-ends': {
    effect: allEnd,
    treatment: ['chat: parent killed'],
    control: ['chat-lifeline: parent killed'],
  },
  'chat.next-key-astray': {
    effect: keyGoesAstray,
    treatment: ['a key after chat'],
    control: ['a key after chat-signal'],
  },
  'chat.kill-getppid-safe': {
    effect: signalsItsParent,
    treatment: ['getppid, parent gone', 'getppid, parent gone, PID 1 adopts'],
    control: ['getppid, parent alive'],
  },
  'chat.getppid-race': { effect: reachesStrangers, treatment: ['race, getppid'], control: ['race, pidfd'] },
  'chat.pidfd-safe': {
    effect: spares,
    treatment: ['pidfd, parent alive', 'pidfd, parent gone'],
    control: ['getppid, parent gone'],
  },
};
