import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import { claims } from './fork-server';

type Facts = (Fact & { moment?: string; witness?: string })[];

/** What the effect of a claim says of these facts, seen in this order. */
function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp): void {
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'the test', ...fact }));
  const box = { kind: 'namespaces', init: 1, pid1: 'waits' } as const;
  const history = new History({ experiment: 'by hand', arm: 'an arm', box, observations });
  const seen = claims[`fork-server.${claim}`]?.effect(history) ?? assert.fail(`there is no claim ${claim}`);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const process = (pid: number, ppid: number, comm: string, stat = 'S') => ({
  ...{ user: 'root', pid, ppid, pgid: pid, sid: pid, tty: '?', tpgid: -1, stat, comm, args: comm },
});
type Row = ReturnType<typeof process>;
const table = (moment: string, ...rows: Row[]) => ({ kind: 'processes', moment, rows }) as const;
const line = (program: string, text: string): Fact => ({ kind: 'line', program, line: text });
const command = (typed: string, stdout: string, stderr = ''): Fact => ({
  ...{ kind: 'command', command: typed, stdout, stderr, status: stderr === '' ? 0 : 1 },
});
const traced = (event: Event) => ({ kind: 'event', witness: 'tracefs', ...event }) as const;
const act = (what: string): Fact => ({ kind: 'act', what });

const server = process(2, 1, 'fork-server');
const client = process(3, 1, 'client');
const child = process(4, 2, 'fork-server');
const serves = line('server', 'child 4 serves');
const before = [serves, table('before', server, client, child)];

test('stuck-child: the client has left, and its child is there or not', () => {
  says('yes', 'stuck-child', [...before, table('after', server, child)], /child 4 is there, in state S/);
  says('no', 'stuck-child', [...before, table('after', server)], /child 4 is gone/);
});

test('stuck-child: nothing follows from a client that has not left, or that never was', () => {
  const history = (facts: Facts) => () => says('unseen', 'stuck-child', facts, /./);
  assert.throws(history([...before, table('after', server, client, child)]), /the client \(3\) was still there/);
  assert.throws(history([serves, table('before', server, child), table('after', server)]), /there was no client/);
  assert.throws(
    history([table('before', server, client, child), table('after', server)]),
    /no child says that it serves/,
  );
});

test('stuck-child-ignores-eof: what stays has to have used the processor', () => {
  const stat = (ticks: number) => command('cat /proc/4/stat', `4 (x) R ${'0 '.repeat(10)}${ticks} 0 0`);
  const after = table('after', server, process(4, 2, 'fork-server', 'R'));
  says('yes', 'stuck-child-ignores-eof', [...before, stat(10), after], /10 ticks/);
  says('no', 'stuck-child-ignores-eof', [...before, stat(1), after], /has used 1 ticks/);
  says('no', 'stuck-child-ignores-eof', [...before, table('after', server)], /is gone/);
  says('unseen', 'stuck-child-ignores-eof', [...before, after], /nobody looked at the processor time/);
});

test('stuck-child-accepts-again: a child that has a child of its own is a second server', () => {
  const after = (...more: Row[]) => [...before, table('after', child, ...more)];
  says('yes', 'stuck-child-accepts-again', after(process(9, 4, 'fork-server')), /forked 9/);
  says('no', 'stuck-child-accepts-again', after(process(9, 2, 'fork-server')), /no child of its own/);
});

test('stuck-child-never-waited-for: there is not enough, it has to be a zombie', () => {
  const after = (stat: string) => [...before, table('after', server, process(4, 2, 'fork-server', stat))];
  says('yes', 'stuck-child-never-waited-for', after('Z'), /it is a zombie/);
  says('no', 'stuck-child-never-waited-for', after('S'), /no zombie/);
});

test('stuck-child-socket-shared: somebody else than the client has its end open', () => {
  const own = 'ESTAB 0 0 127.0.0.1:8080 127.0.0.1:45180 users:(("fork-server",pid=4,fd=4))';
  const ss = (holder: string) => command('ss -Htnp', `${own}\nESTAB 0 0 127.0.0.1:45180 127.0.0.1:8080  ${holder}`);
  const stays = (holder: string) => [...before, ss(holder), table('after', server, child)];
  says('yes', 'stuck-child-socket-shared', stays('users:(("sleep",pid=5,fd=3))'), /open in sleep \(5\)/);
  says('no', 'stuck-child-socket-shared', stays(''), /nobody else/);
  const left = traced({ event: 'exit', pid: 3, signal: 'SIGKILL' });
  const facts = [left, ...stays('users:(("sleep",pid=5,fd=3))')];
  says('yes', 'stuck-child-socket-shared', facts, /sleep \(5\); at the client's end the kernel sent 0 FINs$/);
  says(
    'unseen',
    'stuck-child-socket-shared',
    [...before, table('after', server, child)],
    /nobody looked at the sockets/,
  );
});

test('stuck-child-client-vanished: established without a timer is forgotten, with one it is not', () => {
  const tcp = (state: string, timer: string) =>
    command('cat /proc/4/net/tcp', `2: 0100007F:1F90 0100007F:DBCC ${state} 00000000:00000000 ${timer}:00000000`);
  const stays = (state: string, timer: string) => [...before, tcp(state, timer), table('after', server, child)];
  says('yes', 'stuck-child-client-vanished', stays('01', '00'), /no timer runs/);
  says('no', 'stuck-child-client-vanished', stays('01', '02'), /a timer runs/);
  says('no', 'stuck-child-client-vanished', stays('08', '00'), /not established/);
});

test('stuck-child-write-blocks: the child is there and takes nothing, or it gave up', () => {
  const stuffed = (...rows: Row[]) => table('stuffed', server, client, ...rows);
  says(
    'yes',
    'stuck-child-write-blocks',
    [...before, line('client', 'stuck after 9 bytes'), stuffed(child)],
    /stuck after/,
  );
  const gaveUp = line('client', 'the server gave up after 9 bytes');
  says('no', 'stuck-child-write-blocks', [...before, gaveUp, stuffed()], /child 4 is gone; .*gave up/);
  says('unseen', 'stuck-child-write-blocks', [...before, stuffed(child)], /does not say/);
});

test('sigpipe-ends-child: a child that said why it left was not ended by a signal', () => {
  const gone = table('after', server);
  says('yes', 'sigpipe-ends-child', [...before, gone], /gone without a word/);
  says('no', 'sigpipe-ends-child', [...before, line('server', 'child 4: end of file'), gone], /left by itself/);
  says('no', 'sigpipe-ends-child', [...before, line('server', 'write: Broken pipe'), gone], /left by itself: write/);
  says('no', 'sigpipe-ends-child', [...before, table('after', server, child)], /is there/);
  const ends = (how: object) => [...before, traced({ event: 'exit', pid: 4, ...how }), gone];
  says('yes', 'sigpipe-ends-child', ends({ signal: 'SIGPIPE' }), /without a word, ended by SIGPIPE$/);
  says('no', 'sigpipe-ends-child', ends({ signal: 'SIGKILL' }), /ended by SIGKILL$/);
  says('no', 'sigpipe-ends-child', ends({ status: 0 }), /ended by exit 0$/);
});

const three = table('three', server, client, child, process(5, 1, 'client'), process(6, 2, 'fork-server'));
const kill = act('kill -KILL -- 2');

test('parent-keeps-connection: its client still waits when the child is gone, until the parent is', () => {
  const waits = table('asked for the end', server, client, child, process(5, 1, 'client'));
  const facts = [...before, three, waits, kill, line('client 3', 'end')];
  says('yes', 'parent-keeps-connection', facts, /its client \(5\) waited until the parent was killed/);
});

test('parent-keeps-connection: no when the client saw the end, unseen when its child had not ended', () => {
  const saw = [line('client 3', 'end'), table('asked for the end', server, client, child)];
  says('no', 'parent-keeps-connection', [...before, three, ...saw, kill], /saw the end/);
  const stands = table('asked for the end', server, process(5, 1, 'client'), process(6, 2, 'fork-server'));
  says('unseen', 'parent-keeps-connection', [...before, three, stands, kill], /\(6\) had not ended/);
});

test('later-children-inherit: the same socket in the descriptors of two children; standard streams do not count', () => {
  const fds = (pid: number, ...open: string[]) =>
    command(`ls -l /proc/${pid}/fd`, open.map((fd) => `lrwx 1 root root 64 ${fd}`).join('\n'));
  const own = fds(4, '2 -> socket:[1]', '4 -> socket:[7]');
  says(
    'yes',
    'later-children-inherit',
    [...before, three, own, fds(6, '4 -> socket:[7]', '5 -> socket:[8]')],
    /1 in common/,
  );
  says(
    'no',
    'later-children-inherit',
    [...before, three, own, fds(6, '2 -> socket:[1]', '4 -> socket:[8]')],
    /0 in common/,
  );
  says('unseen', 'later-children-inherit', [...before, three, fds(4), fds(6)], /no socket open/);
});

test('descriptors-run-out: it is the error that counts, not that clients were turned away', () => {
  const clients = (count: number) => command('./clients.sh', 'client 1\n'.repeat(count));
  says('yes', 'descriptors-run-out', [clients(11), line('server', 'accept: Too many open files')], /11 of 20/);
  says('no', 'descriptors-run-out', [clients(20)], /all 20/);
  says('unseen', 'descriptors-run-out', [clients(11)], /for another reason/);
});

test('parent-kill-cuts-clients: the client hears its echo, or the end', () => {
  const orphan = [...before, kill, table('after', client, { ...child, ppid: 1 })];
  says(
    'no',
    'parent-kill-cuts-clients',
    [...orphan, line('client', 'still there?')],
    /child 4 has parent 1; .*"still there\?"/,
  );
  says(
    'yes',
    'parent-kill-cuts-clients',
    [...before, kill, line('client', 'end'), table('after')],
    /child 4 is gone; .*"end"/,
  );
  says('unseen', 'parent-kill-cuts-clients', orphan, /heard nothing/);
});

test('parent-kill-closes-port: refused, or connected to nobody', () => {
  const echo = line('client', 'still there?');
  const after = [...before, kill, echo, table('after', client, { ...child, ppid: 1 })];
  const refused = command('exec 3<>/dev/tcp/127.0.0.1/8080 && echo connected', '', 'connect: Connection refused');
  says('yes', 'parent-kill-closes-port', [...after, refused], /"still there\?"; a new client: refused/);
  says(
    'no',
    'parent-kill-closes-port',
    [...before, kill, line('client', 'end'), table('after'), refused],
    /"end"; .*refused/,
  );
  const connected = command('exec 3<>/dev/tcp/127.0.0.1/8080 && echo connected', 'connected\n');
  const listens = command('ss -Htlnp', 'LISTEN 1 16 users:(("fork-server",pid=4,fd=3))');
  says('no', 'parent-kill-closes-port', [...after, connected, listens], /fork-server \(4\) has the socket/);
});

test('program-keeps-port: the port is taken, and it is the program that has it', () => {
  const cat = process(4, 1, 'cat');
  const runs = [line('server', 'child 4 runs cat'), table('before', server, client, process(4, 2, 'cat')), kill];
  const inUse = line('second server', 'bind: Address already in use');
  const held = command('ss -Htlnp', 'LISTEN 0 16 users:(("cat",pid=4,fd=3))');
  says('yes', 'program-keeps-port', [...runs, table('after', cat), held, inUse], /ss names it/);
  const free = command('ss -Htlnp', '');
  says('unseen', 'program-keeps-port', [...runs, table('after', cat), free, inUse], /was not seen/);
  says(
    'no',
    'program-keeps-port',
    [...runs, table('after', cat), free, line('second server', 'listening 8080')],
    /listening/,
  );
  says('unseen', 'program-keeps-port', [...runs, table('after'), free, inUse], /was gone/);
});
