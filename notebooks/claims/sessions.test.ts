import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import type { Process } from '../lab/processes';
import { claims, reports, toldTable } from './sessions';

type Facts = (Fact & { moment?: string; witness?: string })[];

/** A history written by hand, one observation a millisecond. */
function historyOf(facts: Facts, arm = 'an arm'): History {
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'the test', ...fact }));
  return new History({
    experiment: 'by hand',
    arm,
    box: { kind: 'namespaces', init: 1, pid1: 'waits' },
    observations,
  });
}

function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp, arm?: string): void {
  const seen = claims[claim]?.effect(historyOf(facts, arm));
  if (seen === undefined) throw new Error(`there is no claim ${claim}`);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const rowOf = (pid: number, ppid: number, pgid: number, known: Partial<Process> = {}): Process => ({
  user: 'root',
  pid,
  ppid,
  pgid,
  sid: 3,
  tty: 'pts/0',
  tpgid: 4,
  stat: 'S',
  comm: 'report-signals',
  args: './report-signals',
  ...known,
});
const init = rowOf(1, 0, 1, { sid: 1, tty: '?', tpgid: -1, comm: 'init' });
const tableOf = (moment: string, ...rows: Process[]): Fact & { moment: string } => ({
  moment,
  kind: 'processes',
  rows: [init, ...rows],
});
const told = (...lines: string[]): Fact => ({
  kind: 'command',
  command: 'cat told',
  stdout: lines.map((line) => `${line}\n`).join(''),
  stderr: '',
  status: 0,
});
const eventOf = (event: Event): Fact => ({ kind: 'event', ...event });
const traced = (event: Event) => ({ ...eventOf(event), witness: 'tracefs' });

const leader = rowOf(3, 1, 3);
const foreground = rowOf(4, 3, 4);
const background = rowOf(5, 3, 5);
const stopped = (row: Process) => ({ ...row, stat: 'T' });
const orphan = (row: Process) => ({ ...row, ppid: 1 });
const readyAll = ['leader 3: ready', 'foreground 4: ready', 'background 5: ready'];

test('a report holds what came before the question, and what it was started to ignore', () => {
  const all = reports(
    'job 4: ready, ignores SIGHUP\njob 4: SIGHUP from 3\njob 4: SIGINT from the kernel\njob 4: asked\njob 4: SIGCONT from 9\nhalf a li',
  );
  assert.deepEqual(
    [...all.values()],
    [
      {
        name: 'job',
        pid: 4,
        ignores: ['SIGHUP'],
        told: [
          { signal: 'SIGHUP', from: 3 },
          { signal: 'SIGINT', from: 'the kernel' },
        ],
        asked: 'yes',
      },
    ],
  );
});

/** The leader of three is killed; the two others heard this. */
const leaderKilled = (...heard: string[]): Facts => [
  tableOf('before', leader, foreground, background),
  tableOf('after', orphan(foreground), orphan(background)),
  told(...readyAll, ...heard, 'foreground 4: asked', 'background 5: asked'),
];

test('session.exit-whole-session: everybody has to be told, and who was killed does not count', () => {
  const claim = 'session.exit-whole-session';
  says('no', claim, leaderKilled('foreground 4: SIGHUP from the kernel'), /background: nothing/);
  says('yes', claim, leaderKilled('foreground 4: SIGHUP from the kernel', 'background 5: SIGHUP from the kernel'), /./);
});

test('session.exit-background: nothing means nothing', () => {
  const claim = 'session.exit-background';
  says('yes', claim, leaderKilled('foreground 4: SIGHUP from the kernel'), /was told nothing; it runs on/);
  says('no', claim, leaderKilled('background 5: SIGCONT from the kernel'), /was told SIGCONT/);
});

const kernels = (signal: string, pid: number, fate: 'blocked' | 'dropped' = 'blocked') =>
  traced({ event: 'signal', pid, signal, code: 'SI_KERNEL', fate });

test('the kernel has to tell the same as each witness, where it tells', () => {
  const claim = 'session.exit-background';
  const killed = leaderKilled('foreground 4: SIGHUP from the kernel');
  const end = traced({ event: 'exit', pid: 3, signal: 'SIGKILL' });
  says('yes', claim, [...killed, end, kernels('SIGHUP', 4)], /was told nothing \(as the kernel traced\)/);
  const [seen] = [claims[claim]?.effect(historyOf([...killed, end, kernels('SIGHUP', 4)]))];
  assert.deepEqual(seen?.answer === 'yes' && seen.cites.map(({ n }) => n), [1, 2, 3, 4, 5]);
  const disagree =
    (...events: Facts) =>
    () =>
      claims[claim]?.effect(historyOf([...killed, ...events]));
  assert.throws(disagree(end), /foreground \(4\) says SIGHUP, but the kernel's trace says nothing/);
  const both = [kernels('SIGHUP', 4), kernels('SIGHUP', 5)];
  assert.throws(disagree(end, ...both), /background \(5\) says nothing, but the kernel's trace says SIGHUP/);
  says('yes', claim, [...killed, kernels('SIGHUP', 4), kernels('SIGHUP', 5, 'dropped')], /as the kernel traced/);
  says('yes', claim, [...killed, eventOf({ event: 'exit', pid: 3 })], /was told nothing; it runs on/); // another tracer
});

test('the order in which the kernel sends is no other than that in which they are taken', () => {
  const both = parentKilled(stopped, ...hupCont('background', 5));
  const sent = [kernels('SIGHUP', 5), kernels('SIGCONT', 5)];
  says('no', 'session.orphaned-stopped', [...both, ...sent], /member: nothing \(as the kernel traced\)$/);
  assert.throws(
    () => claims['session.orphaned-stopped']?.effect(historyOf([...both, ...sent.reverse()])),
    /says SIGHUP, then SIGCONT, but the kernel's trace says SIGCONT, then SIGHUP/,
  );
});

test('who has died of one signal need not have told of the next', () => {
  const died = jobOf(['job 4: ready', 'job 4: SIGHUP from the kernel'], []);
  says('no', 'session.each-escapes', [...died, kernels('SIGHUP', 4), kernels('SIGCONT', 4)], /as the kernel traced/);
  assert.throws(
    () => claims['session.each-escapes']?.effect(historyOf([...died, kernels('SIGCONT', 4)])),
    /says SIGHUP, but the kernel's trace says SIGCONT/,
  );
});

test('a witness that was never in the table, or that nobody asked, is no witness', () => {
  const claim = claims['session.exit-background'];
  assert.throws(() => claim?.effect(historyOf(leaderKilled().slice(0, 2))), /nobody asked the witnesses/);
  const strange = [tableOf('before', leader), tableOf('after', leader), told('background 9: ready')];
  assert.throws(() => claim?.effect(historyOf(strange)), /was not in the table/);
});

const hungUp = (...heard: string[]): Facts => [
  tableOf('before', leader, foreground, background),
  tableOf('after', leader, foreground, background),
  told(...readyAll, ...heard),
];

test('session.hangup-tells-leader: the leader SIGHUP and SIGCONT, and nobody else anything', () => {
  const claim = 'session.hangup-tells-leader';
  const both = ['leader 3: SIGHUP from the kernel', 'leader 3: SIGCONT from the kernel'];
  says('yes', claim, hungUp(...both), /foreground: nothing/);
  says('no', claim, hungUp(...both, 'background 5: SIGHUP from the kernel'), /background: SIGHUP/);
  says('no', claim, hungUp('leader 3: SIGHUP from 9', 'leader 3: SIGCONT from 9'), /from 9/);
  says('no', claim, hungUp(...both.reverse()), /SIGCONT from the kernel, SIGHUP/);
  const alone = [tableOf('before', leader), tableOf('after', leader), told('leader 3: ready', ...both)];
  says('unseen', claim, alone, /nobody but the leader/);
});

test('session.hangup-whole-session: a shell that leads counts by its trace', () => {
  const claim = 'session.hangup-whole-session';
  const bash = rowOf(3, 1, 3, { comm: 'bash' });
  const facts = (...heard: string[]): Facts => [
    tableOf('before', bash, foreground, background),
    tableOf('after', foreground),
    told(...readyAll.slice(1), 'foreground 4: SIGHUP from 3', ...heard),
  ];
  const shellTold = eventOf({ event: 'signal', pid: 3, signal: 'SIGHUP', code: 'SI_KERNEL' });
  says('yes', claim, [...facts('background 5: SIGHUP from 3'), shellTold], /bash: SIGHUP/);
  says('no', claim, facts('background 5: SIGHUP from 3'), /bash: nothing/);
});

test('session.ctrl-c-foreground: the foreground by the kernel, the others not at all', () => {
  const claim = 'session.ctrl-c-foreground';
  says('yes', claim, hungUp('foreground 4: SIGINT from the kernel'), /leader: nothing/);
  says('no', claim, hungUp('foreground 4: SIGINT from 3'), /SIGINT from 3/);
  says(
    'no',
    claim,
    hungUp('foreground 4: SIGINT from the kernel', 'leader 3: SIGINT from the kernel'),
    /leader: SIGINT/,
  );
  says('no', claim, hungUp(), /foreground: nothing/);
  const nobody = [tableOf('before', background), tableOf('after', background), told('background 5: ready')];
  says('unseen', claim, nobody, /not both/);
});

test('session.ctrl-c-stopped: still stopped, and told once it was continued', () => {
  const facts = (row: Process): Facts => [
    tableOf('before', leader, stopped(foreground)),
    tableOf('after', leader, row),
    told(
      'leader 3: ready',
      'stopped-foreground 4: ready',
      'stopped-foreground 4: SIGINT from the kernel',
      'stopped-foreground 4: SIGCONT from 9',
      'stopped-foreground 4: asked',
    ),
  ];
  const claim = 'session.ctrl-c-stopped';
  says('yes', claim, facts(stopped(foreground)), /told SIGINT from the kernel; it is stopped/);
  says('no', claim, facts(foreground), /SIGCONT from 9; it runs on/);
});

test('session.ctrl-c-shell: by way of the shell only when the shell was told itself', () => {
  const claim = 'session.ctrl-c-shell';
  const bash = rowOf(3, 1, 3, { comm: 'bash' });
  const job = (line: string): Facts => [
    tableOf('before', bash, rowOf(4, 3, 4)),
    tableOf('after', bash),
    told('job 4: ready', line),
  ];
  const shellTold = eventOf({ event: 'signal', pid: 3, signal: 'SIGINT', code: 'SI_KERNEL' });
  says('no', claim, [...job('job 4: SIGINT from the kernel')], /no SIGINT/, 'Ctrl-C, job of bash');
  says('no', claim, [...job('job 4: SIGINT from 3')], /no SIGINT/, 'Ctrl-C, job of bash');
  says('yes', claim, [...job('job 4: SIGINT from 3'), shellTold], /bash, 3\): SIGINT/, 'Ctrl-C, job of bash');
});

const hupCont = (name: string, pid: number) => [
  `${name} ${pid}: SIGHUP from the kernel`,
  `${name} ${pid}: SIGCONT from the kernel`,
];

/** `parent` (4), in a group of its own, is killed; its child (5) leads another group, in which a member (6) stands too. */
const parentKilled = (state: (row: Process) => Process, ...heard: string[]): Facts => [
  tableOf('before', leader, rowOf(4, 3, 4), state(rowOf(5, 4, 5)), rowOf(6, 5, 5)),
  tableOf('after', leader, rowOf(5, 1, 5), rowOf(6, 5, 5)),
  told('leader 3: ready', 'parent 4: ready', 'background 5: ready', 'member 6: ready', ...heard),
];

test('session.orphaned-stopped: all of the group, SIGHUP before SIGCONT, from the kernel', () => {
  const claim = 'session.orphaned-stopped';
  const all = [...hupCont('background', 5), ...hupCont('member', 6)];
  says(
    'yes',
    claim,
    parentKilled(stopped, ...all),
    /^with a stopped process: background: SIGHUP from the kernel, SIGCONT/,
  );
  says('no', claim, parentKilled(stopped, ...hupCont('background', 5)), /member: nothing/);
  says('no', claim, parentKilled(stopped, ...all.slice(0, 3)), /member: SIGHUP from the kernel$/);
  says(
    'no',
    claim,
    parentKilled((row) => row),
    /^all running: background: nothing; member: nothing/,
  );
});

test('session.orphaned-stopped: unseen where no group became orphaned', () => {
  const kept: Facts = [
    tableOf('before', leader, stopped(background)),
    tableOf('after', leader, stopped(background)),
    told('leader 3: ready', 'background 5: ready'),
  ];
  says('unseen', 'session.orphaned-stopped', kept, /no group became orphaned/);
});

test('session.newly-orphaned-only: told nothing is not enough, it has to be stopped still', () => {
  const facts = (row: Process, ...heard: string[]): Facts => [
    tableOf('before', leader, stopped(rowOf(6, 4, 4))),
    tableOf('after', leader, row),
    told(
      'leader 3: ready',
      'stopped-member 6: ready',
      ...heard,
      'stopped-member 6: SIGCONT from 9',
      'stopped-member 6: asked',
    ),
  ];
  const claim = 'session.newly-orphaned-only';
  says('yes', claim, facts(stopped(rowOf(6, 1, 4))), /was told nothing; it is stopped/);
  says('no', claim, facts(rowOf(6, 1, 4)), /it runs on/);
  says('no', claim, facts(stopped(rowOf(6, 1, 4)), 'stopped-member 6: SIGHUP from the kernel'), /told SIGHUP/);
});

test('session.group-dies-with-leader: a group of one proves nothing', () => {
  const facts = (before: Process[], after: Process[]): Facts => [
    tableOf('before', leader, ...before),
    tableOf('after', leader, ...after),
    told('leader 3: ready', 'group 5: ready'),
  ];
  const member = rowOf(6, 5, 5);
  const claim = 'session.group-dies-with-leader';
  says('no', claim, facts([background, member], [member]), /1 of 2 are left/);
  says('yes', claim, facts([background, member], []), /0 of 2 are left/);
  says('unseen', claim, facts([background], []), /no member but its leader/);
});

const jobOf = (line: string[], after: Process[], known: Partial<Process> = {}): Facts => [
  tableOf('before', rowOf(3, 1, 3, { comm: 'bash' }), rowOf(4, 3, 4, known)),
  tableOf('after', ...after),
  told(...line),
];

test('session.each-escapes: alive is who answers', () => {
  const claim = 'session.each-escapes';
  says('yes', claim, jobOf(['job 4: ready', 'job 4: asked'], [rowOf(4, 1, 4)]), /told nothing; it runs on/);
  says('no', claim, jobOf(['job 4: ready', 'job 4: SIGHUP from 3'], []), /SIGHUP from 3; it is gone/);
});

test('session.nohup-ignores: told by the shell, ignoring it, alive', () => {
  const claim = 'session.nohup-ignores';
  const lines = ['job 4: ready, ignores SIGHUP', 'job 4: SIGHUP from 3', 'job 4: asked'];
  says('yes', claim, jobOf(lines, [rowOf(4, 1, 4)]), /ignoring SIGHUP was told SIGHUP from 3; it runs on/);
  says('no', claim, jobOf(['job 4: ready', ...lines.slice(1)], [rowOf(4, 1, 4)]), /told SIGHUP from 3/);
  says('no', claim, jobOf([lines[0] ?? '', 'job 4: asked'], [rowOf(4, 1, 4)]), /told nothing/);
});

test('session.disown-moves and session.nohup-session: SESS decides', () => {
  const lines = ['job 4: ready', 'job 4: asked'];
  for (const claim of ['session.disown-moves', 'session.nohup-session']) {
    says('no', claim, jobOf(lines, [rowOf(4, 1, 4)]), /job: SESS 3, TTY pts\/0; bash: SESS 3/);
    says('yes', claim, jobOf(lines, [rowOf(4, 1, 4)], { sid: 4, tty: '?' }), /job: SESS 4, TTY \?/);
  }
});

test('session.exit-ends-stopped: by SIGTERM of the shell, not by the SIGHUP of the kernel', () => {
  const claim = 'session.exit-ends-stopped';
  says(
    'yes',
    claim,
    jobOf(['stopped-job 4: ready', 'stopped-job 4: SIGTERM from 3'], []),
    /SIGTERM from 3; it is gone/,
  );
  says('no', claim, jobOf(['stopped-job 4: ready', 'stopped-job 4: SIGHUP from the kernel'], []), /from the kernel/);
});

test('session.kill-ends-shell: there and silent is unseen', () => {
  const facts = (text: string, ...rows: Process[]): Facts => [
    { kind: 'screen', terminal: 'Terminal 1', text },
    tableOf('after', ...rows),
  ];
  const claim = 'session.kill-ends-shell';
  const bash = rowOf(3, 1, 3, { comm: 'bash' });
  says('no', claim, facts('$ echo $((6 * 7))\n42\n$', bash), /bash \(3\) is there, and answers/);
  says('yes', claim, facts('$ echo $((6 * 7))'), /is gone/);
  says('unseen', claim, facts('$ echo $((6 * 7))', bash), /does not answer/);
  says('unseen', claim, facts(''), /never|no shell ever/);
});

const script = (...order: Fact[]): Facts => [
  tableOf('before', rowOf(3, 1, 3, { comm: 'script.sh' }), rowOf(4, 3, 3, { comm: 'sleep' })),
  ...order,
];
const term = eventOf({ event: 'signal', pid: 3, signal: 'SIGTERM', code: 'SI_USER', from: 9 });
const ends = (pid: number) => eventOf({ event: 'exit', pid, status: 0 });

test('session.term-waits and session.wait-is-interrupted: who ended first', () => {
  says('yes', 'session.term-waits', script(term, ends(4), ends(3)), /after its command/);
  says('no', 'session.term-waits', script(term, ends(3), ends(4)), /while its command was running/);
  says('no', 'session.wait-is-interrupted', script(term, ends(4), ends(3)), /after its command/);
  says('yes', 'session.wait-is-interrupted', script(term, ends(3), ends(4)), /while its command was running/);
});

test('session.term-waits: a SIGTERM that came too late, or never, tells nothing', () => {
  says('unseen', 'session.term-waits', script(ends(4), term, ends(3)), /had ended already/);
  says('unseen', 'session.term-waits', script(ends(4), ends(3)), /does not tell/);
});

test('session.hung-up-terminal: only EIO is EIO', () => {
  const said = (stdout: string, status = 0): Facts => [
    { kind: 'command', command: 'cat said', stdout, stderr: '', status },
  ];
  const claim = 'session.hung-up-terminal';
  says('yes', claim, said('echo: write error: Input/output error\nstatus 1\n'), /Input\/output error; status 1/);
  says('no', claim, said(''), /nothing complained/);
  says('unseen', claim, said('echo: write error: No space left on device\n'), /failed otherwise/);
  says('unseen', claim, said('', 1), /did not come so far/);
});

test('what a cell shows: each witness, what it was told, how it stands; and why an arm could not be run', () => {
  const missing = historyOf([{ kind: 'missing', because: 'needs strace (apt-get install strace)' }], 'no tracer');
  const shown = toldTable([historyOf(leaderKilled('foreground 4: SIGHUP from the kernel'), 'killed'), missing]);
  assert.match(
    shown,
    /^killed\n {2}foreground +SIGHUP from the kernel; runs on\n {2}background +nothing; runs on\nno tracer: needs strace/,
  );
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
    assert.equal(answer, 'unseen', id);
  }
});
