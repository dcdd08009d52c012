import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import type { Process } from '../lab/processes';
import { claims, trialsOf } from './reaping';

type Facts = (Fact & { moment?: string; witness?: string })[];

function historyOf(facts: Facts): History {
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'a witness', ...fact }));
  const box = { kind: 'namespaces', init: 1, pid1: 'waits' } as const;
  return new History({ experiment: 'an experiment', arm: 'an arm', box, observations });
}

/** What the effect of a claim says of a history with these facts; where it throws, the judge says unseen. */
function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp): void {
  const effect = claims[claim]?.effect;
  assert.ok(effect, `there is no claim ${claim}`);
  const seen = (() => {
    try {
      return effect(historyOf(facts));
    } catch (error) {
      return { answer: 'unseen', because: (error as Error).message } as const;
    }
  })();
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const traced = (event: Event): Facts[number] => ({ kind: 'event', witness: 'tracefs', ...event });
/** SIGCHLDs to process 2, of which so many are dropped. */
const sigchlds = (sent: number, dropped: number): Facts =>
  Array.from({ length: sent }, (_, i) =>
    traced({
      event: 'signal',
      pid: 2,
      signal: 'SIGCHLD',
      code: 'CLD_EXITED',
      child: 3 + i,
      fate: i < sent - dropped ? 'delivered' : 'dropped',
    }),
  );
const line = (program: string, text: string): Facts[number] => ({ kind: 'line', program, line: text });

/** Trials of five connections: in how many of them 0, 1, … zombies were left, and the handler ran 0, 1, … times. */
function counted(zombies: number[], runs: number[], median = 150): Facts {
  const trials = zombies.reduce((sum, times) => sum + times, 0);
  const counts = { trials, connections: zombies.length - 1, apart_us: [80, median, 300_000], zombies, runs };
  return [line('reap-wait', JSON.stringify(counts).replace('{"trials":', '{"trials": '))];
}

const some = counted([0, 0, 1, 6, 3, 0], [0, 3, 6, 1, 0, 0]);
const none = counted([10, 0, 0, 0, 0, 0], [0, 3, 6, 1, 0, 0]);
const all = counted([0, 0, 0, 0, 0, 10], [10, 0, 0, 0, 0, 0]);

const process = (pid: number, ppid: number, stat: string, comm = 'reap-wait'): Process => ({
  user: 'root',
  pid,
  ppid,
  pgid: pid,
  sid: pid,
  tty: '?',
  tpgid: -1,
  stat,
  comm,
  args: comm,
});
const table = (moment: string, ...rows: Process[]): Facts[number] => ({ kind: 'processes', moment, rows });
const server = process(2, 1, 'Ss');
const zombies = (...pids: number[]) => pids.map((pid) => process(pid, 2, 'Z', 'reap-wait <defunct>'));

test('trials in which no child ended are no trials', () => {
  assert.throws(() => trialsOf(historyOf(counted([0], [0]))), /not one child ended/);
  assert.throws(() => trialsOf(historyOf([])), /no trials were reported/);
});

test('reap.waitpid-loop: yes when no trial left a zombie, no when a single one did', () => {
  says('yes', 'reap.waitpid-loop', none, /no zombie left in 10 trials of 5 ends/);
  says('no', 'reap.waitpid-loop', counted([999, 1, 0, 0, 0, 0], [0, 1000, 0, 0, 0, 0]), /in 1 of 1000 trials/);
});

test('reap.waitpid-loop: by the tables, where the server was watched once', () => {
  const ended = table('all ended', server, ...zombies(4, 5, 6, 7, 8));
  says('yes', 'reap.waitpid-loop', [ended, table('after', server)], /0 of 5 children left/);
  says('no', 'reap.waitpid-loop', [ended, table('after', server, ...zombies(5, 6, 7, 8))], /4 of 5 children left/);
});

test('reap.waitpid-loop: zero of zero is unseen', () => {
  const alive = table('all ended', server, process(4, 2, 'S'));
  says('unseen', 'reap.waitpid-loop', [alive, table('after', server)], /no child had ended/);
  says('unseen', 'reap.waitpid-loop', [table('all ended'), table('after')], /no server is in the table/);
});

test('reap.wait-not-enough: a single trial with a zombie is enough', () => {
  says('yes', 'reap.wait-not-enough', some, /zombies left in 10 of 10 trials of 5 ends, 2 to 4 a trial/);
  says('no', 'reap.wait-not-enough', none, /no zombie left/);
});

test('reap.ignore-is-default: yes only when every child stayed in every trial', () => {
  says('yes', 'reap.ignore-is-default', all, /5 a trial/);
  says('no', 'reap.ignore-is-default', some, /2 to 4 a trial/);
  says('no', 'reap.ignore-is-default', none, /no zombie left/);
});

test('reap.one-a-run: the zombies are the runs read backwards, or are not', () => {
  says('yes', 'reap.one-a-run', some, /always 5 together/);
  says('no', 'reap.one-a-run', none, /not 5 together/);
});

test('reap.handler-runs-once: in every trial, or as the watched server said', () => {
  says('no', 'reap.handler-runs-once', some, /one run for 5 ends in 3 of 10 trials/);
  says('yes', 'reap.handler-runs-once', counted([0, 0, 0, 0, 7, 0], [0, 7, 0, 0, 0, 0]), /in 7 of 7 trials/);
  const ended = table('all ended', server, ...zombies(4, 5));
  says('yes', 'reap.handler-runs-once', [ended, line('server', 'handler')], /one run for 2 ends in 1 of 1/);
  const dropped = [...sigchlds(2, 1), ended, line('server', 'handler')];
  says('yes', 'reap.handler-runs-once', dropped, /trials; of 2 SIGCHLD sent, 1 dropped by the kernel$/);
  const twice = [line('server', 'handler'), line('server', 'handler')];
  says('no', 'reap.handler-runs-once', [ended, ...twice], /one run for 2 ends in 0 of 1/);
  says('no', 'reap.handler-runs-once', [ended, line('server', 'child 4')], /one run for 2 ends in 0 of 1/);
});

test('reap.five-at-once-delivered: as many runs as ends, in every trial', () => {
  says('no', 'reap.five-at-once-delivered', some, /delivered in 0 of 10 trials/);
  const apart = counted([3, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 3]);
  says('yes', 'reap.five-at-once-delivered', apart, /delivered in 3 of 3 trials/);
});

test('reap.runs-vary: more than one number came up', () => {
  says('yes', 'reap.runs-vary', some, /runs for 5 ends: 1 to 3/);
  says('no', 'reap.runs-vary', counted([0, 0, 0, 0, 7, 0], [0, 7, 0, 0, 0, 0]), /runs for 5 ends: 1, in 7 trials/);
});

test('reap.nocldwait-signals: no as soon as the handler did not run in one trial', () => {
  says('yes', 'reap.nocldwait-signals', none, /1 to 3/);
  says('no', 'reap.nocldwait-signals', counted([2, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]), /0 to 1/);
});

test('reap.five-at-once: judged by the median; one slow trial changes nothing', () => {
  says('yes', 'reap.five-at-once', some, /median 0\.15 ms apart, most 300\.00 ms/);
  says('no', 'reap.five-at-once', counted([3, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 3], 200_000), /median 200\.00 ms/);
  says('unseen', 'reap.five-at-once', counted([3, 0], [0, 3]), /nothing to be at once with/);
});

const ss = (...states: string[]): Facts[number] => ({
  kind: 'command',
  command: 'ss -tanO sport = :8080 or dport = :8080',
  stdout: ['State Recv-Q', 'LISTEN 0', ...states].map((state) => `${state} 0 127.0.0.1:8080\n`).join(''),
  stderr: '',
  status: 0,
});
const five = (state: string) => Array.from({ length: 5 }, () => state);
const gone: Facts[number] = { kind: 'process', pid: 3, state: 'gone' };

test('reap.client-death-closes: five FINs came, and five were acknowledged', () => {
  says(
    'yes',
    'reap.client-death-closes',
    [gone, ss(...five('CLOSE-WAIT'), ...five('FIN-WAIT-2'))],
    /^the client is gone/,
  );
  says('no', 'reap.client-death-closes', [gone, ss(...five('ESTAB'), ...five('ESTAB'))], /10 ends ESTAB/);
  says('no', 'reap.client-death-closes', [gone, ss('CLOSE-WAIT', 'FIN-WAIT-2')], /1 connections CLOSE-WAIT/);
});

test('reap.client-death-closes: the FINs are those that the kernel sent when the client had ended', () => {
  const facts = [gone, ss(...five('CLOSE-WAIT'), ...five('FIN-WAIT-2'))];
  const client = gone.kind === 'process' ? gone.pid : 0;
  const end = traced({ event: 'exit', pid: client, signal: 'SIGKILL' });
  const fin = { event: 'tcp', local: 'a', remote: 'b', from: 'ESTABLISHED', to: 'FIN_WAIT1', pid: client } as const;
  const claim = 'reap.client-death-closes';
  says('yes', claim, [end, traced(fin), traced(fin), ...facts], /the kernel sent 2 FINs for it after its end$/);
  says('yes', claim, [traced(fin), end, ...facts], /0 ends ESTAB$/);
});

test('reap.client-death-closes: unseen while the client lived, or without a connection', () => {
  says('unseen', 'reap.client-death-closes', [ss(...five('CLOSE-WAIT'), ...five('FIN-WAIT-2'))], /not seen to end/);
  says('unseen', 'reap.client-death-closes', [gone, ss()], /no connection/);
  says('unseen', 'reap.client-death-closes', [gone], /nobody asked ss/);
});

const ends = (how: string, what: string) => [line('child-ends', `child 3 ${how}: the parent was sent ${what}`)];

test('reap.sigchld-sent: told of an end; to be told of a stop is something else', () => {
  says('yes', 'reap.sigchld-sent', ends('is-killed', 'SIGCHLD, CLD_KILLED, about 3'), /CLD_KILLED/);
  says('no', 'reap.sigchld-sent', ends('exits', 'nothing'), /nothing/);
  says('no', 'reap.sigchld-sent', ends('stops', 'SIGCHLD, CLD_STOPPED, about 3'), /CLD_STOPPED/);
  says('unseen', 'reap.sigchld-sent', [], /did not say/);
});

test('reap.ignored-status-lost: ECHILD, or a status', () => {
  says('yes', 'reap.ignored-status-lost', [line('child-ends', 'waitpid: No child processes')], /No child/);
  says('no', 'reap.ignored-status-lost', [line('child-ends', 'waitpid: exit status 7')], /exit status 7/);
  says('unseen', 'reap.ignored-status-lost', ends('exits', 'nothing'), /nobody waited/);
});

const [stays, third] = [process(8, 2, 'S'), process(20, 2, 'S')];
const left = table('one is left', server, stays);
const later = table('second client gone', server, third);

test('reap.wait-loop-blocks: the third client was served while the other child ran, or only after', () => {
  says('yes', 'reap.wait-loop-blocks', [left, table('third client connected', server, stays), later], /only after/);
  says('no', 'reap.wait-loop-blocks', [left, table('third client connected', server, stays, third), later], /while/);
});

test('reap.wait-loop-blocks: unseen when no child ran, or nobody was served in the end', () => {
  says(
    'unseen',
    'reap.wait-loop-blocks',
    [left, table('third client connected', server), later],
    /no child was running/,
  );
  const never = table('second client gone', server);
  says(
    'unseen',
    'reap.wait-loop-blocks',
    [left, table('third client connected', server, stays), never],
    /never served/,
  );
});

const blocked = (ended: number, runs: number, zombies: number) => [
  line(
    'blocked-ends',
    `${ended} children ended, told by SIGCHLD; runs of the handler: ${runs}, zombies left: ${zombies}`,
  ),
];

test('reap.signals-not-queued and its kin: one run, or one an end', () => {
  says('yes', 'reap.signals-not-queued', blocked(5, 1, 4), /handler: 1/);
  says('no', 'reap.signals-not-queued', blocked(5, 5, 0), /handler: 5/);
  says('no', 'reap.blocked-runs-n-times', blocked(5, 1, 4), /handler: 1/);
  says('yes', 'reap.realtime-queues', blocked(5, 5, 0), /handler: 5/);
  says('yes', 'reap.queued-would-do', blocked(5, 5, 0), /left: 0/);
  says('no', 'reap.queued-would-do', blocked(5, 1, 4), /left: 4/);
});

test('reap.signals-not-queued: the kernel, where it was asked, has to tell of as many signals', () => {
  const over: Facts[number] = { kind: 'end', program: 'blocked-ends', pid: 2, status: 0 };
  const claim = 'reap.signals-not-queued';
  says('yes', claim, [...sigchlds(5, 4), ...blocked(5, 1, 4), over], /of 5 SIGCHLD sent, 4 dropped by the kernel$/);
  says('unseen', claim, [...sigchlds(5, 3), ...blocked(5, 1, 4), over], /trace 5 were sent and 2 taken/);
  says('unseen', claim, [...sigchlds(4, 3), ...blocked(5, 1, 4), over], /trace 4 were sent and 1 taken/);
  const straced = sigchlds(1, 0).map((fact) => ({ ...fact, witness: 'strace' }));
  says('yes', claim, [...straced, ...blocked(5, 1, 4), over], /left: 4$/);
});

test('reap.rest-is-dropped: only the kernel can tell, and where it cannot it says why', () => {
  const over: Facts[number] = { kind: 'end', program: 'blocked-ends', pid: 2, status: 0 };
  const claim = 'reap.rest-is-dropped';
  says('yes', claim, [...sigchlds(5, 4), ...blocked(5, 1, 4), over], /of 5 SIGCHLD sent, 4 dropped/);
  says('no', claim, [...sigchlds(5, 0), ...blocked(5, 5, 0), over], /of 5 SIGCHLD sent, 0 dropped/);
  says('no', claim, [...sigchlds(5, 3), ...blocked(5, 2, 3), over], /of 5 SIGCHLD sent, 3 dropped/);
  const none: Facts[number] = { kind: 'gap', because: 'no trace can be had: tracefs needs root' };
  says('unseen', claim, [none, ...blocked(5, 1, 4), over], /^only the kernel can tell: .* tracefs needs root$/);
  says('unseen', claim, [...blocked(5, 1, 4), over], /it was not asked/);
});

test('reap.signals-not-queued: of one end nothing can be said', () => {
  says('unseen', 'reap.signals-not-queued', blocked(1, 1, 0), /fewer than two/);
  says('unseen', 'reap.blocked-runs-n-times', [], /fewer than two/);
});

const late = (moment: string, ...stats: string[]) =>
  table(
    moment,
    process(2, 1, 'S', 'late-ignore'),
    ...stats.map((stat, i) => process(3 + i, 2, stat, 'late-ignore <defunct>')),
  );

test('reap.ignore-clears-old: gone, or still there; of no zombie nothing can be said', () => {
  says('yes', 'reap.ignore-clears-old', [late('before', 'Z', 'Z'), late('after')], /2 zombies before, 0 after/);
  says('no', 'reap.ignore-clears-old', [late('before', 'Z', 'Z'), late('after', 'Z', 'Z')], /2 after/);
  says('unseen', 'reap.ignore-clears-old', [late('before'), late('after')], /no zombie to begin with/);
});

const eintr = line('server', 'accept: Interrupted system call (runs of the handler: 1)');
const connection = line('server', 'accept: a connection (runs of the handler: 1)');

test('reap.accept-eintr: interrupted, or served without', () => {
  says('yes', 'reap.accept-eintr', [gone, eintr, connection], /Interrupted/);
  says('no', 'reap.accept-eintr', [gone, connection], /a connection/);
  says('unseen', 'reap.accept-eintr', [connection], /not seen to end/);
  says('unseen', 'reap.accept-eintr', [gone], /did not say/);
});

test('reap.greedy-handler: who got the 7; what the program asks for is no answer', () => {
  const asks = line('greedy-handler', 'press Enter: system');
  says('yes', 'reap.greedy-handler', [asks, line('greedy-handler', 'system: exit status 7')], /^system/);
  says('no', 'reap.greedy-handler', [asks, line('greedy-handler', 'pclose: No child processes')], /No child/);
  says('unseen', 'reap.greedy-handler', [asks], /came back/);
});

test('no effect says anything of a history in which nothing was seen', () => {
  for (const [id, claim] of Object.entries(claims)) {
    assert.ok(claim.treatment.length > 0 && claim.control.length > 0, id);
    says('unseen', id, [], /./);
  }
});
