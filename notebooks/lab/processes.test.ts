import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { aProcess } from './fixtures/histories';
import { ProcessTable, parseProcesses, psCommand } from './processes';

/** As ps 4.0 prints it, the columns of `psCommand` and all. */
const printed = `USER                                 PID    PPID    PGID     SID TT                 TPGID STAT COMMAND                          COMMAND
root                                   1       0       1       1 ?                     -1 Ss   init                             /opt/init /mnt /mnt/.box
root                                  30       1      30      30 pts/0                 31 Ss   bash                             bash --norc --noprofile -i
a-user-whose-name-fills-a-column     31      30      31      30 pts/0                 31 S+   a b                              ./a b 60
www-data                              32      31      31      30 pts/0                 31 Z+   b.sh <defunct>                   [b.sh] <defunct>
root                             4194304       1 4194304 4194304 ?                     -1 Ss   日本 語                            ./日本 語  with  gaps
root                                  40      30      40      30 pts/0                 31 T    sleep                            sleep 60
`;
const table = new ProcessTable(parseProcesses(printed));
const pids = (rows: { pid: number }[]) => rows.map(({ pid }) => pid);

test('a row is read as ps prints it', () => {
  assert.deepEqual(table.find(30), {
    user: 'root',
    pid: 30,
    ppid: 1,
    pgid: 30,
    sid: 30,
    tty: 'pts/0',
    tpgid: 31,
    stat: 'Ss',
    comm: 'bash',
    args: 'bash --norc --noprofile -i',
  });
});

test('a process without a controlling terminal has TTY ? and TPGID -1', () => {
  const { tty, tpgid } = table.named('init');
  assert.deepEqual([tty, tpgid], ['?', -1]);
});

test('a name with spaces in it is one name', () => {
  assert.equal(table.find(31)?.comm, 'a b');
  assert.equal(table.find(31)?.args, './a b 60');
});

test('a name in another script is one name, and the gaps between arguments stay', () => {
  assert.equal(table.find(4194304)?.comm, '日本 語');
  assert.equal(table.find(4194304)?.args, './日本 語  with  gaps');
});

test('a user name as wide as its column does not run into the next', () => {
  const { user = '', pid } = table.find(31) ?? {};
  assert.deepEqual([user, user.length, pid], ['a-user-whose-name-fills-a-column', 32, 31]);
});

test('a zombie is found by the name that it had', () => {
  assert.equal(table.named('b.sh').pid, 32);
  assert.equal(table.named('b.sh').comm, 'b.sh <defunct>');
});

test('an empty table is read from the heading alone', () => {
  assert.deepEqual(parseProcesses(printed.slice(0, printed.indexOf('\n') + 1)), []);
});

test('a process that has just been waited for is no row of the table', () => {
  const dead = `root${' '.repeat(31)}404     0 4294967295 -1 ?                 -1 X+   as${' '.repeat(31)}[as]\n`;
  assert.deepEqual(parseProcesses(printed + dead), parseProcesses(printed));
});

test('a line that is no row is refused, and quoted', () => {
  assert.throws(() => parseProcesses(`${printed}ps: out of memory\n`), {
    message: 'ps printed a line that is no row: "ps: out of memory"',
  });
});

test('what ps prints on this very host is read, this process among it', () => {
  const [program = '', ...args] = psCommand.split(' ');
  const rows = parseProcesses(execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 }));
  assert.equal(rows.find(({ pid }) => pid === process.pid)?.ppid, process.ppid);
});

test('a name that nobody has is refused, with the names that there are', () => {
  assert.throws(() => table.named('a.sh'), {
    message:
      'no processes are called a.sh; there are: 1 init, 30 bash, 31 a b, 32 b.sh <defunct>, 4194304 日本 語, 40 sleep',
  });
});

test('a name that two have is refused: which was meant is not guessed', () => {
  const two = new ProcessTable([aProcess({ pid: 5, comm: 'sh' }), aProcess({ pid: 6, comm: 'sh <defunct>' })]);
  assert.throws(() => two.named('sh'), { message: '2 processes are called sh; there are: 5 sh, 6 sh <defunct>' });
  assert.deepEqual(pids(two.allNamed('sh')), [5, 6]);
});

test('a name is no prefix: sh is not sh2', () => {
  assert.deepEqual(new ProcessTable([aProcess({ comm: 'sh2' })]).allNamed('sh'), []);
});

test('children are those whose parent it is, not their children', () => {
  assert.deepEqual(pids(table.childrenOf(30)), [31, 40]);
  assert.deepEqual(table.childrenOf(32), []);
});

test('a group is all who have its PGID, whoever their parents are', () => {
  assert.deepEqual(pids(table.inGroup(31)), [31, 32]);
});

test('below a process stands it, its children and theirs, in the order of the table', () => {
  assert.deepEqual(pids(table.below(30).rows), [30, 31, 32, 40]);
});

test('descendants are found when they stand before their ancestors', () => {
  const reversed = new ProcessTable([...table.rows].reverse());
  assert.deepEqual(pids(reversed.below(30).rows), [40, 32, 31, 30]);
});

test('below a process that is not there stands nobody', () => {
  assert.deepEqual(table.below(99).rows, []);
});

test('a table is printed in columns, numbers to the right', () => {
  assert.equal(
    String(table.below(30)),
    `PID PPID PGID SID TTY   TPGID STAT COMMAND
 30    1   30  30 pts/0    31 Ss   bash
 31   30   31  30 pts/0    31 S+   a b
 32   31   31  30 pts/0    31 Z+   b.sh <defunct>
 40   30   40  30 pts/0    31 T    sleep`,
  );
});
