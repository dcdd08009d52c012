import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';

/** The first line of a program that fits; throws where there is none. */
function said(history: History, program: string, pattern: RegExp): { match: RegExpExecArray; seen: Observation } {
  for (const seen of history.lines(program)) {
    const match = pattern.exec(seen.line);
    if (match !== null) return { match, seen };
  }
  throw new Error(`${program} printed nothing like ${pattern}`);
}

/** The port of the experiment: what the first server said that it has. */
function portOf(history: History): number {
  const seen = history.of('line').find(({ line }) => /^(listening|bound) \d+/.test(line));
  if (seen === undefined) throw new Error('no server said which port it has');
  return Number(/\d+/.exec(seen.line)?.[0]);
}

/** The sockets of that moment, of the server's end and of the client's. */
function ends(history: History, moment: string) {
  const port = portOf(history);
  const { table, seen } = history.sockets(moment);
  return { server: table.from(port), client: table.to(port), seen };
}

/** How the new server fared: what it said. */
function newServer(history: History): { fared: 'listens' | 'refused'; line: string; seen: Observation } {
  const { match, seen } = said(history, 'new server', /^(listening \d+|\w+: .*)/);
  const [line] = match;
  if (line.startsWith('listening')) return { fared: 'listens', line, seen };
  if (line.endsWith(': Address already in use')) return { fared: 'refused', line, seen };
  throw new Error(`the new server failed otherwise: ${line}`);
}

/** A TIME_WAIT at the server's end, and how the new server fared. */
function overTimeWait(history: History) {
  const { server, seen } = ends(history, 'before');
  if (server.in('TIME-WAIT').length === 0) throw new Error("there was no TIME_WAIT at the server's end");
  return { ...newServer(history), before: seen };
}

function restarts(history: History): Seen {
  const { fared, line, seen, before } = overTimeWait(history);
  return fared === 'listens'
    ? yes(`over TIME_WAIT: ${line}`, before, seen)
    : no(`over TIME_WAIT: ${line}`, before, seen);
}

function refusedOverTimeWait(history: History): Seen {
  const { fared, line, seen, before } = overTimeWait(history);
  return fared === 'refused'
    ? yes(`over TIME_WAIT: ${line}`, before, seen)
    : no(`over TIME_WAIT: ${line}`, before, seen);
}

/**
 * How each end of the connection left ESTABLISHED, in order: the kernel's own account of who closed first. Nothing where it was
 * not asked.
 */
function closings(history: History) {
  const port = portOf(history);
  return (history.kernelEvents('tcp') ?? [])
    .filter(({ from }) => from === 'ESTABLISHED')
    .map((seen) => ({ end: seen.local.endsWith(`:${port}`) ? 'server' : 'client', to: seen.to, seen }) as const);
}

/** Refused, whatever it is that stands there. */
function refused(history: History): Seen {
  const { fared, line, seen } = newServer(history);
  const { server, seen: before } = ends(history, 'before');
  const [first] = closings(history);
  const closed = first === undefined ? '' : `; the ${first.end} closed first, by the kernel's trace`;
  const shown = `TIME_WAITs at the server's end: ${server.in('TIME-WAIT').length}${closed}; ${line}`;
  const cites = [...(first === undefined ? [] : [first.seen]), before, seen];
  return fared === 'refused' ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The restart came out as the old listener's option would have it. */
function followsListener(history: History): Seen {
  const { match, seen: options } = said(
    history,
    'old server',
    /SO_REUSEADDR (\d) on the listener, (\d) on the connection/,
  );
  const [, listener, connection] = match;
  const { fared, line, seen, before } = overTimeWait(history);
  const shown = `listener ${listener}, connection ${connection}: ${line}`;
  const follows = (fared === 'listens') === (listener === '1');
  return follows ? yes(shown, options, before, seen) : no(shown, options, before, seen);
}

function acceptedHasIt(history: History): Seen {
  const { match, seen } = said(history, 'old server', /^accepted, SO_REUSEADDR (\d)/);
  const { match: own, seen: listening } = said(history, 'old server', /^listening \d+, SO_REUSEADDR (\d)/);
  const shown = `the listener has ${own[1]}, the accepted socket ${match[1]}`;
  return match[1] === '1' ? yes(shown, listening, seen) : no(shown, listening, seen);
}

/** Which end said that it closed first. Throws where the kernel says that it was the other. */
function firstToClose(history: History): { first: 'server' | 'client'; went: string; cites: Observation[] } {
  for (const seen of history.of('line')) {
    if (!/^(server's end )?closed first/.test(seen.line)) continue;
    const first = seen.program === 'client' ? 'client' : 'server';
    const [traced] = closings(history);
    if (traced === undefined) return { first, went: '', cites: [seen] };
    if (traced.end !== first)
      throw new Error(`the ${first} says that it closed first; by the kernel's trace the ${traced.end} did`);
    return { first, went: ` (ESTABLISHED → ${traced.to})`, cites: [traced.seen, seen] };
  }
  throw new Error('neither end said that it closed first');
}

/** The end that closed first has a TIME_WAIT, and the other has none. */
function firstCloserHolds(history: History): Seen {
  const { first, went, cites } = firstToClose(history);
  const { server, client, seen } = ends(history, 'before');
  const [own, other] = first === 'server' ? [server, client] : [client, server];
  const held = { own: own.in('TIME-WAIT').length, other: other.in('TIME-WAIT').length };
  const shown = `the ${first} closed first${went} and holds ${held.own} TIME_WAIT, the other end ${held.other}`;
  return held.own === 1 && held.other === 0 ? yes(shown, ...cites, seen) : no(shown, ...cites, seen);
}

function bothHold(history: History): Seen {
  const { server, client, seen } = ends(history, 'before');
  const { seen: closing } = said(history, 'both ends', /closed first/);
  const held = [server, client].map((end) => end.in('TIME-WAIT').length);
  const left = closings(history);
  const went = left.map(({ end, to }) => `; ${end}: ESTABLISHED → ${to}`).join('');
  const shown = `TIME_WAITs: ${held[0]} at the server's end, ${held[1]} at the client's${went}`;
  const cites = [...left.map((closed) => closed.seen), closing, seen];
  return held.every((count) => count === 1) ? yes(shown, ...cites) : no(shown, ...cites);
}

/** After its death nothing of the server's end is in TIME_WAIT. */
function avoidsTimeWait(history: History): Seen {
  const { server, seen } = ends(history, 'before');
  const end = history.of('end').find(({ program }) => program === 'old server');
  if (end === undefined) return unseen('the server did not end');
  const count = server.in('TIME-WAIT').length;
  const own = closings(history).find((closed) => closed.end === 'server');
  const went = own === undefined ? '' : ` (ESTABLISHED → ${own.to})`;
  const shown = `the server ended (${end.status}); TIME_WAITs at its end${went}: ${count}`;
  const cites = [...(own === undefined ? [] : [own.seen]), end, seen];
  return count === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

/** Though the server could not, somebody closed: the client read the end, and the server's end waits. */
function kernelCloses(history: History): Seen {
  const died = history.of('end').find(({ program }) => program === 'old server');
  if (died?.status !== 'SIGKILL') return unseen(`the server was not killed: ${died?.status}`);
  const read = history.lines('client').find(({ line }) => /^received/.test(line));
  const { server, seen } = ends(history, 'before');
  const [exit] = history.eventsToo('exit').filter(({ pid }) => pid === died.pid);
  const fin = closings(history).find(
    ({ to, seen: { pid, n } }) => to === 'FIN_WAIT1' && pid === died.pid && n > (exit?.n ?? 0),
  );
  const traced = exit === undefined || fin === undefined ? '' : '; the kernel sent the FIN for it after its end';
  const shown = `client: ${read?.line ?? 'read nothing'}; TIME_WAITs at the server's end: ${server.in('TIME-WAIT').length}${traced}`;
  const after = exit === undefined || fin === undefined ? [] : [exit, fin.seen];
  const cites = [...after, died, ...(read === undefined ? [] : [read]), seen];
  const closed = read?.line.endsWith('end of file') === true && server.in('TIME-WAIT').length === 1;
  return closed ? yes(shown, ...cites) : no(shown, ...cites);
}

/** The second to bind was let in. */
function secondBinds(history: History): Seen {
  const { seen: first } = said(history, 'first', /^bound/);
  const { match, seen } = said(history, 'second', /^(bound|bind: Address already in use)/);
  const listens = history.lines('first').find(({ line }) => line.startsWith('listening'));
  const before = listens !== undefined && listens.n < seen.n ? 'the first listened' : 'the first did not listen';
  const cites = [first, ...(listens === undefined ? [] : [listens]), seen];
  return match[0].startsWith('bound')
    ? yes(`${before}: ${match[0]}`, ...cites)
    : no(`${before}: ${match[0]}`, ...cites);
}

/** Both were bound, and only the first got to listen. */
function onlyOneListens(history: History): Seen {
  const bound = secondBinds(history);
  if (bound.answer !== 'yes') return bound;
  const { seen: first } = said(history, 'first', /^listening/);
  const { match, seen } = said(history, 'second', /^(listening|listen: Address already in use)/);
  const shown = `${bound.because}; then ${match[0]}`;
  const cites = [...bound.cites, first, seen];
  return match[0].startsWith('listening') ? no(shown, ...cites) : yes(shown, ...cites);
}

/** Two sockets listen at one port at once. */
function bothListen(history: History): Seen {
  const { server, seen } = ends(history, 'after');
  const { match, seen: last } = said(
    history,
    'second',
    /^(listening|bind: Address already in use|listen: Address already in use)/,
  );
  const count = server.in('LISTEN').length;
  const shown = `${count} listening; the second: ${match[0]}`;
  return count === 2 ? yes(shown, seen, last) : no(shown, seen, last);
}

/** The second was refused as long as the first lived. */
function secondRefused(history: History): Seen {
  const both = bothListen(history);
  if (both.answer === 'unseen') return both;
  return both.answer === 'yes' ? no(both.because, ...both.cites) : yes(both.because, ...both.cites);
}

/** Each of two sockets gets a good part of the connections: at least a quarter. */
function spread(history: History): Seen {
  const { match, seen } = said(history, 'sockets', /^(\d+) connections: (\d+) .*, (\d+) /);
  const [all = 0, one = 0, other = 0] = match.slice(1).map(Number);
  if (all < 100) return unseen(`${all} connections are too few to tell`);
  const shown = `${one} and ${other} of ${all} connections`;
  return Math.min(one, other) >= all / 4 ? yes(shown, seen) : no(shown, seen);
}

/** Refused, and a TIME_WAIT is there that could be why. */
function timeWaitStands(history: History): Seen {
  const { fared, line, seen } = newServer(history);
  if (fared !== 'refused') return unseen(`the new server was not refused: ${line}`);
  const { server, seen: before } = ends(history, 'before');
  const states = server.rows.map(({ state }) => state).join(', ') || 'nothing';
  return server.in('TIME-WAIT').length > 0
    ? yes(`${line}; there was ${states}`, before, seen)
    : no(`${line}; there was ${states}, and no TIME_WAIT`, before, seen);
}

/** A client got a connection after the server's death. */
function stillConnects(history: History): Seen {
  const { match, seen } = said(history, 'client', /^(connected from \d+|connect: Connection refused)/);
  const killed = history.of('process').find(({ state }) => state === 'gone');
  if (killed === undefined || killed.n > seen.n) return unseen('the server was not known to be dead by then');
  return match[0].startsWith('connected') ? yes(match[0], killed, seen) : no(match[0], killed, seen);
}

/** It got a connection, and that stands in the queue of a socket from which nobody accepts. */
function connectsInVain(history: History): Seen {
  const connected = stillConnects(history);
  if (connected.answer !== 'yes') return connected;
  const { server, seen } = ends(history, 'before');
  const waiting = server.in('LISTEN').reduce((sum, { recvQ }) => sum + recvQ, 0);
  const answered = history.lines('client').some(({ line }) => line.startsWith('received'));
  const shown = `${connected.because}; ${waiting} in the queue of the listening socket, ${answered ? 'answered' : 'not answered'}`;
  return waiting > 0 && !answered ? yes(shown, ...connected.cites, seen) : no(shown, ...connected.cites, seen);
}

/** ss -p names a process for what stands at the port. */
function ssNamesIt(history: History): Seen {
  const port = portOf(history);
  const seen = history.of('command').find(({ command }) => command === 'ss -tanpH');
  if (seen === undefined) return unseen('nobody asked ss');
  const row = seen.stdout
    .split('\n')
    .find((line) => new RegExp(`^(LISTEN|TIME-WAIT) .*:${port} +\\S+:\\S+`).test(line));
  if (row === undefined) return unseen('neither a listening socket nor a TIME_WAIT stood at the port');
  const [, program, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(row) ?? [];
  const [state] = row.split(' ');
  return program === undefined
    ? no(`${state}: ss names no process`, seen)
    : yes(`${state}: ss names ${program} (${pid})`, seen);
}

/** The client received all that the server wrote, and then the end. */
function gotAll(history: History): Seen {
  const { match: written, seen: writing } = said(history, 'old server', /^wrote (\d+) bytes/);
  const { match: received, seen } = said(history, 'client', /^received (\d+) bytes, (.*)/);
  const shown = `${received[1]} of ${written[1]} bytes, then ${received[2]}`;
  return received[1] === written[1] && received[2] === 'end of file'
    ? yes(shown, writing, seen)
    : no(shown, writing, seen);
}

/** The client was reset, and a part of what the server had written never came. */
function lostSome(history: History): Seen {
  const { match: written, seen: writing } = said(history, 'old server', /^wrote (\d+) bytes/);
  const { match: received, seen } = said(history, 'client', /^received (\d+) bytes, (.*)/);
  const shown = `${received[1]} of ${written[1]} bytes, then ${received[2]}`;
  const lost = Number(received[1]) < Number(written[1]) && received[2] === 'Connection reset by peer';
  return lost ? yes(shown, writing, seen) : no(shown, writing, seen);
}

/** What tcp_tw_reuse was set to. */
function twReuse(history: History): { value: string; seen: Observation } {
  const seen = history.of('command').find(({ command }) => command.includes('tcp_tw_reuse'));
  if (seen === undefined) throw new Error('nobody asked for tcp_tw_reuse');
  return { value: seen.stdout.trim(), seen };
}

function restartsUnderTwReuse(history: History): Seen {
  const { value, seen } = twReuse(history);
  if (value !== '1') return unseen(`tcp_tw_reuse was ${value}`);
  const restarted = restarts(history);
  if (restarted.answer === 'unseen') return restarted;
  return { ...restarted, because: `tcp_tw_reuse 1; ${restarted.because}`, cites: [seen, ...restarted.cites] };
}

/** A client called from a port that was in TIME_WAIT. */
function callsFromTimeWait(history: History): Seen {
  const { client, seen: before } = ends(history, 'before');
  const held = client.in('TIME-WAIT').map(({ local }) => local.split(':').pop());
  if (held.length === 0) return unseen("there was no TIME_WAIT at the client's end");
  const { match, seen } = said(
    history,
    'next client',
    /^connected from (\d+)|^connect: Cannot assign requested address/,
  );
  const { value, seen: setting } = twReuse(history);
  const shown = `tcp_tw_reuse ${value}, TIME_WAIT at ${held.join(', ')}; the next client: ${match[0]}`;
  const cites = [setting, before, seen];
  return match[1] !== undefined && held.includes(match[1]) ? yes(shown, ...cites) : no(shown, ...cites);
}

/** A TIME_WAIT that stood at the server's end, and after a reset was sent stands no more. */
function endedByReset(history: History): Seen {
  const { server: early, seen: before } = ends(history, 'before');
  if (early.in('TIME-WAIT').length === 0) return unseen("there was no TIME_WAIT at the server's end");
  const setting = history.of('command').find(({ command }) => command.includes('tcp_rfc1337'));
  const sent = history.of('command').find(({ command }) => command.includes('TcpOutRsts'));
  if (setting === undefined || sent === undefined) return unseen('nobody asked for tcp_rfc1337, or for the resets');
  const resets = Number(/^TcpOutRsts +(\d+)/m.exec(sent.stdout)?.[1] ?? 0);
  if (resets === 0) return unseen('no reset was sent');
  const { server: late, seen: after } = ends(history, 'after');
  const left = late.in('TIME-WAIT').map(({ timer }) => `TIME_WAIT with ${timer?.seconds} s left`);
  const shown = `tcp_rfc1337 ${setting.stdout.trim()}; after a reset: ${left.join(', ') || 'no TIME_WAIT'}`;
  const cites = [before, setting, sent, after];
  return left.length === 0 ? yes(shown, ...cites) : no(shown, ...cites);
}

/**
 * Whether a duration can be the one that was asked for: a timer never goes off early, and late by as much as the wheel's step
 * that far ahead (2 s at HZ=250, 4 s at HZ=1000: kernel/time/timer.c) and the next look.
 */
const about = ({ least, most }: { least: number; most: number }, wanted: number) =>
  most >= wanted && least <= wanted + 6;

/**
 * How long a state lasted, and what tcp_fin_timeout said: at least from when it was first seen to when it was last seen, at most from
 * when the client was started whose connection it is left of to when it was seen to be over. On a busy machine any look may be late.
 */
function lasted(history: History) {
  const { server, seen: begins } = ends(history, 'begins');
  const [socket] = server.in('TIME-WAIT', 'FIN-WAIT-2');
  if (socket === undefined) throw new Error('there was nothing to last');
  const later = ['half of it', 'nearly over'].map((moment) => ends(history, moment));
  const sightings = later.flatMap(({ server, seen }) => (server.in(socket.state).length > 0 ? [seen] : []));
  const { server: left, seen: over } = ends(history, 'over');
  if (left.in(socket.state).length > 0) throw new Error(`the ${socket.state} was still there at the end`);
  const setting = history.of('command').find(({ command }) => command.includes('tcp_fin_timeout'));
  if (setting === undefined) throw new Error('nobody asked for tcp_fin_timeout');
  const client = history.of('act').find(({ what }) => what.startsWith('start client:'));
  if (client === undefined) throw new Error('no client was started');
  const least = ((sightings.at(-1) ?? begins).at - begins.at) / 1000;
  const most = (over.at - client.at) / 1000;
  const finTimeout = Number(setting.stdout);
  const shown = `${socket.state} lasted ${least.toFixed(1)} to ${most.toFixed(1)} s, tcp_fin_timeout ${finTimeout}`;
  return { time: { least, most }, finTimeout, shown, cites: [client, begins, ...sightings, over, setting] };
}

function lastsFinTimeout(history: History): Seen {
  const { time, finTimeout, shown, cites } = lasted(history);
  return about(time, finTimeout) ? yes(shown, ...cites) : no(shown, ...cites);
}

function lastsSixty(history: History): Seen {
  const { time, shown, cites } = lasted(history);
  const { fared, line, seen } = newServer(history);
  const { match, seen: last } = said(history, 'server afterwards', /^(listening|bind: ).*/);
  const around = `meanwhile ${line}, afterwards ${match[0]}`;
  const all = [...cites, seen, last];
  const holds = about(time, 60) && fared === 'refused' && match[1] === 'listening';
  return holds ? yes(`${shown}; ${around}`, ...all) : no(`${shown}; ${around}`, ...all);
}

export const claims: Claims = {
  'reuseaddr.restart': { effect: restarts, treatment: ['option on both'], control: ['option on neither'] },
  'reuseaddr.restart-new-side': { effect: restarts, treatment: ['option on the new'], control: ['option on both'] },
  'reuseaddr.restart-both-sides': {
    effect: refusedOverTimeWait,
    treatment: ['option on the old', 'option on the new'],
    control: ['option on both'],
  },
  'reuseaddr.server-closed-first': {
    effect: refused,
    treatment: ['option on neither'],
    control: ['option on neither, client closes first'],
  },
  'reuseaddr.before-bind': {
    effect: refusedOverTimeWait,
    condition: 'whether the socket is the one that binds, or the one that is bound over',
    treatment: ['new server sets it after bind', 'old server set it after bind'],
    control: ['option on both'],
  },
  'reuseaddr.listener-counts': {
    effect: followsListener,
    treatment: ['option on the listener only', 'option on the connection only'],
    control: ['option on listener and connection'],
  },
  'reuseaddr.connection-counts': {
    effect: restarts,
    treatment: ['option on the connection only'],
    control: ['option on the listener only'],
  },
  'reuseaddr.accepted-inherits': {
    effect: acceptedHasIt,
    treatment: ['option on both'],
    control: ['option on neither'],
  },
  'reuseaddr.second-live-server': {
    effect: secondBinds,
    treatment: ['REUSEADDR, the first listens'],
    control: ['REUSEADDR, neither listens'],
  },
  'reuseaddr.one-listens': {
    effect: onlyOneListens,
    treatment: ['REUSEADDR, neither listens'],
    control: ['no option, neither listens'],
  },
  'reuseaddr.reuseport-live': {
    effect: bothListen,
    treatment: ['REUSEPORT on both'],
    control: ['REUSEADDR, the first listens'],
  },
  'reuseaddr.reuseport-every-socket': {
    effect: secondRefused,
    treatment: ['REUSEPORT on the first', 'REUSEPORT on the second'],
    control: ['REUSEPORT on both'],
  },
  'reuseaddr.reuseport-same-user': {
    effect: secondRefused,
    treatment: ['REUSEPORT on both, another user'],
    control: ['REUSEPORT on both'],
  },
  'reuseaddr.reuseport-spreads': { effect: spread, treatment: ['two listen'], control: ['one listens'] },
  'reuseaddr.first-closer-holds': {
    effect: firstCloserHolds,
    condition: 'how the connection is closed',
    treatment: ['server closes first', 'client closes first', 'both close at once', 'SO_LINGER, zero'],
    control: ['one closes, then the other'],
  },
  'reuseaddr.both-hold': {
    effect: bothHold,
    treatment: ['both close at once'],
    control: ['one closes, then the other'],
  },
  'reuseaddr.sigkill': {
    effect: avoidsTimeWait,
    treatment: ['SIGKILL, connection open'],
    control: ['SIGKILL, client had closed'],
  },
  'reuseaddr.kernel-closes': {
    effect: kernelCloses,
    treatment: ['SIGKILL, connection open'],
    control: ['SIGKILL, client had closed'],
  },
  'reuseaddr.in-use-proves': {
    effect: timeWaitStands,
    treatment: ['helper has the listener'],
    control: ['option on neither'],
  },
  'reuseaddr.inherited-connects': {
    effect: stillConnects,
    treatment: ['helper has the listener'],
    control: ['close-on-exec'],
  },
  'reuseaddr.inherited-unanswered': {
    effect: connectsInVain,
    treatment: ['helper has the listener'],
    control: ['close-on-exec'],
  },
  'reuseaddr.ss-names-holder': {
    effect: ssNamesIt,
    treatment: ['helper has the listener'],
    control: ['option on neither'],
  },
  'reuseaddr.linger-zero': { effect: avoidsTimeWait, treatment: ['SO_LINGER, zero'], control: ['close'] },
  'reuseaddr.linger-zero-free': { effect: gotAll, treatment: ['SO_LINGER, zero'], control: ['close'] },
  'reuseaddr.linger-zero-loses': { effect: lostSome, treatment: ['SO_LINGER, zero'], control: ['close'] },
  'reuseaddr.tw-reuse': {
    effect: restartsUnderTwReuse,
    treatment: ['tw_reuse 1, option on neither'],
    control: ['tw_reuse 1, option on both'],
  },
  'reuseaddr.tw-reuse-connects': {
    effect: callsFromTimeWait,
    treatment: ['tw_reuse 1, client calls again'],
    control: ['tw_reuse 0, client calls again'],
  },
  'reuseaddr.reset-ends-it': {
    effect: endedByReset,
    treatment: ['called again, rfc1337 0'],
    control: ['called again, rfc1337 1'],
  },
  'reuseaddr.fin-timeout': {
    effect: lastsFinTimeout,
    treatment: ['TIME-WAIT, fin_timeout 5'],
    control: ['TIME-WAIT, fin_timeout 60'],
  },
  'reuseaddr.sixty-seconds': {
    effect: lastsSixty,
    treatment: ['TIME-WAIT, fin_timeout 60', 'TIME-WAIT, fin_timeout 5'],
    control: ['FIN-WAIT-2, fin_timeout 5'],
  },
  'reuseaddr.fin-timeout-fin-wait-2': {
    effect: lastsFinTimeout,
    treatment: ['FIN-WAIT-2, fin_timeout 5'],
    control: ['TIME-WAIT, fin_timeout 5'],
  },
};
