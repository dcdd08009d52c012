import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import type { Process } from '../lab/processes';
import { claims } from './orphans';

type Noted = Fact & { moment?: string; witness?: string };

function asked(claim: string, ...facts: Noted[]) {
  const observations = facts.map((fact, i) => ({ n: i + 1, at: i, witness: 'the test', ...fact }));
  const box = { kind: 'namespaces', init: 1, pid1: 'waits' } as const;
  const seen = claims[claim]?.effect(new History({ experiment: 'by hand', arm: 'an arm', box, observations }));
  if (seen === undefined) throw new Error(`there is no claim ${claim}`);
  return seen;
}

function says(answer: 'yes' | 'no' | 'unseen', because: RegExp, claim: string, ...facts: Noted[]): void {
  const seen = asked(claim, ...facts);
  assert.match(seen.because, because);
  assert.equal(seen.answer, answer);
  if (seen.answer !== 'unseen') assert.ok(seen.cites.length > 0, 'it cites nothing');
}

const row = (pid: number, ppid: number, comm: string, stat = 'S', args = comm): Process => {
  return { user: 'root', pid, ppid, pgid: 2, sid: 2, tty: '?', tpgid: -1, stat, comm, args };
};
const table = (moment: string, ...rows: Process[]): Noted => ({ moment, kind: 'processes', rows });
const line = (program: string, text: string): Noted => ({ kind: 'line', program, line: text });
const traced = (event: Event): Noted => ({ kind: 'event', witness: 'tracefs', ...event });
const ran = (command: string): Noted => ({ kind: 'command', command, stdout: '', stderr: '', status: 0 });

const init = row(1, 0, 'init');
const [one, two, three] = [row(2, 1, 'chain'), row(3, 2, 'chain'), row(4, 3, 'chain')];

test('orphan.kill-parent-kills-children: no of a child that runs on', () => {
  const claim = 'orphan.kill-parent-kills-children';
  const before = table('before', init, row(2, 1, 'sh'), row(3, 2, 'sleep'));
  says('no', /runs on, its parent is 1/, claim, before, table('after', init, row(3, 1, 'sleep')));
  says('yes', /went with its parent/, claim, before, table('after', init));
  says('unseen', /still there/, claim, before, table('after', init, row(2, 1, 'sh')));
  const end = traced({ event: 'exit', pid: 3, signal: 'SIGTERM' });
  says('yes', /went with its parent \(2\), by SIGTERM/, claim, before, end, table('after', init));
});

test('the adoption that follows from the trace has to be the one that ps shows', () => {
  const claim = 'zombie.init-adopts';
  const before = table('before', init, one, two, three);
  const after = table('after', init, one, { ...three, ppid: 2 });
  const moves = (...parents: number[]) => parents.map((to) => traced({ event: 'reparent', pid: 4, from: 3, to }));
  const seen = asked(claim, before, ...moves(3, 2), after);
  assert.deepEqual(seen.answer === 'no' && seen.cites.map(({ n }) => n), [1, 3, 4]);
  assert.throws(() => asked(claim, before, ...moves(1), after), /4 went to 1 by the trace, but ps shows 2/);
});

test('zombie.init-adopts: yes of PID 1, no of another, or where nothing changed', () => {
  const before = table('before', init, one, two, three);
  says('yes', /now a child of 1/, 'zombie.init-adopts', before, table('after', init, one, { ...three, ppid: 1 }));
  says('no', /now a child of 2/, 'zombie.init-adopts', before, table('after', init, one, { ...three, ppid: 2 }));
  says(
    'no',
    /now a child of 3/,
    'zombie.init-adopts',
    before,
    before.kind === 'processes' ? table('after', ...before.rows) : before,
  );
});

test('orphan.nearest-subreaper: the nearest one that lives, and not one that was passed over', () => {
  const claim = 'orphan.nearest-subreaper';
  const before = table('before', init, one, two, three);
  const chain = (first: string, second: string) => [
    line('chain', `${first} 2, child of 1`),
    line('chain', `${second} 3, child of 2`),
    line('chain', 'plain 4, child of 3'),
  ];
  const adopted = table('after', init, one, { ...three, ppid: 2 });
  says('yes', /4 went to 2; living subreapers above it: 2/, claim, ...chain('subreaper', 'subreaper'), before, adopted);
  says('no', /above it: none/, claim, ...chain('plain', 'plain'), before, adopted);
  const toInit = table('after', init, one, { ...three, ppid: 1 });
  says('no', /4 went to 1/, claim, ...chain('subreaper', 'plain'), before, toInit);
  says(
    'unseen',
    /the parent \(3\) lives/,
    claim,
    ...chain('subreaper', 'plain'),
    before,
    table('after', init, one, two, three),
  );
});

test('orphan.subreaper-within-namespace: nothing is said where no subreaper was above', () => {
  const claim = 'orphan.subreaper-within-namespace';
  const inside = [table('before', one, two), table('after', { ...two, ppid: 1 })];
  const outside = (adopter: string) =>
    table('outside', init, row(5, 1, adopter), row(6, 5, 'chain'), row(7, 6, 'chain'));
  says('yes', /chain < chain < late-adopter < init/, claim, ...inside, outside('late-adopter'));
  says('unseen', /no subreaper was above it/, claim, ...inside, outside('sh'));
});

const orphaned = table('orphaned', init, row(3, 1, 'chain'));
const dead = row(3, 1, 'chain', 'Z');

test('zombie.parent-died-first: no of an orphan that is a zombie', () => {
  const claim = 'zombie.parent-died-first';
  says('yes', /ended: gone/, claim, orphaned, table('ended', init), table('later', init));
  says('no', /ended: a zombie/, claim, orphaned, table('ended', init, dead), table('later', init, dead));
});

test('zombie.parent-died-first: who waited for it is the kernel to say', () => {
  const facts = [orphaned, table('ended', init), table('later', init)];
  const fork = traced({ event: 'fork', pid: 1, child: 2 });
  const claim = 'zombie.parent-died-first';
  says('yes', /gone; init \(1\) waited for it$/, claim, ...facts, traced({ event: 'reap', pid: 1, child: 3 }));
  says('yes', /gone; nobody waited for it$/, claim, ...facts, fork);
  says('yes', /gone$/, claim, ...facts, { ...fork, witness: 'strace' });
});

test('zombie.orphan-until-waited: it takes the wait of the adopter', () => {
  const claim = 'zombie.orphan-until-waited';
  const waited = line('family', 'waited for 3');
  says('yes', /a zombie, later gone/, claim, orphaned, table('ended', init, dead), waited, table('later', init));
  says('no', /a zombie, later gone/, claim, orphaned, table('ended', init, dead), table('later', init));
  says('no', /: gone, later gone/, claim, orphaned, table('ended', init), table('later', init));
});

const undead = [row(3, 2, 'no-wait', 'Z'), row(4, 2, 'no-wait', 'Z')];
const under = (ppid: number) => undead.map((zombie) => ({ ...zombie, ppid }));

test('zombie.ppid-becomes-1: PPID 1, and gone later; what was gone at once shows nothing', () => {
  const claim = 'zombie.ppid-becomes-1';
  const before = table('before', init, row(2, 1, 'no-wait'), ...undead);
  says('yes', /PPID 1; later 0 left/, claim, before, table('orphaned', ...under(1)), table('later', init));
  says('no', /PPID 1; later 2 left/, claim, before, table('orphaned', ...under(1)), table('later', ...under(1)));
  says('no', /PPID 9/, claim, before, table('orphaned', ...under(9)), table('later', init));
  says('unseen', /whose they were was not seen/, claim, before, table('orphaned', init), table('later', init));
});

test('zombie.adopter-has-to-wait: each of them waited for by the one that adopted them', () => {
  const claim = 'zombie.adopter-has-to-wait';
  const facts = [
    table('before', row(2, 9, 'no-wait'), ...undead),
    table('orphaned', ...under(9)),
    table('later', init),
  ];
  const waited = [line('family', 'waited for 3'), line('family', 'waited for 4')];
  says('yes', /2 waited for/, claim, line('family', 'adopting 9'), ...facts, ...waited);
  says('no', /1 waited for/, claim, line('family', 'adopting 9'), ...facts, ...waited.slice(1));
  says('no', /children of 9/, claim, line('family', 'adopting 8'), ...facts, ...waited);
});

const sleep = (ppid: number, stat = 'S') =>
  row(5, ppid, 'sleep', stat, stat === 'Z' ? '[sleep] <defunct>' : 'sleep 1001');

test('orphan.entered-is-child-of-pid-1: PPID 0 is not 1', () => {
  const claim = 'orphan.entered-is-child-of-pid-1';
  says('no', /PPID 0/, claim, table('entered', sleep(0)), table('ended'));
  says('yes', /PPID 1/, claim, table('entered', sleep(1)), table('ended'));
});

test('orphan.never-waits: a zombie to the end of PID 1, and no longer', () => {
  const claim = 'orphan.never-waits';
  const facts = [table('entered', sleep(1)), table('ended', sleep(1, 'Z'))];
  const still = table('later', sleep(1, 'Z'));
  says('yes', /0 left/, claim, ...facts, still, table('PID 1 is gone', init));
  says('no', /later gone/, claim, ...facts, table('later'), table('PID 1 is gone', init));
  says('no', /1 left/, claim, ...facts, still, table('PID 1 is gone', init, sleep(1, 'Z')));
});

test('orphan.check-leaves-zombies: what is no child of PID 1 was not left to it', () => {
  const claim = 'orphan.check-leaves-zombies';
  says('yes', /a zombie/, claim, table('entered', sleep(1)), table('ended', sleep(1, 'Z')));
  says('no', /gone/, claim, table('entered', sleep(1)), table('ended'));
  says('no', /PPID 0/, claim, table('entered', sleep(0)), table('ended', sleep(0, 'Z')));
});

test('orphan.shell-reaps: of a shell that adopted nothing, nothing', () => {
  const bash = row(1, 0, 'bash');
  says('yes', /gone/, 'orphan.shell-reaps', table('orphaned', bash, sleep(1)), table('ended', bash));
  says('no', /a zombie/, 'orphan.shell-reaps', table('orphaned', bash, sleep(1)), table('ended', bash, sleep(1, 'Z')));
  says('unseen', /adopted nothing/, 'orphan.shell-reaps', table('orphaned', bash, sleep(0)), table('ended', bash));
});

const others = (ppid: number) => [row(8, ppid, 'sleep', 'S', 'sleep 1001'), row(9, ppid, 'sleep', 'S', 'sleep 1002')];

test('orphan.pid-1-unkillable: nothing is said where nobody sent a signal', () => {
  const claim = 'orphan.pid-1-unkillable';
  const before = table('before', init, row(3, 2, 'bash'), ...others(3));
  const after = table('after', init, row(3, 2, 'bash'), ...others(3));
  says('yes', /is there as before/, claim, before, ran('kill -KILL 1'), after);
  says('no', /is gone/, claim, before, ran('kill -KILL 1'), table('after', init));
  assert.throws(() => asked(claim, before, after), /nobody sent a signal/);
  const signal = (fate: 'ignored' | 'delivered') =>
    traced({ event: 'signal', pid: 3, signal: 'SIGKILL', code: 'SI_USER', from: 0, fate });
  says('yes', /as before, SIGKILL was ignored$/, claim, before, ran('kill -KILL 1'), signal('ignored'), after);
  const gone = table('after', init);
  says('no', /is gone, SIGKILL was delivered$/, claim, before, ran('kill -KILL 3'), signal('delivered'), gone);
});

test('orphan.pid-1-takes-all: no when one of the others is left', () => {
  const claim = 'orphan.pid-1-takes-all';
  const before = table('before', init, row(3, 2, 'bash'), ...others(3));
  says('yes', /0 of 2 others/, claim, before, ran('kill -KILL 3'), table('after', init));
  says(
    'no',
    /1 of 2 others/,
    claim,
    before,
    ran('kill -KILL 8'),
    table('after', init, row(3, 2, 'bash'), ...others(3).slice(1)),
  );
});

test('no effect says anything of a history in which nothing was seen', () => {
  for (const id of Object.keys(claims)) {
    const answer = (() => {
      try {
        return asked(id).answer;
      } catch {
        return 'unseen';
      }
    })();
    assert.equal(answer, 'unseen', id);
  }
});
