import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import { claims, matrix } from './chat';

type Facts = (Fact & { moment?: string })[];

function historyOf(arm: string, facts: Facts): History {
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'the test', ...fact }));
  return new History({ experiment: 'by hand', arm, box: { kind: 'namespaces', init: 1, pid1: 'waits' }, observations });
}

/** What the effect of a claim says of these facts, seen in this order. */
function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp): void {
  const seen = claims[`chat.${claim}`]?.effect(historyOf('an arm', facts)) ?? assert.fail(`there is no claim ${claim}`);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const process = (pid: number, ppid: number, comm: string, tty = '?', stat = 'S') => ({
  ...{ user: 'root', pid, ppid, pgid: ppid, sid: ppid, tty, tpgid: -1, stat, comm, args: comm },
});
type Row = ReturnType<typeof process>;
const table = (moment: string, ...rows: Row[]) => ({ kind: 'processes', moment, rows }) as const;
const act = (what: string): Fact => ({ kind: 'act', what });
const screen = (terminal: string, text: string): Fact => ({ kind: 'screen', terminal, text });
const event = (what: Event): Fact => ({ kind: 'event', ...what });

const [aParent, aChild] = [process(6, 3, 'chat', 'pts/0'), process(8, 6, 'chat', 'pts/0')];
const [bParent, bChild] = [process(7, 5, 'chat', 'pts/1'), process(9, 7, 'chat', 'pts/1')];
const opened = [act('open Terminal 1 on /dev/pts/0: bash -i'), act('open Terminal 2 on /dev/pts/1: bash -i')];
const before = [...opened, table('before', aParent, aChild, bParent, bChild)];
const rest = (...rows: Row[]) => [...before, table('at rest', ...rows)];
const zombie = (row: Row): Row => ({ ...row, stat: 'Z+' });

test('child-stuck: one of side A has ended and the other has not; a zombie has', () => {
  says('yes', 'child-stuck', rest({ ...aChild, ppid: 1 }), /parent 6 has ended, child 8 stays/);
  says('yes', 'child-stuck', rest(aParent, zombie(aChild)), /child 8 has ended, parent 6 stays/);
  says('no', 'child-stuck', rest(bChild), /both ended/);
  says('unseen', 'child-stuck', rest(aParent, aChild), /neither process of side A ended/);
});

test('signal-fixes and hang-up-ends-child: the other way round', () => {
  for (const claim of ['signal-fixes', 'hang-up-ends-child']) {
    says('yes', claim, rest(bChild), /both ended/);
    says('no', claim, rest(aChild), /child 8 stays/);
    says('unseen', claim, rest(aParent, aChild), /neither/);
  }
});

test('who was ended by the kernel is said, where there was a trace', () => {
  const facts = (code: string, from?: number) => [
    event({ event: 'signal', pid: 8, signal: 'SIGHUP', code, fate: 'delivered', from }),
    event({ event: 'exit', pid: 8, signal: 'SIGHUP' }),
    event({ event: 'exit', pid: 6, status: 0 }),
    ...rest(bChild),
  ];
  says('yes', 'hang-up-ends-child', facts('SI_KERNEL'), /both ended \(8 by SIGHUP, from the kernel\)$/);
  says('yes', 'hang-up-ends-child', facts('SI_USER', 3), /both ended$/);
});

test('who is on which terminal is read from the opening of it, not from its number', () => {
  const [one, two] = [act('open Terminal 1 on /dev/pts/7: bash -i'), act('open Terminal 2 on /dev/pts/0: bash -i')];
  const [p, c] = [process(6, 3, 'chat', 'pts/7'), process(8, 6, 'chat', 'pts/7')];
  const b = [process(7, 5, 'chat', 'pts/0'), process(9, 7, 'chat', 'pts/0')];
  says('yes', 'child-stuck', [one, two, table('before', p, c, ...b), table('at rest', c)], /parent 6 has ended/);
});

test('signal-needed: side A ended, and a signal went between the two, or none', () => {
  const ends = [event({ event: 'exit', pid: 6, status: 0 }), event({ event: 'exit', pid: 8, status: 0 })];
  const sent = event({ event: 'kill', by: 8, to: 6, signal: 'SIGTERM', result: 'ok' });
  says('yes', 'signal-needed', [...rest(), sent, ...ends], /8 sent SIGTERM to 6/);
  says('no', 'signal-needed', [...rest(), ...ends], /no signal between the two/);
  const elsewhere = event({ event: 'kill', by: 8, to: 99, signal: 'SIGTERM', result: 'ok' });
  says('no', 'signal-needed', [...rest(), elsewhere, ...ends], /no signal between the two/);
  says('unseen', 'signal-needed', rest(), /does not tell how both ended/);
  says('unseen', 'signal-needed', [...rest(aChild), ...ends], /side A did not end/);
});

test('lifeline-ends-all and kill-parent-ends: nobody stays on either side', () => {
  for (const claim of ['lifeline-ends-all', 'kill-parent-ends']) {
    says('yes', claim, rest(), /nobody stays/);
    says('yes', claim, rest(zombie(bChild)), /nobody stays/);
    says('no', claim, rest(aChild, bParent, bChild), /left: A child, B parent, B child/);
    says('unseen', claim, rest(aParent, aChild, bParent, bChild), /nobody ended/);
  }
});

test('terminal-reader-notices: says nothing before the one that reads the socket has noticed', () => {
  says('no', 'terminal-reader-notices', rest(aChild), /child 8 stays/);
  says('yes', 'terminal-reader-notices', rest(), /child 8 too/);
  says('unseen', 'terminal-reader-notices', rest(aParent, aChild), /had not noticed either/);
});

test('close-tells-peer and shutdown-tells-peer: what the other terminal shows, once the input has ended', () => {
  const told = screen('Terminal 2', '* connected\nhello\n* the other side has left\n$');
  const untold = screen('Terminal 2', '* connected\nhello');
  for (const claim of ['close-tells-peer', 'shutdown-tells-peer']) {
    says('yes', claim, [...rest(aParent), told], /side B says/);
    says('no', claim, [...rest(aParent), untold], /has not been told/);
    says('unseen', claim, [...rest(aParent, aChild), told], /had not ended/);
  }
});

test('next-key-astray: whether the shell got the whole line', () => {
  says(
    'yes',
    'next-key-astray',
    [...rest(), screen('Terminal 1', '$ cho hi\nbash: cho: command not found')],
    /"cho hi"/,
  );
  says('no', 'next-key-astray', [...rest(), screen('Terminal 1', '$ echo hi\nhi\n$')], /got "echo hi"/);
  says('unseen', 'next-key-astray', [...rest(), screen('Terminal 1', '$ echo hi')], /said nothing/);
});

const script = process(2, 1, 'session.sh');
const scripted = {
  script: { ...script, pgid: 2 },
  parent: { ...process(7, 2, 'chat'), pgid: 2 },
  child: { ...process(10, 7, 'chat'), pgid: 2 },
};
const start = table(
  'before',
  scripted.script,
  scripted.parent,
  scripted.child,
  process(8, 1, 'chat'),
  process(9, 8, 'chat'),
);

test('second-line-notices: the other side has left and the parent has ended; then it is the child that counts', () => {
  const left: Fact = { kind: 'line', program: 'side A', line: '* the other side has left' };
  says('yes', 'second-line-notices', [start, left, table('at rest', scripted.script)], /child 10 too/);
  says('no', 'second-line-notices', [start, left, table('at rest', scripted.script, scripted.child)], /child 10 stays/);
  says('unseen', 'second-line-notices', [start, table('at rest')], /nobody says that the other side has left/);
});

test('kill-getppid-safe: its own parent, or somebody else', () => {
  const kill = (to: number) => event({ event: 'kill', by: 10, to, signal: 'SIGTERM', result: 'ok' });
  says('yes', 'kill-getppid-safe', [start, kill(7)], /to 7, its parent/);
  says('no', 'kill-getppid-safe', [start, kill(2), table('after')], /to 2, session\.sh, which is gone/);
  says(
    'no',
    'kill-getppid-safe',
    [start, kill(1), table('after', process(1, 0, 'init'))],
    /to 1, a stranger, which is still/,
  );
  says('unseen', 'kill-getppid-safe', [start, table('after')], /child 10 sent no signal/);
});

test('pidfd-safe: the two are gone and the script is not', () => {
  says('yes', 'pidfd-safe', [start, table('after', scripted.script)], /goes on/);
  says('no', 'pidfd-safe', [start, table('after')], /the script \(2\) too/);
  says('no', 'pidfd-safe', [start, table('after', scripted.script, scripted.parent)], /7\) is still there/);
});

test('getppid-race: some of a thousand; fewer trials say nothing', () => {
  const run = (stdout: string): Fact => ({
    ...{ kind: 'command', command: './getppid-race 1000 getppid', stdout, stderr: '', status: 0 },
  });
  says('yes', 'getppid-race', [run('strangers 1 of 1000 trials\n')], /^1 of 1000/);
  says('no', 'getppid-race', [run('strangers 0 of 1000 trials\n')], /^0 of 1000/);
  says('unseen', 'getppid-race', [run('strangers 9 of 10 trials\n')], /too few/);
  says('unseen', 'getppid-race', [run('')], /no trial/);
});

test('the matrix has a row for each event and a column for each program', () => {
  const histories = [
    historyOf('chat: Ctrl-D', rest(aParent, bParent, bChild)),
    historyOf('chat-signal: Ctrl-D', rest()),
    historyOf('chat: Ctrl-C', rest(bChild)),
  ];
  assert.equal(
    matrix(histories),
    [
      'who stays when  chat                         chat-signal',
      'Ctrl-D          A parent, B parent, B child  nobody',
      'Ctrl-C          B child',
    ].join('\n'),
  );
});
