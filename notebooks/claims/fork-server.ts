import type { History } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';

/** The child that served the first client, by its own word. */
function child(history: History) {
  for (const seen of history.of('line')) {
    const [, pid] = /^child (\d+) (?:serves|runs)/.exec(seen.line) ?? [];
    if (pid !== undefined) return { pid: Number(pid), seen };
  }
  throw new Error('no child says that it serves');
}

/** Who was there, the client among them, and who is there later, without it. */
function clientLeft(history: History, moment = 'after') {
  const { table, seen: before } = history.table('before');
  const client = table.rows.find(({ comm }) => comm.startsWith('client'));
  if (client === undefined) throw new Error('there was no client');
  const { table: later, seen: after } = history.table(moment);
  if (later.find(client.pid) !== undefined) throw new Error(`the client (${client.pid}) was still there`);
  return { client, later, cites: [before, after] };
}

/** The client has left, and the child that served it is still there. */
function stays(history: History): Seen {
  const { pid, seen } = child(history);
  const { client, later, cites } = clientLeft(history);
  const row = later.find(pid);
  if (row === undefined) {
    const reaps = history.eventsToo('reap').filter(({ child }) => child === pid);
    return no(`client ${client.pid} left, and child ${pid} is gone`, seen, ...reaps, ...cites);
  }
  return yes(`client ${client.pid} left, and child ${pid} is there, in state ${row.stat}`, seen, ...cites);
}

/** `stays`, and what else has to be true of the child that stays. */
const staysAnd = (more: (history: History, pid: number) => Seen) => (history: History) => {
  const seen = stays(history);
  if (seen.answer !== 'yes') return seen;
  const rest = more(history, child(history).pid);
  if (rest.answer === 'unseen') return rest;
  const whole = rest.answer === 'yes' ? yes : no;
  return whole(`${seen.because}; ${rest.because}`, ...seen.cites, ...rest.cites);
};

/** Hundredths of a second of processor time, as /proc/PID/stat counts them where sysconf(_SC_CLK_TCK) is 100. */
const spins = staysAnd((history, pid) => {
  const stat = history.of('command').find(({ command }) => command === `cat /proc/${pid}/stat`);
  const [user = Number.NaN, system = Number.NaN] = (stat?.stdout ?? '').split(' ').slice(13, 15).map(Number);
  if (stat === undefined || Number.isNaN(user + system))
    return unseen('nobody looked at the processor time of the child');
  const used = `it has used ${user + system} ticks of processor time`;
  return user + system >= 10 ? yes(used, stat) : no(used, stat);
});

const servesAgain = staysAnd((history, pid) => {
  const { table, seen } = history.table('after');
  const [grandchild] = table.childrenOf(pid);
  if (grandchild === undefined) return no('it has no child of its own', seen);
  return yes(`with the parent gone it took the next client, and forked ${grandchild.pid} for it`, seen);
});

const isZombie = staysAnd((history, pid) => {
  const { table, seen } = history.table('after');
  return table.find(pid)?.stat.startsWith('Z') ? yes('it is a zombie', seen) : no('it is no zombie', seen);
});

/** A third process has the client's end of the connection open. */
const otherHasSocket = staysAnd((history, child) => {
  const { client } = clientLeft(history);
  const ends = endOf(history, client.pid);
  const tcp = history.kernelEvents('tcp')?.filter(({ pid, to }) => pid === client.pid && to === 'FIN_WAIT1');
  const fins = tcp === undefined || ends.length === 0 ? '' : `; at the client's end the kernel sent ${tcp.length} FINs`;
  const cites = [...ends, ...(tcp ?? [])];
  const sockets = history.of('command').find(({ command }) => command.startsWith('ss '));
  if (sockets === undefined) return unseen('nobody looked at the sockets');
  const rows = sockets.stdout.split('\n').map((row) => row.trim().split(/ +/));
  const peer = rows.find((row) => row[5]?.includes(`pid=${child},`))?.[4];
  const [, holder, pid] = /"([^"]+)",pid=(\d+)/.exec(rows.find((row) => row[3] === peer)?.[5] ?? '') ?? [];
  if (holder === undefined || Number(pid) === client.pid)
    return no("nobody else has the client's end open", ...cites, sockets);
  return yes(`the client's end is open in ${holder} (${pid})${fins}`, ...cites, sockets);
});

/** Established, and no timer that could ever end it. */
const forgotten = staysAnd((history) => {
  const sockets = history.of('command').find(({ command }) => command.endsWith('/net/tcp'));
  if (sockets === undefined) return unseen('nobody looked at the sockets');
  return / 01 \w+:\w+ 00:/.test(sockets.stdout)
    ? yes('its connection is established, and no timer runs', sockets)
    : no('its connection is not established, or a timer runs', sockets);
});

/** The client that does not read is there, and so is the child that writes to it. */
function blocked(history: History): Seen {
  const { pid, seen } = child(history);
  const { table, seen: stuffed } = history.table('stuffed');
  const said = history.lines('client').find(({ line }) => /^stuck|^the server gave up/.test(line));
  if (said === undefined) return unseen('the client does not say whether the server took what it sent');
  const row = table.find(pid);
  if (row === undefined) return no(`child ${pid} is gone; the client: ${said.line}`, seen, said, stuffed);
  if (!said.line.startsWith('stuck')) return no(`child ${pid} is there; the client: ${said.line}`, seen, said, stuffed);
  return yes(`child ${pid} is there, in state ${row.stat}; the client: ${said.line}`, seen, said, stuffed);
}

/** How `pid` ended, by the trace; nothing where there was none. */
const endOf = (history: History, pid: number) => history.eventsToo('exit').filter((event) => event.pid === pid);

/** The child is gone, and said neither that it saw the end of file nor that anything went wrong; where there is a trace, by SIGPIPE. */
function endedWithoutAWord(history: History): Seen {
  const seen = stays(history);
  if (seen.answer === 'unseen') return seen;
  if (seen.answer === 'yes') return no(seen.because, ...seen.cites);
  const { pid } = child(history);
  const word = history.lines('server').find(({ line }) => line === `child ${pid}: end of file` || /^\w+: /.test(line));
  if (word !== undefined) return no(`child ${pid} left by itself: ${word.line}`, ...seen.cites, word);
  const [end] = endOf(history, pid);
  if (end === undefined) return yes(`child ${pid} is gone without a word`, ...seen.cites);
  const shown = `child ${pid} is gone without a word, ended by ${end.signal ?? `exit ${end.status}`}`;
  return end.signal === 'SIGPIPE' ? yes(shown, ...seen.cites, end) : no(shown, ...seen.cites, end);
}

/** The act that ended the server's parent, or its group. */
function killAct(history: History) {
  const act = history
    .of('act')
    .filter(({ what }) => what.startsWith('kill -KILL'))
    .pop();
  if (act === undefined) throw new Error('nobody killed the parent');
  return act;
}

/** The child that served the third client has ended, and the client sees the end only after the parent is killed. */
function noEndForClient(history: History): Seen {
  const { table, seen: asked } = history.table('asked for the end');
  const parent = history.table('before').table.find(child(history).pid)?.ppid ?? 0;
  const { table: three } = history.table('three');
  const third = Math.max(...three.childrenOf(parent).map(({ pid }) => pid));
  const last = Math.max(...three.allNamed('client').map(({ pid }) => pid));
  const left = table.find(third);
  if (left !== undefined && !left.stat.startsWith('Z')) return unseen(`the third child (${third}) had not ended`);
  const end = history.lines('client 3').find(({ line }) => line === 'end');
  if (table.find(last) === undefined) {
    if (end === undefined) return unseen(`its client (${last}) ended, but not because it saw the end`);
    return no(`child ${third} ended, and its client (${last}) saw the end`, asked, end);
  }
  const kill = killAct(history);
  const late = end === undefined ? 'waits' : 'waited until the parent was killed';
  return yes(`child ${third} ended; its client (${last}) ${late}`, asked, kill, ...(end === undefined ? [] : [end]));
}

/** The sockets that a process has open beyond its standard streams, as `ls -l /proc/PID/fd` lists them. */
function socketsOf(history: History, pid: number) {
  const seen = history.of('command').find(({ command }) => command === `ls -l /proc/${pid}/fd`);
  if (seen === undefined) throw new Error(`nobody looked at the descriptors of ${pid}`);
  const open = [...seen.stdout.matchAll(/ (\d+) -> (socket:\[\d+\])/g)].filter(([, fd]) => Number(fd) > 2);
  return { sockets: open.map(([, , socket = '']) => socket), seen };
}

/** The third child has the first child's connection open. */
function inheritsConnections(history: History): Seen {
  const first = child(history).pid;
  const parent = history.table('before').table.find(first)?.ppid ?? 0;
  const { table, seen } = history.table('three');
  const third = Math.max(...table.childrenOf(parent).map(({ pid }) => pid));
  if (third === first) return unseen('there is one child only');
  const [one, other] = [socketsOf(history, first), socketsOf(history, third)];
  if (one.sockets.length === 0) return unseen('the first child has no socket open');
  const shared = one.sockets.filter((socket) => other.sockets.includes(socket));
  const shown = `child ${first} has ${one.sockets.length} socket open, child ${third} ${other.sockets.length}, ${shared.length} in common`;
  return shared.length > 0 ? yes(shown, seen, one.seen, other.seen) : no(shown, seen, one.seen, other.seen);
}

function runsOut(history: History): Seen {
  const clients = history.of('command').find(({ command }) => command === './clients.sh');
  if (clients === undefined) return unseen('no clients came');
  const served = clients.stdout.split('\n').filter((line) => line.startsWith('client ')).length;
  const out = history.lines('server').find(({ line }) => line === 'accept: Too many open files');
  if (out !== undefined) return yes(`${served} of 20 clients served, then ${out.line}`, clients, out);
  return served === 20
    ? no('all 20 clients served', clients)
    : unseen(`${served} of 20 clients served, for another reason`);
}

/** The server's parent is gone, and only it was meant to be. */
function parentGone(history: History) {
  const { pid } = child(history);
  const { table, seen: before } = history.table('before');
  const parent = table.find(pid)?.ppid ?? 0;
  const { table: later, seen: after } = history.table('after');
  if (later.find(parent) !== undefined) throw new Error(`the parent (${parent}) was still there`);
  const adoption = history.eventsToo('reparent').filter((event) => event.pid === pid);
  return { parent, pid, later, cites: [before, killAct(history), ...endOf(history, parent), ...adoption, after] };
}

/** The client that was connected is cut off. */
function cutsClient(history: History): Seen {
  const { parent, pid, later, cites } = parentGone(history);
  const kill = killAct(history);
  const heard = history
    .lines('client')
    .find(({ n, line }) => n > kill.n && /^still there|^end$|^read:|^write:/.test(line));
  if (heard === undefined) return unseen('the client heard nothing');
  const orphan = later.find(pid);
  const stands = orphan === undefined ? `child ${pid} is gone` : `child ${pid} has parent ${orphan.ppid}`;
  const shown = `parent ${parent} is gone, ${stands}; the client hears "${heard.line}"`;
  return heard.line.startsWith('still there') ? no(shown, ...cites, heard) : yes(shown, ...cites, heard);
}

/** A new client is refused, and the one that was connected is still served. */
function refusesNewClients(history: History): Seen {
  const { parent, cites } = parentGone(history);
  const attempt = history.of('command').find(({ command }) => command.includes('/dev/tcp/'));
  const served = cutsClient(history);
  if (attempt === undefined || served.answer === 'unseen')
    return unseen('no new client tried, or the old one heard nothing');
  if (/Connection refused/.test(attempt.stderr)) {
    const shown = `${served.because}; a new client: refused`;
    return (served.answer === 'no' ? yes : no)(shown, ...served.cites, attempt);
  }
  if (!attempt.stdout.startsWith('connected')) return unseen('the new client was neither connected nor refused');
  const listening = history.of('command').pop();
  const [, holder = 'nobody', who = '?'] = /users:\(\("([^"]+)",pid=(\d+)/.exec(listening?.stdout ?? '') ?? [];
  return no(
    `parent ${parent} is gone; a new client: connected, as ${holder} (${who}) has the socket`,
    ...cites,
    attempt,
  );
}

/** The server is gone, its port is taken, and the program that it had started has it. */
function programHoldsPort(history: History): Seen {
  const { parent, pid, later, cites } = parentGone(history);
  const [second] = history.lines('second server');
  const listening = history.of('command').find(({ command }) => command.startsWith('ss '));
  if (second === undefined || listening === undefined) return unseen('nobody tried to start the server again');
  const program = later.find(pid);
  if (program === undefined) return unseen(`the program that was started (${pid}) was gone`);
  const shown = `server ${parent} is gone, ${program.comm} (${pid}) is there; a second server: ${second.line}`;
  if (second.line.startsWith('listening')) return no(shown, ...cites, listening, second);
  if (second.line !== 'bind: Address already in use' || !listening.stdout.includes(`pid=${pid},`))
    return unseen(`${shown}; that it is this program's doing was not seen`);
  return yes(`${shown}; ss names it as the one that listens`, ...cites, listening, second);
}

export const claims: Claims = {
  'fork-server.stuck-child': {
    effect: stays,
    condition: 'what the program does at end of file, and whether end of file comes at all',
    treatment: [
      'mended',
      'ignores the end',
      'accepts again',
      'never waits',
      'the helper has the socket too',
      'cable pulled',
    ],
    control: ['the helper has no socket'],
  },
  'fork-server.stuck-child-ignores-eof': { effect: spins, treatment: ['ignores the end'], control: ['mended'] },
  'fork-server.stuck-child-accepts-again': { effect: servesAgain, treatment: ['accepts again'], control: ['mended'] },
  'fork-server.stuck-child-never-waited-for': { effect: isZombie, treatment: ['never waits'], control: ['mended'] },
  'fork-server.stuck-child-socket-shared': {
    effect: otherHasSocket,
    treatment: ['the helper has the socket too'],
    control: ['the helper has no socket'],
  },
  'fork-server.stuck-child-client-vanished': {
    effect: forgotten,
    treatment: ['cable pulled'],
    control: ['cable pulled, keepalive'],
  },
  'fork-server.stuck-child-write-blocks': {
    effect: blocked,
    treatment: ['client never reads'],
    control: ['client never reads, send timeout'],
  },
  'fork-server.sigpipe-ends-child': {
    effect: endedWithoutAWord,
    treatment: ['answers the end'],
    control: ['answers the end, SIGPIPE ignored', 'mended, SIGPIPE ignored'],
  },
  'fork-server.stuck-child-sigpipe-ignored': {
    effect: spins,
    treatment: ['answers the end, SIGPIPE ignored'],
    control: ['answers the end', 'mended, SIGPIPE ignored'],
  },
  'fork-server.parent-keeps-connection': {
    effect: noEndForClient,
    treatment: ['parent keeps'],
    control: ['parent closes'],
  },
  'fork-server.later-children-inherit': {
    effect: inheritsConnections,
    treatment: ['parent keeps'],
    control: ['parent closes'],
  },
  'fork-server.descriptors-run-out': {
    effect: runsOut,
    treatment: ['twenty clients, parent keeps'],
    control: ['twenty clients, parent closes'],
  },
  'fork-server.parent-kill-cuts-clients': {
    effect: cutsClient,
    treatment: ['KILL the parent', 'KILL the parent, children keep the listener'],
    control: ['KILL the group'],
  },
  'fork-server.parent-kill-closes-port': {
    effect: refusesNewClients,
    treatment: ['KILL the parent'],
    control: ['KILL the parent, children keep the listener'],
  },
  'fork-server.program-keeps-port': {
    effect: programHoldsPort,
    treatment: ['descriptor inherited'],
    control: ['descriptor close-on-exec'],
  },
};
