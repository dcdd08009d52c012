import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Event, type Fact, History } from '../lab/history';
import type { Process } from '../lab/processes';
import { claims } from './zombies';

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

const row = (pid: number, ppid: number, stat: string, comm: string): Process => {
  const args = stat.startsWith('Z') ? `[${comm}] <defunct>` : `./${comm}`;
  return { user: 'root', pid, ppid, pgid: 2, sid: 2, tty: '?', tpgid: -1, stat, comm, args };
};
const table = (moment: string, ...rows: Process[]): Noted => ({ moment, kind: 'processes', rows });
const line = (program: string, text: string): Noted => ({ kind: 'line', program, line: text });
const traced = (event: Event): Noted => ({ kind: 'event', witness: 'tracefs', ...event });
const ran = (command: string, stdout: string, status = 0, stderr = ''): Noted => ({
  kind: 'command',
  command,
  stdout,
  stderr,
  status,
});

const parent = row(2, 1, 'S', 'no-wait');
const zombie = row(3, 2, 'Z', 'no-wait');
const born = [line('parent', 'child 3'), line('parent', 'ready 2')];

test('zombie.definition: yes of a child that shows as Z and defunct, no of one that is gone', () => {
  says(
    'yes',
    /child 3 of 2 shows as Z \[no-wait\] <defunct>/,
    'zombie.definition',
    ...born,
    table('after', parent, zombie),
  );
  says('no', /child 3 of 2 is gone/, 'zombie.definition', ...born, table('after', parent));
});

test('zombie.definition: a child that runs, or a parent that is gone, settles nothing', () => {
  says('unseen', /had not ended/, 'zombie.definition', ...born, table('after', parent, { ...zombie, stat: 'S' }));
  says('unseen', /the parent \(2\) is gone/, 'zombie.definition', ...born, table('after', { ...zombie, ppid: 1 }));
});

test('zombie.definition: an older ps says defunct in the name', () => {
  const older = { ...zombie, comm: 'no-wait <defunct>', args: '[no-wait]' };
  says('yes', /shows as Z/, 'zombie.definition', ...born, table('after', parent, older));
});

test('zombie.ignored-keeps-nothing: only of a parent that never waits', () => {
  says('yes', /never waits/, 'zombie.ignored-keeps-nothing', ...born, table('after', parent));
  says('no', /shows as Z/, 'zombie.ignored-keeps-nothing', ...born, table('after', parent, zombie));
  says('unseen', /another program/, 'zombie.ignored-keeps-nothing', ...born, table('after', row(2, 1, 'S', 'waits')));
});

test('zombie.definition: whether anybody waited is the kernel to say, and no other tracer', () => {
  const gone = table('after', parent);
  const end = traced({ event: 'exit', pid: 3, status: 42 });
  const reap = traced({ event: 'reap', pid: 2, child: 3 });
  says('no', /gone, process 2 has waited for it$/, 'zombie.definition', ...born, end, reap, gone);
  says(
    'yes',
    /<defunct>, nobody has waited for it$/,
    'zombie.definition',
    ...born,
    end,
    table('after', parent, zombie),
  );
  says('yes', /gone, nobody has waited for it; its/, 'zombie.ignored-keeps-nothing', ...born, end, gone);
  says('no', /gone$/, 'zombie.definition', ...born, { ...end, witness: 'strace' }, gone);
});

const look = (held: string) =>
  ran(
    './look.sh 3',
    `name: late-wait\nstate: Z\nparent, group, session: 2 2 2\nCPU time: 5 ticks\nwait status: 10752\ncommand line: ${held}\nprogram: \nmemory: \ndescriptor table: FDSize:\t0\n`,
  );

test('zombie.only-the-entry: no when it still has a command line', () => {
  says('yes', /no command line, program, memory or descriptors/, 'zombie.only-the-entry', look(''));
  says('no', /and command line/, 'zombie.only-the-entry', look('./late-wait'));
});

test('zombie.keeps-status: no less than the child had counted itself, and there was a zombie before', () => {
  const used = line('parent', 'child 3 used 50 ms, 17000 kB');
  const before = table('before', parent, row(3, 2, 'Z', 'late-wait'));
  const claim = 'zombie.keeps-status';
  says(
    'yes',
    /fetched status 42, 51 ms/,
    claim,
    used,
    before,
    line('parent', 'fetched of 3: status 42, 51 ms, 17100 kB'),
  );
  says('no', /fetched status 42, 0 ms/, claim, used, before, line('parent', 'fetched of 3: status 42, 0 ms, 17100 kB'));
  says('no', /fetched nothing/, claim, used, before, line('parent', 'fetched nothing of 3: No child processes'));
  const after = line('parent', 'fetched of 3: status 42, 51 ms, 17100 kB');
  says('unseen', /no zombie/, claim, used, table('before', parent), after);
});

const again = 'Resource temporarily unavailable';
const attempt = (when: string, running: number, then = again, user = 5) =>
  line('slots', `${when}, user ${user}: running ${running}, then: ${then}`);
const zombies = [4, 5, 6].map((pid) => row(pid, 2, 'Z', 'slots'));

test('zombie.slot: as many fewer as there are zombies', () => {
  const full = table('full', row(2, 1, 'S', 'slots'), ...zombies);
  says('yes', /beside 3 zombies 7 could run.*10/, 'zombie.slot', full, attempt('at first', 7), attempt('later', 10));
  says('no', /beside 3 zombies 10/, 'zombie.slot', full, attempt('at first', 10), attempt('later', 10));
  const none = table('full', row(2, 1, 'S', 'slots'));
  says('no', /beside 0 zombies/, 'zombie.slot', none, attempt('at first', 10), attempt('later', 10));
  says('no', /beside 3 zombies 7/, 'zombie.costs-only-pid', full, attempt('at first', 7), attempt('later', 10));
});

test('zombie.slot: of root, and without a refusal, nothing can be said', () => {
  const full = table('full', ...zombies);
  assert.throws(
    () => asked('zombie.slot', full, attempt('at first', 7, again, 0), attempt('later', 10, again, 0)),
    /root is exempt/,
  );
  assert.throws(
    () => asked('zombie.slot', full, attempt('at first', 100, 'no refusal'), attempt('later', 100, 'no refusal')),
    /no refusal with EAGAIN/,
  );
});

test('zombie.pid-taken: to be forbidden to ask is no answer', () => {
  says('yes', /refused/, 'zombie.pid-taken', line('take-pid', 'PID 2 refused: File exists'));
  says('no', /given/, 'zombie.pid-taken', line('take-pid', 'PID 2 given'));
  says('unseen', /CAP_SYS_ADMIN/, 'zombie.pid-taken', line('take-pid', 'PID 2 refused: Operation not permitted'));
});

const ready = line('parent', 'ready 2, child 3');

test('zombie.kill-9-fails: only No such process is the error that is meant', () => {
  const claim = 'zombie.kill-9-fails';
  const tables = [table('before', parent, zombie), table('after', parent, zombie)];
  says('no', /success/, claim, ready, ...tables, ran('kill -9 3', ''));
  says('yes', /No such process/, claim, ready, ...tables, ran('kill -9 3', '', 1, 'kill: (3) - No such process'));
  says('unseen', /not permitted/, claim, ready, ...tables, ran('kill -9 3', '', 1, 'Operation not permitted'));
});

test('zombie.kill-9-changes-nothing: no when it changed state, or its parent is told of SIGKILL', () => {
  const claim = 'zombie.kill-9-changes-nothing';
  const [before, after] = [table('before', parent, zombie), table('after', parent, zombie)];
  says('yes', /told: status 42/, claim, ready, before, after, line('parent', 'fetched of 3: status 42, 50 ms, 1 kB'));
  const sigkill = line('parent', 'fetched of 3: killed by SIGKILL, 50 ms, 1 kB');
  says('no', /SIGKILL/, claim, ready, before, after, sigkill);
  const sent = traced({ event: 'signal', pid: 3, signal: 'SIGKILL', code: 'SI_USER', from: 6, fate: 'ignored' });
  const status = line('parent', 'fetched of 3: status 42, 50 ms, 1 kB');
  says('yes', /Z after, SIGKILL was ignored; its parent/, claim, ready, before, sent, after, status);
  says('no', /state S before, Z after/, claim, ready, table('before', { ...zombie, stat: 'S' }), after, sigkill);
});

test('zombie.kill-parent: yes when all are gone, no when one is left, nothing of none', () => {
  const before = table('before', parent, zombie);
  says('yes', /all 1 zombies are gone/, 'zombie.kill-parent', before, table('after'));
  says('no', /children of 1/, 'zombie.kill-parent', before, table('after', { ...zombie, ppid: 1 }));
  const moved = traced({ event: 'reparent', pid: 3, from: 2, to: 1 });
  const reap = traced({ event: 'reap', pid: 1, child: 3 });
  says('yes', /gone; init waited for 1 of them$/, 'zombie.kill-parent', before, moved, reap, table('after'));
  const elsewhere = table('after', { ...zombie, ppid: 9 });
  assert.throws(() => asked('zombie.kill-parent', before, moved, elsewhere), /3 went to 1 by the trace, and not by ps/);
  assert.throws(() => asked('zombie.kill-parent', table('before', parent), table('after')), /no zombie to begin with/);
});

test('zombie.kill-parent-hands-over: no when they kept their parent', () => {
  const before = table('before', parent, zombie);
  const claim = 'zombie.kill-parent-hands-over';
  says('yes', /children of 1; before, of 2/, claim, before, table('after', { ...zombie, ppid: 1 }));
  says('no', /children of 2/, claim, before, table('after', parent, zombie));
  says('no', /0 of 1/, claim, before, table('after'));
});

test('zombie.defunct-is-dead: no when a thread is not dead', () => {
  const states = (text: string) => ran('grep State /proc/3/task/*/status', text);
  const defunct = table('defunct', zombie);
  says('yes', /threads: Z/, 'zombie.defunct-is-dead', defunct, states('State:\tZ (zombie)\n'));
  says(
    'no',
    /threads: Z, S/,
    'zombie.defunct-is-dead',
    defunct,
    states('a:State:\tZ (zombie)\nb:State:\tS (sleeping)\n'),
  );
  says('unseen', /nothing was read/, 'zombie.defunct-is-dead', defunct, states(''));
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
