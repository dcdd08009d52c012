import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fact, History } from '../lab/history';
import { parseSockets } from '../lab/sockets';
import { claims } from './reuseaddr';

type Facts = (Fact & { moment?: string; at?: number; witness?: string })[];

/** A history written by hand: what was seen, in order, one observation a millisecond unless it says when. */
const historyOf = (facts: Facts) =>
  new History({
    experiment: 'by hand',
    arm: 'an arm',
    box: { kind: 'namespaces', init: 1, pid1: 'waits' },
    observations: facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'the test', ...fact })),
  });

const line = (program: string, text: string): Fact => ({ kind: 'line', program, line: text });
const ended = (status: number | string): Fact => ({ kind: 'end', program: 'old server', pid: 2, status });
const command = (what: string, stdout: string): Fact => ({
  kind: 'command',
  command: what,
  stdout,
  stderr: '',
  status: 0,
});
const sockets = (moment: string, ...rows: string[]) =>
  ({ moment, kind: 'sockets', rows: parseSockets(rows.join('\n')) }) as const;

/** The kernel's own account: an end of the connection leaves ESTABLISHED. */
const leaves = (end: 'server' | 'client', to: string, pid?: number): Facts[number] => {
  const [local, remote] =
    end === 'server' ? ['127.0.0.1:8080', '127.0.0.1:40478'] : ['127.0.0.1:40478', '127.0.0.1:8080'];
  return { witness: 'tracefs', kind: 'event', event: 'tcp', local, remote, from: 'ESTABLISHED', to, pid };
};

const atServer = 'TIME-WAIT 0 0 127.0.0.1:8080 127.0.0.1:40478 timer:(timewait,59sec,0)';
const atClient = 'TIME-WAIT 0 0 127.0.0.1:40478 127.0.0.1:8080 timer:(timewait,59sec,0)';
const listening = 'LISTEN 0 8 127.0.0.1:8080 0.0.0.0:*';
const old = line('old server', 'listening 8080, SO_REUSEADDR 1');
const starts = line('new server', 'listening 8080, SO_REUSEADDR 1');
const inUse = line('new server', 'bind: Address already in use');

function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp): void {
  const seen = claims[claim]?.effect(historyOf(facts));
  if (seen === undefined) throw new Error(`there is no claim ${claim}`);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

function cannotTell(claim: string, facts: Facts, because: RegExp): void {
  assert.throws(() => claims[claim]?.effect(historyOf(facts)), because);
}

test('reuseaddr.restart: a new server that listens over a TIME_WAIT, or is refused over one', () => {
  says('yes', 'reuseaddr.restart', [old, sockets('before', atServer), starts], /over TIME_WAIT: listening 8080/);
  says('no', 'reuseaddr.restart', [old, sockets('before', atServer), inUse], /bind: Address already in use/);
  const late = line('new server', 'listen: Address already in use');
  says('no', 'reuseaddr.restart', [old, sockets('before', atServer), late], /listen: Address already in use/);
});

test("reuseaddr.restart: without a TIME_WAIT at the server's end a new server that listens proves nothing", () => {
  cannotTell('reuseaddr.restart', [old, sockets('before'), starts], /no TIME_WAIT at the server's end/);
  cannotTell('reuseaddr.restart', [old, sockets('before', atClient), starts], /no TIME_WAIT at the server's end/);
});

test('reuseaddr.restart: a new server that fails for another reason was not refused over TIME_WAIT', () => {
  const denied = line('new server', 'bind: Permission denied');
  cannotTell('reuseaddr.restart', [old, sockets('before', atServer), denied], /failed otherwise: bind: Permission/);
  cannotTell('reuseaddr.restart', [old, sockets('before', atServer)], /new server printed nothing/);
});

test('reuseaddr.restart-both-sides is the same seen from the other side', () => {
  says('yes', 'reuseaddr.restart-both-sides', [old, sockets('before', atServer), inUse], /Address already in use/);
  says('no', 'reuseaddr.restart-both-sides', [old, sockets('before', atServer), starts], /listening/);
});

test('reuseaddr.server-closed-first: refused, with what stood there', () => {
  says('yes', 'reuseaddr.server-closed-first', [old, sockets('before', atServer), inUse], /server's end: 1; bind/);
  says('no', 'reuseaddr.server-closed-first', [old, sockets('before', atClient), starts], /server's end: 0; listening/);
});

test("reuseaddr.listener-counts: the outcome is the listener's option, or it is not", () => {
  const options = (listener: number, connection: number) =>
    line('old server', `closed first, SO_REUSEADDR ${listener} on the listener, ${connection} on the connection`);
  const before = sockets('before', atServer);
  says('yes', 'reuseaddr.listener-counts', [old, options(1, 0), before, starts], /listener 1, connection 0: listening/);
  says('yes', 'reuseaddr.listener-counts', [old, options(0, 1), before, inUse], /listener 0, connection 1: bind/);
  says('no', 'reuseaddr.listener-counts', [old, options(1, 0), before, inUse], /listener 1, connection 0: bind/);
  says('no', 'reuseaddr.listener-counts', [old, options(0, 1), before, starts], /listener 0, connection 1: listening/);
});

test('reuseaddr.first-closer-holds: who said so has the only TIME_WAIT', () => {
  const server = line('old server', 'closed first');
  const client = line('client', 'closed first');
  says(
    'yes',
    'reuseaddr.first-closer-holds',
    [old, server, sockets('before', atServer)],
    /server closed first and holds 1/,
  );
  says(
    'yes',
    'reuseaddr.first-closer-holds',
    [old, client, sockets('before', atClient)],
    /client closed first and holds 1/,
  );
  says(
    'no',
    'reuseaddr.first-closer-holds',
    [old, client, sockets('before', atServer)],
    /client .* holds 0 .* other end 1/,
  );
  says(
    'no',
    'reuseaddr.first-closer-holds',
    [old, server, sockets('before', atServer, atClient)],
    /holds 1 .* other end 1/,
  );
  says('no', 'reuseaddr.first-closer-holds', [old, server, sockets('before')], /holds 0 TIME_WAIT, the other end 0/);
  cannotTell('reuseaddr.first-closer-holds', [old, sockets('before', atServer)], /neither end said/);
});

test('reuseaddr.first-closer-holds: who closed first is the kernel to say, where it was asked', () => {
  const facts = [old, line('old server', 'closed first'), sockets('before', atServer)];
  const [closed, heard] = [leaves('server', 'FIN_WAIT1', 2), leaves('client', 'CLOSE_WAIT')];
  says(
    'yes',
    'reuseaddr.first-closer-holds',
    [closed, heard, ...facts],
    /first \(ESTABLISHED → FIN_WAIT1\) and holds 1/,
  );
  const other = [leaves('client', 'FIN_WAIT1', 3), leaves('server', 'CLOSE_WAIT')];
  cannotTell(
    'reuseaddr.first-closer-holds',
    [...other, ...facts],
    /server says .* by the kernel's trace the client did/,
  );
  const both = [old, line('both ends', 'closed first'), sockets('before', atServer, atClient)];
  const crossed = [closed, leaves('client', 'FIN_WAIT1', 2)];
  says(
    'yes',
    'reuseaddr.both-hold',
    [...crossed, ...both],
    /server: ESTABLISHED → FIN_WAIT1; client: ESTABLISHED → FIN_W/,
  );
});

test('reuseaddr.sigkill: nothing left in TIME_WAIT counts only once the server has ended', () => {
  says('no', 'reuseaddr.sigkill', [old, ended('SIGKILL'), sockets('before', atServer)], /\(SIGKILL\); .* 1$/);
  says('yes', 'reuseaddr.sigkill', [old, ended('SIGKILL'), sockets('before', atClient)], /at its end: 0$/);
  says('unseen', 'reuseaddr.sigkill', [old, sockets('before')], /did not end/);
  const closed = [old, leaves('server', 'FIN_WAIT1', 2), ended('SIGKILL'), sockets('before', atServer)];
  says('no', 'reuseaddr.sigkill', closed, /at its end \(ESTABLISHED → FIN_WAIT1\): 1$/);
});

test('reuseaddr.kernel-closes: the client has to have read the end, and the server to have been killed', () => {
  const end = line('client', 'received 0 bytes, end of file');
  const reset = line('client', 'received 0 bytes, Connection reset by peer');
  says(
    'yes',
    'reuseaddr.kernel-closes',
    [old, ended('SIGKILL'), end, sockets('before', atServer)],
    /end of file; .* 1$/,
  );
  says('no', 'reuseaddr.kernel-closes', [old, ended('SIGKILL'), reset, sockets('before')], /reset by peer; .* 0$/);
  const exit: Facts[number] = { witness: 'tracefs', kind: 'event', event: 'exit', pid: 2, signal: 'SIGKILL' };
  const rest = [old, ended('SIGKILL'), end, sockets('before', atServer)];
  const fin = leaves('server', 'FIN_WAIT1', 2);
  says('yes', 'reuseaddr.kernel-closes', [exit, fin, ...rest], /1; the kernel sent the FIN for it after its end$/);
  says('yes', 'reuseaddr.kernel-closes', [fin, exit, ...rest], /end: 1$/);
  says('unseen', 'reuseaddr.kernel-closes', [old, ended(0), end, sockets('before', atServer)], /was not killed/);
});

test('reuseaddr.second-live-server: bound beside a first, or refused', () => {
  const first = [line('first', 'bound 8080, user 0'), line('first', 'listening 8080')];
  says(
    'yes',
    'reuseaddr.second-live-server',
    [...first, line('second', 'bound 8080, user 0')],
    /first listened: bound/,
  );
  says('no', 'reuseaddr.second-live-server', [...first, line('second', 'bind: Address already in use')], /bind: Addr/);
  cannotTell('reuseaddr.second-live-server', [line('second', 'bound 8080, user 0')], /first printed nothing/);
  cannotTell('reuseaddr.second-live-server', [...first, line('second', 'bind: Permission denied')], /second printed/);
});

test('reuseaddr.one-listens: both bound, and the second refused by listen', () => {
  const both = [
    line('first', 'bound 8080, user 0'),
    line('second', 'bound 8080, user 0'),
    line('first', 'listening 8080'),
  ];
  says(
    'yes',
    'reuseaddr.one-listens',
    [...both, line('second', 'listen: Address already in use')],
    /then listen: Addr/,
  );
  says('no', 'reuseaddr.one-listens', [...both, line('second', 'listening 8080')], /then listening/);
});

test('reuseaddr.reuseport-live and -every-socket: two listening rows in what ss shows, or one', () => {
  const bound = line('first', 'bound 8080, user 0');
  const two = [bound, line('second', 'listening 8080'), sockets('after', listening, listening)];
  const one = [bound, line('second', 'bind: Address already in use'), sockets('after', listening)];
  says('yes', 'reuseaddr.reuseport-live', two, /2 listening/);
  says('no', 'reuseaddr.reuseport-live', one, /1 listening; the second: bind/);
  says('no', 'reuseaddr.reuseport-every-socket', two, /2 listening/);
  says('yes', 'reuseaddr.reuseport-every-socket', one, /1 listening/);
  cannotTell('reuseaddr.reuseport-live', [bound, sockets('after', listening)], /second printed nothing/);
});

test('reuseaddr.reuseport-spreads: each at least a quarter, of enough', () => {
  const got = (all: number, one: number) =>
    line('sockets', `${all} connections: ${one} to the first socket, ${all - one} to the second`);
  says('yes', 'reuseaddr.reuseport-spreads', [got(1000, 499)], /499 and 501 of 1000/);
  says('no', 'reuseaddr.reuseport-spreads', [got(1000, 1000)], /1000 and 0 of 1000/);
  says('unseen', 'reuseaddr.reuseport-spreads', [got(4, 2)], /too few/);
});

test('reuseaddr.in-use-proves: says nothing of a server that was not refused', () => {
  says('yes', 'reuseaddr.in-use-proves', [old, sockets('before', atServer), inUse], /there was TIME-WAIT/);
  says(
    'no',
    'reuseaddr.in-use-proves',
    [old, sockets('before', listening), inUse],
    /there was LISTEN, and no TIME_WAIT/,
  );
  says('unseen', 'reuseaddr.in-use-proves', [old, sockets('before', atServer), starts], /was not refused/);
});

const dead: Fact = { kind: 'process', pid: 2, state: 'gone' };
const connected = line('client', 'connected from 40478');
const waiting = 'LISTEN 1 8 127.0.0.1:8080 0.0.0.0:*';

test('reuseaddr.inherited-connects: a connection counts only when the server was dead before it', () => {
  says('yes', 'reuseaddr.inherited-connects', [old, dead, connected], /connected from 40478/);
  says('no', 'reuseaddr.inherited-connects', [old, dead, line('client', 'connect: Connection refused')], /refused/);
  says('unseen', 'reuseaddr.inherited-connects', [old, connected, dead], /not known to be dead/);
});

test('reuseaddr.inherited-unanswered: in the queue, and no answer', () => {
  const claim = 'reuseaddr.inherited-unanswered';
  says('yes', claim, [old, dead, connected, sockets('before', waiting)], /1 in the queue .*, not answered/);
  says('no', claim, [old, dead, connected, sockets('before', listening)], /0 in the queue/);
  const answered = line('client', 'received 5 bytes, end of file');
  says('no', claim, [old, dead, connected, sockets('before', waiting), answered], /, answered/);
});

test('reuseaddr.ss-names-holder: a name beside the row of that port', () => {
  const ss = (row: string) => command('ss -tanpH', `${row}\n`);
  const held = 'LISTEN 0 8 127.0.0.1:8080 0.0.0.0:* users:(("sleep",pid=3,fd=3))';
  says('yes', 'reuseaddr.ss-names-holder', [old, ss(held)], /LISTEN: ss names sleep \(3\)/);
  says(
    'no',
    'reuseaddr.ss-names-holder',
    [old, ss('TIME-WAIT 0 0 127.0.0.1:8080 127.0.0.1:40478')],
    /names no process/,
  );
  says('unseen', 'reuseaddr.ss-names-holder', [old, ss(held.replace('8080', '8081'))], /neither a listening/);
  says('unseen', 'reuseaddr.ss-names-holder', [old], /nobody asked/);
});

test('reuseaddr.linger-zero-free and -loses: all and the end, or a part and a reset', () => {
  const wrote = line('old server', 'wrote 100000 bytes');
  const all = line('client', 'received 100000 bytes, end of file');
  const part = line('client', 'received 12288 bytes, Connection reset by peer');
  says('yes', 'reuseaddr.linger-zero-free', [wrote, all], /100000 of 100000 bytes, then end of file/);
  says('no', 'reuseaddr.linger-zero-free', [wrote, part], /12288 of 100000 bytes, then Connection reset/);
  says('no', 'reuseaddr.linger-zero-loses', [wrote, all], /100000 of/);
  says('yes', 'reuseaddr.linger-zero-loses', [wrote, part], /12288 of/);
  cannotTell('reuseaddr.linger-zero-free', [wrote], /client printed nothing/);
});

test('reuseaddr.tw-reuse: says nothing where the setting was another', () => {
  const set = (value: string) => command('cat /proc/sys/net/ipv4/tcp_tw_reuse', `${value}\n`);
  says(
    'no',
    'reuseaddr.tw-reuse',
    [set('1'), old, sockets('before', atServer), inUse],
    /tcp_tw_reuse 1; over TIME_WAIT/,
  );
  says('unseen', 'reuseaddr.tw-reuse', [set('2'), old, sockets('before', atServer), starts], /tcp_tw_reuse was 2/);
  cannotTell('reuseaddr.tw-reuse', [old, sockets('before', atServer), starts], /nobody asked for tcp_tw_reuse/);
});

test('reuseaddr.tw-reuse-connects: the same port as the one in TIME_WAIT, not another', () => {
  const claim = 'reuseaddr.tw-reuse-connects';
  const set = command('cat /proc/sys/net/ipv4/tcp_tw_reuse', '1\n');
  const before = sockets('before', atClient);
  says('yes', claim, [old, set, before, line('next client', 'connected from 40478')], /at 40478; .* from 40478/);
  says('no', claim, [old, set, before, line('next client', 'connected from 40479')], /connected from 40479/);
  says(
    'no',
    claim,
    [old, set, before, line('next client', 'connect: Cannot assign requested address')],
    /Cannot assign/,
  );
  says('unseen', claim, [old, set, sockets('before'), line('next client', 'connected from 1')], /no TIME_WAIT/);
});

test('reuseaddr.reset-ends-it: a TIME_WAIT that was there, a reset, and a TIME_WAIT that is not', () => {
  const claim = 'reuseaddr.reset-ends-it';
  const set = command('cat /proc/sys/net/ipv4/tcp_rfc1337', '0\n');
  const resets = (count: number) => command('nstat -az TcpOutRsts', `#kernel\nTcpOutRsts    ${count}    0.0\n`);
  const before = sockets('before', atServer);
  says('yes', claim, [old, before, set, resets(2), sockets('after')], /after a reset: no TIME_WAIT/);
  says('no', claim, [old, before, set, resets(1), sockets('after', atServer)], /TIME_WAIT with 59 s left/);
  says('unseen', claim, [old, before, set, resets(0), sockets('after')], /no reset was sent/);
  says('unseen', claim, [old, sockets('before'), set, resets(1), sockets('after')], /there was no TIME_WAIT/);
});

/**
 * A state that was over so many seconds after it could have begun, under a tcp_fin_timeout; it was first seen `late` seconds after
 * that, and last seen one second before it was seen to be over, or `blind` seconds.
 */
const lasting = (state: string, seconds: number, finTimeout: number, { late = 0, blind = 1 } = {}): Facts => {
  const nearly = seconds - blind;
  const row = `${state} 0 0 127.0.0.1:8080 127.0.0.1:40478 timer:(timewait,59sec,0)`;
  return [
    old,
    { ...sockets('begins', row), at: 1 + late * 1000 },
    command('cat /proc/sys/net/ipv4/tcp_fin_timeout', `${finTimeout}\n`),
    inUse,
    { ...sockets('half of it', row), at: 1 + Math.min(nearly, seconds / 2) * 1000 },
    { ...sockets('nearly over', row), at: 1 + nearly * 1000 },
    { ...sockets('over'), at: 1 + seconds * 1000 },
    line('server afterwards', 'listening 8080, SO_REUSEADDR 0'),
    { kind: 'act', what: 'start client: ./tcp-client 8080 bye', at: 1 },
  ];
};

test('reuseaddr.fin-timeout: as long as the setting, however long that is', () => {
  says('no', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 61.4, 5), /lasted 60\.4 to 61\.4 s, tcp_fin_timeout 5/);
  says('yes', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 61.4, 60), /tcp_fin_timeout 60/);
  says('yes', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 5.4, 5), /lasted 4\.4 to 5\.4 s/);
  says('yes', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 5.4, 5, { late: 2 }), /lasted 2\.4 to 5\.4 s/);
  says('yes', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 15.4, 5, { blind: 11 }), /lasted 4\.4 to 15\.4 s/);
  says('no', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 15.4, 5), /lasted 14\.4 to 15\.4 s/);
  says('no', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 4.9, 5, { late: 2 }), /lasted 1\.9 to 4\.9 s/);
  says('no', 'reuseaddr.fin-timeout', lasting('TIME-WAIT', 45, 60), /lasted 44\.0 to 45\.0 s/);
});

test('reuseaddr.sixty-seconds: a minute, a refusal in it, and none afterwards', () => {
  const claim = 'reuseaddr.sixty-seconds';
  const minute = lasting('TIME-WAIT', 61.4, 5);
  says('yes', claim, minute, /lasted 60\.4 to .* meanwhile bind: .*, afterwards listening/);
  says('no', claim, lasting('FIN-WAIT-2', 5.4, 5), /FIN-WAIT-2 lasted 4\.4 to/);
  says('no', claim, lasting('TIME-WAIT', 120, 5), /lasted 119\.0 to/);
  const never = [
    ...minute.slice(0, -2),
    ...minute.slice(-1),
    line('server afterwards', 'bind: Address already in use'),
  ];
  says('no', claim, never, /afterwards bind/);
  says('no', claim, [...minute.slice(0, 3), starts, ...minute.slice(4)], /meanwhile listening/);
});

test('what is still there at the end has not lasted', () => {
  const still = [...lasting('TIME-WAIT', 61, 5).slice(0, 6), sockets('over', atServer)];
  cannotTell('reuseaddr.fin-timeout', still, /still there at the end/);
});

test('no effect says anything of a history in which nothing was seen', () => {
  for (const [id, claim] of Object.entries(claims)) {
    assert.ok(claim.treatment.length > 0 && claim.control.length > 0, id);
    const answer = (() => {
      try {
        return claim.effect(historyOf([])).answer;
      } catch {
        return 'unseen';
      }
    })();
    assert.equal(answer, 'unseen', `${id} says ${answer} of a history in which nothing was seen`);
  }
});
