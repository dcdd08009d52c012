import type { History } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import type { Process, ProcessTable } from '../lab/processes';

/** The server as it stood: the parent, and its children. */
export function server(history: History) {
  const { table, seen } = history.table('before');
  const parent = table.allNamed('apache2').find((process) => table.childrenOf(process.pid).length >= 8);
  if (parent === undefined) throw new Error('there was no httpd with eight children');
  return { parent, children: table.childrenOf(parent.pid), table, seen };
}

const left = (table: ProcessTable, processes: Process[]) =>
  processes.filter(({ pid }) => table.find(pid) !== undefined);

/** Parent and children are gone. */
function allGone(history: History): Seen {
  const { parent, children, seen: before } = server(history);
  const { table, seen: after } = history.table('after');
  if (table.find(parent.pid) !== undefined) return unseen(`the parent (${parent.pid}) was still there`);
  const remain = left(table, children).length;
  if (remain === 0)
    return yes(`the parent (${parent.pid}) and its ${children.length} children are gone`, before, after);
  return no(
    `the parent (${parent.pid}) is gone, ${remain} of its ${children.length} children are there`,
    before,
    after,
  );
}

/** All show one SESS and one PGRP, both equal to the children's PPID. */
function leadsSessionAndGroup(history: History): Seen {
  const { parent, children, seen } = server(history);
  const holds = [parent, ...children].every(({ sid, pgid }) => sid === parent.pid && pgid === parent.pid);
  const shown = `parent ${parent.pid}: PGRP ${parent.pgid}, SESS ${parent.sid}`;
  return holds ? yes(`${shown}, as all its children`, seen) : no(shown, seen);
}

/** The signals of that name that these processes took; those that were dropped or never taken are none. */
const signalsTo = (history: History, processes: Process[], signal: string) =>
  history
    .events('signal')
    .filter((seen) => seen.fate !== 'dropped' && seen.fate !== 'blocked')
    .filter((seen) => seen.signal === signal && processes.some(({ pid }) => pid === seen.pid));

/** SIGHUP came to the children, whoever sent it. */
function hungUp(history: History): Seen {
  const { parent, children, seen } = server(history);
  const told = signalsTo(history, children, 'SIGHUP');
  if (told.length > 0) {
    const from = told.some((signal) => signal.code === 'SI_KERNEL') ? 'the kernel' : 'a process';
    return yes(`${told.length} of ${children.length} children took SIGHUP, from ${from}`, seen, ...told);
  }
  const instead = history.events('exit').filter((end) => [parent, ...children].some(({ pid }) => pid === end.pid));
  if (instead.length === 0) return unseen('the trace does not tell how any of them ended');
  return no(`no SIGHUP among the ${history.events('signal').length} signals traced`, seen, ...instead);
}

/** SIGHUP came to every process of the group, and it ended. */
function hungUpAndGone(history: History): Seen {
  const told = hungUp(history);
  const gone = allGone(history);
  if (told.answer === 'unseen' || gone.answer === 'unseen') return told.answer === 'unseen' ? told : gone;
  const both = `${told.because}; ${gone.because}`;
  const cites = [...told.cites, ...gone.cites];
  return told.answer === 'yes' && gone.answer === 'yes' ? yes(both, ...cites) : no(both, ...cites);
}

/** The parent signals its group, then its children. */
function parentSignals(history: History): Seen {
  const { parent, children, seen } = server(history);
  const [toGroup] = history
    .events('kill')
    .filter((sent) => sent.by === parent.pid && sent.to === -parent.pgid && sent.signal === 'SIGTERM');
  const told = signalsTo(history, children, 'SIGTERM').filter((signal) => signal.from === parent.pid);
  const reached = children.filter(({ pid }) => told.some((signal) => signal.pid === pid));
  if (toGroup === undefined) {
    const ended = history.events('exit').find(({ pid }) => pid === parent.pid);
    return ended === undefined
      ? unseen('the trace does not tell how the parent ended')
      : no('the parent sent nothing', seen, ended);
  }
  if (reached.length < children.length)
    return no(`${reached.length} of ${children.length} children were told`, seen, toGroup, ...told);
  return yes(
    `the parent (${parent.pid}) sent SIGTERM to its group, and all ${children.length} children took it from there`,
    seen,
    toGroup,
    ...told,
  );
}

/** What the bystander said that it got first. */
function bystanderTold(history: History): Seen {
  const { parent, table, seen } = server(history);
  const bystander = table.named('bystander');
  const said = history.of('command').find((command) => command.command.includes('bystander.log'));
  const [, signal, from] = /^(SIG\w+) from (\d+)/m.exec(said?.stdout ?? '') ?? [];
  if (said === undefined || signal === undefined) return unseen('the bystander said nothing');
  const shown = `bystander (parent ${bystander.ppid}, group ${bystander.pgid}; httpd's is ${parent.pgid}): ${signal} from ${from}`;
  return signal === 'SIGTERM' && Number(from) === parent.pid ? yes(shown, seen, said) : no(shown, seen, said);
}

/** A process that is no child of the server went with it, because its pipe ended. */
function helperGone(history: History): Seen {
  const { parent, table, seen: before } = server(history);
  const helper = table.named('pipe-helper');
  if (helper.ppid === parent.pid) return unseen('the helper was a child of httpd');
  const { table: later, seen: after } = history.table('after');
  const said = history.of('command').find((command) => command.command.includes('helper.log'));
  if (said === undefined) return unseen('nobody asked what the helper said');
  const stood = `helper ${helper.pid}, parent ${helper.ppid}, terminal ${helper.tty}`;
  if (later.find(helper.pid) !== undefined) return no(`${stood}: it stays`, before, after, said);
  const because = /end of file/.test(said.stdout) ? 'the last writer of its pipe is gone' : 'it does not say why';
  return yes(`${stood}: gone; ${because}`, before, after, said);
}

/** After the kill, a request is answered. */
function answers(history: History): Seen {
  const { seen } = server(history);
  const request = history.of('command').find((command) => command.command.includes('GET /index'));
  if (request === undefined) return unseen('no request was made');
  const [status] = /HTTP\/1\.[01] \d+ \w+/.exec(request.stdout) ?? [];
  if (status !== undefined) return yes(`a request is answered: ${status}`, seen, request);
  const [refusal = 'no answer'] = /Connection refused/.exec(request.stderr) ?? [];
  return no(`a request: ${refusal}`, seen, request);
}

/** After the kill, no new server can start, as its port is taken. */
function portHeld(history: History): Seen {
  const { seen } = server(history);
  const start = history.of('command').find((command) => command.command.includes('-k start'));
  if (start === undefined) return unseen('no new server was started');
  const [, refusal] = /(Address already in use)/.exec(start.stderr) ?? [];
  if (refusal !== undefined) return yes(`a new server: ${refusal}`, seen, start);
  return start.status === 0
    ? no('a new server starts', seen, start)
    : unseen(`a new server ended with ${start.status}: ${start.stderr.trim()}`);
}

/** The parent and its listening socket are the same afterwards, the children others. */
function parentKept(history: History): Seen {
  const { parent, children, seen: before } = server(history);
  const after = history.at('processes', 'after') ?? unseen('nobody looked afterwards');
  if ('answer' in after) return after;
  const listening = history.of('command').filter((command) => command.command.includes('ss -tlne'));
  const inodes = listening.map((command) => /ino:(\d+)/.exec(command.stdout)?.[1]);
  const [first, last] = [listening[0], listening[listening.length - 1]];
  if (first === undefined || last === undefined || first === last)
    return unseen('nobody looked at the listening socket twice');
  const stays = after.rows.some(({ pid }) => pid === parent.pid);
  const socket = inodes[0] !== undefined && inodes[0] === inodes[inodes.length - 1] ? 'the same' : 'another';
  const kept = children.filter(({ pid }) => after.rows.some((process) => process.pid === pid)).length;
  const shown = `parent ${parent.pid} ${stays ? 'stays' : 'is gone'}, listening socket ${socket}, ${kept} of ${children.length} old children left`;
  return stays && socket === 'the same'
    ? yes(shown, before, after, first, last)
    : no(shown, before, after, first, last);
}

/** The answer that was under way came to its end. */
function answerWhole(history: History): Seen {
  const { text, seen } = history.screen('Terminal 2');
  const [, received] = /received (\d+) bytes/.exec(text) ?? [];
  if (received === undefined) return unseen('the client did not say what it received');
  const whole = Number(received) >= 64 * 1024 * 1024;
  const shown = `the client received ${received} bytes of an answer of 64 MiB`;
  return whole ? yes(shown, seen) : no(shown, seen);
}

/** The answer that was under way was cut. */
function answerCut(history: History): Seen {
  const whole = answerWhole(history);
  if (whole.answer === 'unseen') return whole;
  return whole.answer === 'yes' ? no(whole.because, ...whole.cites) : yes(whole.because, ...whole.cites);
}

/** The orphans are gone, and a new server starts. */
function orphansStopped(history: History): Seen {
  const gone = allGone(history);
  const held = portHeld(history);
  if (gone.answer === 'unseen' || held.answer === 'unseen') return gone.answer === 'unseen' ? gone : held;
  const sent = history.of('command').filter(({ command }) => command.startsWith('kill -- '));
  const how = sent.map(({ command, stderr }) => `${command}${stderr === '' ? '' : `: ${stderr.trim()}`}`).join('; ');
  const both = `${how}; ${gone.because}; ${held.because}`;
  const cites = [...sent, ...gone.cites, ...held.cites];
  return gone.answer === 'yes' && held.answer === 'no' ? yes(both, ...cites) : no(both, ...cites);
}

/** Who started the server ended with it, before its next line. */
function scriptTaken(history: History): Seen {
  const { parent, table, seen } = server(history);
  const script = table.named('start.sh');
  if (parent.ppid !== script.pid) return unseen('the script did not start the server in its foreground');
  const { state, seen: file } = history.file('cleaned-up');
  const shown = `httpd (${parent.pid}) in group ${parent.pgid}, the script (${script.pid}) in group ${script.pgid}`;
  return state === 'absent'
    ? yes(`${shown}: it did not come to its next line`, seen, file)
    : no(`${shown}: it went on to its next line`, seen, file);
}

/** The answer under way came to its end, and then the server was gone. */
function finishesAndGoes(history: History): Seen {
  const whole = answerWhole(history);
  const gone = allGone(history);
  if (whole.answer === 'unseen' || gone.answer === 'unseen') return whole.answer === 'unseen' ? whole : gone;
  const both = `${whole.because}; ${gone.because}`;
  const cites = [...whole.cites, ...gone.cites];
  return whole.answer === 'yes' && gone.answer === 'yes' ? yes(both, ...cites) : no(both, ...cites);
}

/** The server says that it was told of a window's new size, and is gone. */
function resizedAway(history: History): Seen {
  const { parent, table, seen } = server(history);
  const log = history.of('command').find(({ command }) => command === 'cat error.log');
  if (log === undefined) return unseen('nobody read the log');
  const [caught] = /caught SIGWINCH, shutting down gracefully/.exec(log.stdout) ?? [];
  const { table: later, seen: after } = history.table('after');
  const stood = `httpd's group ${parent.pgid}, foreground group ${table.find(parent.pid)?.tpgid}`;
  if (caught !== undefined && later.find(parent.pid) === undefined) return yes(`${stood}; ${caught}`, seen, log, after);
  if (!/Graceful restart requested/.test(log.stdout)) return unseen('the log does not say what the server did');
  return no(`${stood}; it was told nothing, and goes on`, seen, log, after);
}

function noTerminal(history: History): Seen {
  const { parent, children, seen } = server(history);
  const rows = [parent, ...children];
  return rows.every(({ tty }) => tty === '?')
    ? yes(`all ${rows.length} processes show TTY ?`, seen)
    : no(`they show TTY ${parent.tty}`, seen);
}

function noForeground(history: History): Seen {
  const { parent, children, seen } = server(history);
  const rows = [parent, ...children];
  return rows.every(({ tpgid }) => tpgid === -1)
    ? yes(`all ${rows.length} processes show TPGID -1: no terminal to have a foreground group`, seen)
    : no(`the terminal's foreground group is ${parent.tpgid}`, seen);
}

export const claims: Claims = {
  'httpd.children-die': { effect: allGone, treatment: ['TERM'], control: ['KILL'] },
  'httpd.is-session-leader': {
    effect: leadsSessionAndGroup,
    treatment: ['TERM'],
    control: ['foreground, from a shell'],
  },
  'httpd.sighup-kills-them': { effect: hungUp, treatment: ['TERM'], control: ['KILL, leader of a terminal'] },
  'httpd.parent-signals': { effect: parentSignals, treatment: ['TERM'], control: ['KILL'] },
  'httpd.group-is-signalled': {
    effect: bystanderTold,
    treatment: ['TERM, bystander in the group'],
    control: ['TERM, bystander elsewhere'],
  },
  'httpd.helper-gone-too': { effect: helperGone, treatment: ['TERM, with a helper'], control: ['KILL, with a helper'] },
  'httpd.orphans-serve': { effect: answers, treatment: ['KILL'], control: ['TERM'] },
  'httpd.orphans-hold-port': { effect: portHeld, treatment: ['KILL'], control: ['TERM'] },
  'httpd.orphans-by-group': {
    effect: orphansStopped,
    treatment: ['KILL, then kill the group'],
    control: ['KILL, then kill the PID'],
  },
  'httpd.script-taken-along': {
    effect: scriptTaken,
    treatment: ['TERM, script in the group'],
    control: ['TERM, script in another group'],
  },
  'httpd.winch-finishes': {
    effect: finishesAndGoes,
    treatment: ['WINCH, request under way'],
    control: ['TERM, request under way'],
  },
  'httpd.resize-stops': {
    effect: resizedAway,
    treatment: ['resized, server in the foreground'],
    control: ['resized, server a daemon'],
  },
  'httpd.restart-keeps-parent': { effect: parentKept, treatment: ['HUP', 'USR1'], control: ['TERM'] },
  'httpd.hup-cuts': { effect: answerCut, treatment: ['HUP'], control: ['USR1'] },
  'httpd.usr1-finishes': { effect: answerWhole, treatment: ['USR1'], control: ['HUP'] },
  'session.daemon-no-tty': { effect: noTerminal, treatment: ['TERM'], control: ['foreground, from a shell'] },
  'session.daemon-no-foreground': { effect: noForeground, treatment: ['TERM'], control: ['foreground, from a shell'] },
  'session.daemon-leader-death': {
    effect: hungUpAndGone,
    treatment: ['KILL'],
    control: ['KILL, leader of a terminal'],
  },
};
