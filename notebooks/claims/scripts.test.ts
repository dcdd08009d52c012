import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProcess, commandOf, endOf, eventOf, fileOf, historyOf, screenOf, tableOf } from '../lab/fixtures/histories';
import type { Box, Fact } from '../lab/history';
import { claims } from './scripts';

type Facts = (Fact & { moment?: string })[];

/** What the effect of a claim says of a history with these facts: its answer, and why. */
function asked(claim: string, facts: Facts, box?: Partial<Box>) {
  const seen = claims[claim]?.effect(historyOf('an arm', facts, box));
  if (seen === undefined) throw new Error(`there is no claim ${claim}`);
  return seen;
}

function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp, box?: Partial<Box>): void {
  const seen = asked(claim, facts, box);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const onTerminal = { tty: 'pts/0', tpgid: 20 };
const init = aProcess({ pid: 1, ppid: 0, comm: 'init' });
const shell = aProcess({ pid: 10, comm: 'bash', ...onTerminal });
const a = aProcess({ pid: 20, ppid: 10, pgid: 20, sid: 10, comm: 'a.sh', ...onTerminal });
const b = aProcess({ pid: 21, ppid: 20, pgid: 20, sid: 10, comm: 'b.sh', ...onTerminal });
const adopted = { ...b, ppid: 1 };
const before = tableOf('before', init, shell, a, b);
const made = fileOf('abcdef', 'there');
const notMade = fileOf('abcdef', 'absent');

test('scripts.child-survives: yes when b.sh went to init, ran on and made its directory', () => {
  const facts = [before, tableOf('after', init, shell, adopted), made];
  says('yes', 'scripts.child-survives', facts, /^b\.sh \(21\) went from a\.sh \(20\) to init \(1\), ran on/);
});

test('scripts.child-survives: cites both tables and the directory', () => {
  const seen = asked('scripts.child-survives', [before, tableOf('after', init, shell, adopted), made]);
  assert.deepEqual(seen.answer === 'unseen' ? [] : seen.cites.map(({ n }) => n), [1, 2, 3]);
});

test('scripts.child-survives: no when b.sh went as well, to another than init, or before its mkdir', () => {
  says('no', 'scripts.child-survives', [before, tableOf('after', init, shell), notMade], /gone as well/);
  says(
    'no',
    'scripts.child-survives',
    [before, tableOf('after', init, shell, { ...b, ppid: 10 })],
    /parent is 10, not init/,
  );
  says('no', 'scripts.child-survives', [before, tableOf('after', init, adopted), notMade], /ended before mkdir/);
});

test('scripts.child-survives: unseen when a.sh was still there, or b.sh was not its child to begin with', () => {
  says(
    'unseen',
    'scripts.child-survives',
    [before, tableOf('after', init, shell, a, b), made],
    /a\.sh \(20\) was still there/,
  );
  const strangers = tableOf('before', init, shell, a, { ...b, ppid: 10 });
  says('unseen', 'scripts.child-survives', [strangers, tableOf('after', init, shell, adopted), made], /was no child/);
});

test('scripts.child-survives: nobody says anything of what was not looked at', () => {
  assert.throws(() => asked('scripts.child-survives', [before, made]), /no process table was taken "after"/);
  assert.throws(
    () => asked('scripts.child-survives', [tableOf('before', init, shell, a), made]),
    /no processes are called b\.sh/,
  );
  assert.throws(
    () => asked('scripts.child-survives', [before, tableOf('after', init, adopted)]),
    /nobody looked for abcdef/,
  );
});

test('scripts.child-survives: on the plain host init is who adopts there, not PID 1', () => {
  const host = { kind: 'host', init: 4711 } as const;
  says(
    'yes',
    'scripts.child-survives',
    [before, tableOf('after', { ...b, ppid: 4711 }), made],
    /to init \(4711\)/,
    host,
  );
  says('no', 'scripts.child-survives', [before, tableOf('after', adopted), made], /parent is 1, not init/, host);
});

test('scripts.terminated: the word has to be a line of its own', () => {
  says('yes', 'scripts.terminated', [screenOf('Terminal 1', '$ ./a.sh\nB Begin\nTerminated\n$')], /has the line/);
  says('no', 'scripts.terminated', [screenOf('Terminal 1', '$ ./a.sh\n[1]+  Terminated  ./a.sh')], /no such line/);
  assert.throws(() => asked('scripts.terminated', [screenOf('Terminal 2', 'Terminated')]), /screen of Terminal 1/);
});

test('scripts.same-group: one session, one group led by a.sh, and a.sh not the leader of the session', () => {
  says('yes', 'scripts.same-group', [before], /PGRP 20, SESS 10; b\.sh 21: PGRP 20, SESS 10/);
  const leader = { ...a, sid: 20 };
  says('no', 'scripts.same-group', [tableOf('before', leader, { ...b, sid: 20 })], /SESS 20/);
  says('no', 'scripts.same-group', [tableOf('before', a, { ...b, pgid: 21 })], /b\.sh 21: PGRP 21/);
  says('no', 'scripts.same-group', [tableOf('before', a, { ...b, sid: 21 })], /b\.sh 21: PGRP 20, SESS 21/);
});

test('scripts.new-group and scripts.shell-makes-group: whether the one called is in another group than its caller', () => {
  for (const claim of ['scripts.new-group', 'scripts.shell-makes-group']) {
    says('no', claim, [before], /b\.sh \(group 20\) called by a\.sh \(group 20\)/);
    says('yes', claim, [tableOf('before', shell, { ...b, ppid: 10, pgid: 21 })], /called by bash \(group 10\)/);
    says('unseen', claim, [tableOf('before', { ...b, ppid: 9 })], /caller \(9\) was not in the table/);
  }
});

test('scripts.not-leader-so-survives: b.sh went along when it never made its directory', () => {
  const leader = { ...a, sid: 20 };
  says(
    'yes',
    'scripts.not-leader-so-survives',
    [tableOf('before', leader, b), notMade],
    /leads its session, terminal pts\/0; b\.sh went/,
  );
  says('no', 'scripts.not-leader-so-survives', [before, made], /leads no session; b\.sh ran on/);
});

test('scripts.kill-reaches-one and session.setsid-escapes: b.sh made its directory, or did not', () => {
  for (const claim of ['scripts.kill-reaches-one', 'session.setsid-escapes', 'session.background-unaffected']) {
    says('yes', claim, [before, made], /made abcdef/);
    says('no', claim, [before, notMade], /without making abcdef/);
    assert.throws(() => asked(claim, [before]), /nobody looked for abcdef/);
    assert.throws(() => asked(claim, [made]), /no process table was taken "before"/);
  }
});

test('scripts.kill-reaches-one: no where the trace has SIGTERM for more than one, whatever they made of it', () => {
  const term = (pid: number) => eventOf({ event: 'signal', pid, signal: 'SIGTERM', code: 'SI_USER', from: 30 });
  const claim = 'scripts.kill-reaches-one';
  says('yes', claim, [before, term(20), made], /^SIGTERM reached a\.sh \(20\); b\.sh made abcdef$/);
  says('no', claim, [before, term(20), term(21), made], /^SIGTERM reached a\.sh \(20\), b\.sh \(21\); b\.sh made/);
});

test('scripts.init-reaps: adopted and gone is yes, adopted and a zombie no, adopted and not watched unseen', () => {
  const after = tableOf('after', init, adopted);
  says('yes', 'scripts.init-reaps', [before, after, endOf(21, 'gone')], /init waited for it/);
  says('no', 'scripts.init-reaps', [before, after, endOf(21, 'Z')], /stays, in state Z/);
  says('unseen', 'scripts.init-reaps', [before, after, endOf(20, 'gone')], /nobody looked at the end of b\.sh/);
});

test('scripts.init-reaps: no when init did not adopt it, whatever became of it', () => {
  says('no', 'scripts.init-reaps', [before, tableOf('after', init, shell), endOf(21, 'gone')], /did not adopt b\.sh/);
  says(
    'no',
    'scripts.init-reaps',
    [before, tableOf('after', init, { ...b, ppid: 10 }), endOf(21, 'gone')],
    /did not adopt/,
  );
});

test('scripts.kernel-frees: a zombie has no memory and no descriptors, a sleeper has', () => {
  const command = 'grep -E … /proc/21/status';
  says(
    'yes',
    'scripts.kernel-frees',
    [commandOf(command, 'State:\tZ (zombie)\nFDSize:\t0\n')],
    /state Z: memory none, descriptor table 0/,
  );
  says(
    'no',
    'scripts.kernel-frees',
    [commandOf(command, 'State:\tS (sleeping)\nFDSize:\t64\nVmRSS:\t 1536 kB\n')],
    /memory 1536 kB, descriptor table 64/,
  );
  says('unseen', 'scripts.kernel-frees', [commandOf('ls', '')], /nobody looked/);
});

test('scripts.kernel-frees: a process that is gone holds nothing that anybody could see', () => {
  const gone = commandOf('grep -E … /proc/21/status', '', 'grep: /proc/21/status: No such file or directory\n', 2);
  assert.notEqual(asked('scripts.kernel-frees', [gone]).answer, 'yes');
});

const ends = (signal?: string) => [
  eventOf(signal === undefined ? { event: 'exit', pid: 20, status: 0 } : { event: 'exit', pid: 20, signal }),
  eventOf(signal === undefined ? { event: 'exit', pid: 21, status: 0 } : { event: 'exit', pid: 21, signal }),
];
const hup = (pid: number, from?: number) =>
  eventOf({
    event: 'signal',
    pid,
    signal: 'SIGHUP',
    code: from === undefined ? 'SI_KERNEL' : 'SI_USER',
    ...(from && { from }),
  });

test('session.leader-death-foreground: yes when both took SIGHUP from the kernel', () => {
  says(
    'yes',
    'session.leader-death-foreground',
    [before, hup(20), hup(21), ...ends('SIGHUP')],
    /both took SIGHUP from the kernel/,
  );
});

test('session.leader-death-foreground: no when only one was told, when a process told them, or nobody did', () => {
  says('no', 'session.leader-death-foreground', [before, ...ends()], /neither took SIGHUP/);
  says(
    'no',
    'session.leader-death-foreground',
    [before, hup(20, 10), hup(21, 10), ...ends('SIGHUP')],
    /neither took SIGHUP/,
  );
  says('no', 'session.leader-death-foreground', [before, hup(20), ...ends('SIGHUP')], /only one of them/);
  says('no', 'session.leader-death-foreground', [before, hup(21), hup(20, 10), ...ends('SIGHUP')], /only one of them/);
});

test('session.leader-death-foreground: unseen when the trace does not tell how they ended', () => {
  says('unseen', 'session.leader-death-foreground', [before, hup(20), hup(21)], /does not tell how/);
});

test('session.sighup-default: ended by it is yes, ran on in spite of it no, never told of it unseen', () => {
  says('yes', 'session.sighup-default', [before, hup(21, 10), ...ends('SIGHUP')], /took SIGHUP and ended by it/);
  says('no', 'session.sighup-default', [before, hup(21, 10), ...ends()], /ran on to its end, status 0/);
  says('unseen', 'session.sighup-default', [before, hup(20, 10), ...ends('SIGHUP')], /no SIGHUP to b\.sh/);
  says('unseen', 'session.sighup-default', [before, hup(21, 10)], /not its end/);
});

const passedOn = eventOf({ event: 'kill', by: 10, to: -20, signal: 'SIGHUP', result: 'ok' });

test('session.shell-passes-on: told by the kernel, and told its job', () => {
  says(
    'yes',
    'session.shell-passes-on',
    [before, hup(10), passedOn],
    /bash \(10\) took SIGHUP, and sent SIGHUP to the group of its job \(20\)/,
  );
});

test('session.shell-passes-on: no when it was not told, passed nothing on, or told another group', () => {
  const exit = eventOf({ event: 'exit', pid: 10, signal: 'SIGKILL' });
  says('no', 'session.shell-passes-on', [before, exit], /was not told/);
  says('unseen', 'session.shell-passes-on', [before], /does not tell how the shell ended/);
  says('no', 'session.shell-passes-on', [before, hup(10)], /passed nothing on/);
  const elsewhere = eventOf({ event: 'kill', by: 10, to: -30, signal: 'SIGHUP', result: 'ok' });
  says('no', 'session.shell-passes-on', [before, hup(10), elsewhere], /passed nothing on/);
  const another = eventOf({ event: 'kill', by: 11, to: -20, signal: 'SIGHUP', result: 'ok' });
  says('no', 'session.shell-passes-on', [before, hup(10), another], /passed nothing on/);
});

test("session.b-is-foreground: its group is the terminal's foreground group, or is not", () => {
  says('yes', 'session.b-is-foreground', [before], /group is 20, the terminal's foreground group 20/);
  says('no', 'session.b-is-foreground', [tableOf('before', a, { ...b, tpgid: 10 })], /foreground group 10/);
});

const refused = screenOf(
  'Terminal 1',
  '$ ./join-group 12\nrefused group 12: Operation not permitted; still in group 20\n$',
);

test('session.membership: refused, and every group in one session', () => {
  says('yes', 'session.membership', [refused, tableOf('after', shell, a, b)], /^refused group 12.*all 3 processes/);
});

test('session.membership: no when it was let in, or a group spans two sessions', () => {
  const joined = screenOf('Terminal 1', 'joined group 10 of session 10');
  says('no', 'session.membership', [joined, tableOf('after', shell)], /joined the group/);
  says('no', 'session.membership', [refused, tableOf('after', shell, a, { ...b, sid: 21 })], /has group 20 in session/);
  says('no', 'session.membership', [refused, tableOf('after', { ...shell, pgid: 0 })], /has group 0/);
});

test('session.membership: of no process at all nothing is said', () => {
  says('unseen', 'session.membership', [refused, tableOf('after')], /no process to look at/);
});

test('session.membership: a refusal for another reason settles nothing', () => {
  const other = screenOf('Terminal 1', '$ ./join-group 12\nrefused group 12: No such process; still in group 20\n$');
  says('unseen', 'session.membership', [other, tableOf('after', shell, a)], /neither allowed nor refused with EPERM/);
});

test('no effect says anything of a history in which nothing was seen', () => {
  for (const [id, claim] of Object.entries(claims)) {
    assert.ok(claim.treatment.length > 0 && claim.control.length > 0, id);
    const answer = (() => {
      try {
        return claim.effect(historyOf('an arm', [])).answer;
      } catch {
        return 'unseen';
      }
    })();
    assert.equal(answer, 'unseen', `${id} says ${answer} of a history in which nothing was seen`);
  }
});
