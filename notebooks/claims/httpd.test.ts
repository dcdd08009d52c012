import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProcess, commandOf, eventOf, fileOf, historyOf, screenOf, tableOf } from '../lab/fixtures/histories';
import type { Fact } from '../lab/history';
import { claims } from './httpd';

type Facts = (Fact & { moment?: string })[];

/** What the effect of a claim says of a history with these facts: its answer, and why. */
function asked(claim: string, facts: Facts) {
  const seen = claims[claim]?.effect(historyOf('an arm', facts));
  if (seen === undefined) throw new Error(`there is no claim ${claim}`);
  return seen;
}

function says(answer: 'yes' | 'no' | 'unseen', claim: string, facts: Facts, because: RegExp): void {
  const seen = asked(claim, facts);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const parent = aProcess({ pid: 50, comm: 'apache2' });
const children = [51, 52, 53, 54, 55, 56, 57, 58].map((pid) =>
  aProcess({ pid, ppid: 50, pgid: 50, sid: 50, user: 'www-data', comm: 'apache2' }),
);
const init = aProcess({ pid: 1, ppid: 0, comm: 'init' });
const orphans = children.map((child) => ({ ...child, ppid: 1 }));
const before = tableOf('before', init, parent, ...children);
const nobody = tableOf('after', init);
const told = (pid: number, signal: string, from?: number) =>
  eventOf({ event: 'signal', pid, signal, code: from === undefined ? 'SI_KERNEL' : 'SI_USER', ...(from && { from }) });
const sent = (by: number, to: number, signal = 'SIGTERM', result: 'ok' | 'failed' = 'ok') =>
  eventOf({ event: 'kill', by, to, signal, result });
const ended = (pid: number) => eventOf({ event: 'exit', pid, status: 0 });

test('httpd.children-die: all gone is yes, one left is no, the parent left is unseen', () => {
  says('yes', 'httpd.children-die', [before, nobody], /parent \(50\) and its 8 children are gone/);
  says('no', 'httpd.children-die', [before, tableOf('after', ...orphans.slice(0, 1))], /1 of its 8 children are there/);
  says('unseen', 'httpd.children-die', [before, tableOf('after', parent)], /was still there/);
});

test('httpd.children-die: a child that is a zombie is there still', () => {
  const zombie = aProcess({ pid: 51, ppid: 1, stat: 'Z', comm: 'apache2 <defunct>' });
  says('no', 'httpd.children-die', [before, tableOf('after', zombie)], /1 of its 8/);
});

test('a server with fewer than eight children is none that anything could be said of', () => {
  const few = tableOf('before', parent, ...children.slice(1));
  assert.throws(() => asked('httpd.children-die', [few, nobody]), /no httpd with eight children/);
});

test("httpd.is-session-leader: every one of them has the parent's PID as its session and its group", () => {
  says('yes', 'httpd.is-session-leader', [before], /PGRP 50, SESS 50, as all its children/);
  const [first, ...rest] = children;
  assert.ok(first !== undefined);
  says(
    'no',
    'httpd.is-session-leader',
    [tableOf('before', parent, { ...first, sid: 51 }, ...rest)],
    /PGRP 50, SESS 50/,
  );
  says('no', 'httpd.is-session-leader', [tableOf('before', { ...parent, sid: 10 }, ...children)], /SESS 10/);
});

test('httpd.sighup-kills-them: SIGHUP to the children, whoever sent it, and to nobody else', () => {
  says('yes', 'httpd.sighup-kills-them', [before, told(51, 'SIGHUP')], /1 of 8 children took SIGHUP, from the kernel/);
  says('yes', 'httpd.sighup-kills-them', [before, told(51, 'SIGHUP', 50)], /from a process/);
  says(
    'no',
    'httpd.sighup-kills-them',
    [before, told(50, 'SIGHUP'), told(51, 'SIGTERM', 50), ended(51)],
    /no SIGHUP among the 2 signals/,
  );
});

test('httpd.sighup-kills-them: a trace that tells nothing cannot say that no SIGHUP came', () => {
  says('unseen', 'httpd.sighup-kills-them', [before], /does not tell how any of them ended/);
  says('unseen', 'httpd.parent-signals', [before], /does not tell how the parent ended/);
});

const group = sent(50, -50);
const all = (from: number) => children.map(({ pid }) => told(pid, 'SIGTERM', from));

test('httpd.parent-signals: the parent told its group, and all children took it from there', () => {
  says(
    'yes',
    'httpd.parent-signals',
    [before, group, ...all(50)],
    /\(50\) sent SIGTERM to its group, and all 8 children/,
  );
});

test('httpd.parent-signals: no when somebody else told the children, or not all were told, or of something else', () => {
  says('no', 'httpd.parent-signals', [before, group, ...all(40)], /0 of 8 children were told/);
  says('no', 'httpd.parent-signals', [before, group, ...all(50).slice(1)], /7 of 8 children were told/);
  const killed = children.map(({ pid }) => told(pid, 'SIGKILL', 50));
  says('no', 'httpd.parent-signals', [before, group, ...killed], /0 of 8 children were told/);
});

test("httpd.parent-signals: no when the signal to the group was another's, or to another group", () => {
  says('no', 'httpd.parent-signals', [before, sent(40, -50), ...all(40), ended(50)], /parent sent nothing/);
  says('no', 'httpd.parent-signals', [before, sent(50, -40), ended(50)], /parent sent nothing/);
});

const bystander = (ppid: number, pgid: number) => aProcess({ pid: 60, ppid, pgid, comm: 'bystander' });
const said = (...lines: string[]) => commandOf('cat bystander.log', `${lines.join('\n')}\n`);
const withBystander = (ppid = 1, pgid = 50) => tableOf('before', init, parent, ...children, bystander(ppid, pgid));

test('httpd.group-is-signalled: the bystander was told SIGTERM by the parent, first of all', () => {
  says(
    'yes',
    'httpd.group-is-signalled',
    [withBystander(), said('ready 60, group 50', 'SIGTERM from 50 (SI_USER)')],
    /SIGTERM from 50/,
  );
});

test('httpd.group-is-signalled: no when it was told by another, or of another signal first', () => {
  const claim = 'httpd.group-is-signalled';
  says('no', claim, [withBystander(), said('ready 60, group 50', 'SIGTERM from 40 (SI_USER)')], /SIGTERM from 40/);
  says(
    'no',
    claim,
    [withBystander(1, 60), said('ready 60, group 60', 'SIGVTALRM from 70 (SI_USER)')],
    /SIGVTALRM from 70/,
  );
});

test('httpd.group-is-signalled: unseen when the bystander said nothing, or was never there', () => {
  says('unseen', 'httpd.group-is-signalled', [withBystander(), said('ready 60, group 50')], /said nothing/);
  says('unseen', 'httpd.group-is-signalled', [withBystander()], /said nothing/);
  assert.throws(
    () => asked('httpd.group-is-signalled', [before, said('SIGTERM from 50')]),
    /no processes are called bystander/,
  );
});

const helper = aProcess({ pid: 70, comm: 'pipe-helper' });
const withHelper = tableOf('before', init, parent, ...children, helper);
const log = (text: string) => commandOf('cat helper.log', text);

test('httpd.helper-gone-too: gone, and says why', () => {
  says(
    'yes',
    'httpd.helper-gone-too',
    [withHelper, nobody, log('ready\nend of file: the last writer is gone\n')],
    /gone; the last writer of its pipe is gone/,
  );
  says(
    'no',
    'httpd.helper-gone-too',
    [withHelper, tableOf('after', init, helper, ...orphans), log('ready\n')],
    /it stays/,
  );
});

test('httpd.helper-gone-too: a child of the server is no helper of the kind', () => {
  const child = tableOf('before', parent, ...children, { ...helper, ppid: 50 });
  says('unseen', 'httpd.helper-gone-too', [child, nobody, log('')], /was a child of httpd/);
  says('unseen', 'httpd.helper-gone-too', [withHelper, nobody], /nobody asked/);
});

const request = (stdout: string, stderr = '') =>
  commandOf("bash -c 'exec 3<>…; printf GET /index.html …'", stdout, stderr);

test('httpd.orphans-serve: a status line is an answer, a refused connection is none', () => {
  says('yes', 'httpd.orphans-serve', [before, request('HTTP/1.1 200 OK\r\n')], /answered: HTTP\/1\.1 200 OK/);
  says('no', 'httpd.orphans-serve', [before, request('', 'bash: connect: Connection refused\n')], /Connection refused/);
  says('no', 'httpd.orphans-serve', [before, request('')], /no answer/);
  says('unseen', 'httpd.orphans-serve', [before], /no request was made/);
});

const start = (stderr: string, status = 1) => commandOf("bash -c 'apache2 -f httpd.conf -k start'", '', stderr, status);

test('httpd.orphans-hold-port: only a port in use is a port that is held', () => {
  says(
    'yes',
    'httpd.orphans-hold-port',
    [before, start('(98)Address already in use: AH00072: make_sock')],
    /Address already in use/,
  );
  says('no', 'httpd.orphans-hold-port', [before, start('', 0)], /a new server starts/);
  says('unseen', 'httpd.orphans-hold-port', [before, start('Syntax error on line 1')], /ended with 1: Syntax error/);
  says('unseen', 'httpd.orphans-hold-port', [before], /no new server was started/);
});

const listening = (inode: number) => commandOf('ss -tlne', `LISTEN 0 511 127.0.0.1:8080 0.0.0.0:* ino:${inode} sk:1\n`);
const fresh = children.map((child) => ({ ...child, pid: child.pid + 20 }));

test('httpd.restart-keeps-parent: the parent and its socket stay, whatever became of the children', () => {
  const after = tableOf('after', init, parent, ...fresh);
  says(
    'yes',
    'httpd.restart-keeps-parent',
    [before, listening(7), after, listening(7)],
    /parent 50 stays, listening socket the same, 0 of 8 old/,
  );
  says('no', 'httpd.restart-keeps-parent', [before, listening(7), after, listening(8)], /listening socket another/);
  says(
    'no',
    'httpd.restart-keeps-parent',
    [before, listening(7), nobody, commandOf('ss -tlne', '')],
    /parent 50 is gone/,
  );
});

test('httpd.restart-keeps-parent: unseen when nobody looked twice, or afterwards', () => {
  const after = tableOf('after', init, parent, ...fresh);
  says('unseen', 'httpd.restart-keeps-parent', [before, listening(7), after], /listening socket twice/);
  says('unseen', 'httpd.restart-keeps-parent', [before, listening(7), listening(7)], /nobody looked afterwards/);
});

test("httpd.hup-cuts and httpd.usr1-finishes are each other's opposite", () => {
  const whole = [screenOf('Terminal 2', 'began: HTTP/1.1 200 OK\n\nreceived 67109121 bytes')];
  const cut = [screenOf('Terminal 2', 'began: HTTP/1.1 200 OK\n\nreceived 4423680 bytes')];
  says('yes', 'httpd.usr1-finishes', whole, /67109121 bytes of an answer of 64 MiB/);
  says('no', 'httpd.hup-cuts', whole, /67109121/);
  says('no', 'httpd.usr1-finishes', cut, /4423680/);
  says('yes', 'httpd.hup-cuts', cut, /4423680/);
});

test('httpd.hup-cuts: a client that received nothing yet says nothing', () => {
  for (const claim of ['httpd.hup-cuts', 'httpd.usr1-finishes'])
    says('unseen', claim, [screenOf('Terminal 2', 'began: HTTP/1.1 200 OK')], /did not say what it received/);
});

const killed = (command: string, stderr = '') => commandOf(command, '', stderr, stderr === '' ? 0 : 1);

test('httpd.orphans-by-group: gone is not enough, a new server has to start', () => {
  const claim = 'httpd.orphans-by-group';
  says('yes', claim, [before, killed('kill -- -50'), nobody, start('', 0)], /8 children are gone; a new server starts/);
  const inUse = start('(98)Address already in use: AH00072: make_sock');
  says('no', claim, [before, killed('kill -- -50'), nobody, inUse], /Address already in use/);
  const left = [before, killed('kill -- 50', 'No such process'), tableOf('after', init, ...orphans), inUse];
  says('no', claim, left, /No such process; .* 8 of its 8 children are there/);
  says('unseen', claim, [before, killed('kill -- -50'), nobody], /no new server was started/);
});

const startScript = aProcess({ pid: 40, comm: 'start.sh' });
const startedBy = (ppid: number) => tableOf('before', init, startScript, { ...parent, ppid, pgid: 40 }, ...children);

test('httpd.script-taken-along: it did not come to its next line', () => {
  const claim = 'httpd.script-taken-along';
  says('yes', claim, [startedBy(40), fileOf('cleaned-up', 'absent')], /did not come to its next line/);
  says('no', claim, [startedBy(40), fileOf('cleaned-up', 'there')], /went on to its next line/);
  says('unseen', claim, [startedBy(1), fileOf('cleaned-up', 'absent')], /did not start the server/);
});

test('httpd.winch-finishes: the answer whole, and the server gone', () => {
  const claim = 'httpd.winch-finishes';
  const whole = screenOf('Terminal 2', 'began: HTTP/1.1 200 OK\n\nreceived 67109121 bytes');
  const cut = screenOf('Terminal 2', 'began: HTTP/1.1 200 OK\n\nreceived 4423680 bytes');
  says('yes', claim, [before, whole, nobody], /67109121 .* are gone/);
  says('no', claim, [before, cut, nobody], /4423680/);
  says('no', claim, [before, whole, tableOf('after', init, ...orphans)], /8 of its 8 children are there/);
  says('unseen', claim, [before, whole, tableOf('after', init, parent)], /was still there/);
});

test('httpd.resize-stops: it says SIGWINCH, and is gone', () => {
  const claim = 'httpd.resize-stops';
  const logged = (text: string) => commandOf('cat error.log', text);
  const caught = logged('AH00170: caught SIGWINCH, shutting down gracefully');
  says('yes', claim, [before, nobody, caught], /group 50, foreground group -1; caught SIGWINCH/);
  const restarted = logged('AH00171: Graceful restart requested, doing restart');
  says('no', claim, [before, tableOf('after', init, parent, ...children), restarted], /told nothing, and goes on/);
  says('unseen', claim, [before, nobody, logged('')], /does not say/);
  says('unseen', claim, [before, nobody], /nobody read the log/);
});

test('session.daemon-no-tty and session.daemon-no-foreground: of every one of them', () => {
  says('yes', 'session.daemon-no-tty', [before], /all 9 processes show TTY \?/);
  says('yes', 'session.daemon-no-foreground', [before], /all 9 processes show TPGID -1/);
  const attached = tableOf('before', { ...parent, tty: 'pts/0', tpgid: 50 }, ...children);
  says('no', 'session.daemon-no-tty', [attached], /TTY pts\/0/);
  says('no', 'session.daemon-no-foreground', [attached], /foreground group is 50/);
});

test('session.daemon-leader-death: hung up and gone are both needed', () => {
  const claim = 'session.daemon-leader-death';
  const hungUp = children.map(({ pid }) => told(pid, 'SIGHUP'));
  says('yes', claim, [before, ...hungUp, nobody], /8 of 8 children took SIGHUP, from the kernel; .* are gone/);
  says('no', claim, [before, ...hungUp, tableOf('after', ...orphans)], /8 of its 8 children are there/);
  says('no', claim, [before, told(51, 'SIGTERM', 50), ended(51), nobody], /no SIGHUP among the 1 signals/);
  says('unseen', claim, [before, ...hungUp, tableOf('after', parent)], /was still there/);
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
