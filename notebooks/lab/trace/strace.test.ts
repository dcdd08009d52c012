import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStrace } from './strace';

/** Lines as strace 6.1 writes them, each at its own hundredth of a second; the events without their times. */
const read = (...lines: string[]) =>
  parseStrace(lines.map((line, i) => `${line.replace(' ', ` 1795416199.${10 + i}0000 `)}\n`).join('')).map(
    ({ at, ...event }) => event,
  );

test('a signal that a process sent names its sender', () => {
  assert.deepEqual(read('76 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=71, si_uid=0} ---'), [
    { event: 'signal', pid: 76, signal: 'SIGTERM', code: 'SI_USER', from: 71 },
  ]);
});

test('a signal that a thread sent names its sender', () => {
  assert.deepEqual(read('22 --- SIGABRT {si_signo=SIGABRT, si_code=SI_TKILL, si_pid=22, si_uid=0} ---'), [
    { event: 'signal', pid: 22, signal: 'SIGABRT', code: 'SI_TKILL', from: 22 },
  ]);
});

test('a signal from the kernel has no sender', () => {
  assert.deepEqual(read('30 --- SIGHUP {si_signo=SIGHUP, si_code=SI_KERNEL} ---'), [
    { event: 'signal', pid: 30, signal: 'SIGHUP', code: 'SI_KERNEL' },
  ]);
});

test('the child that a SIGCHLD tells of is not its sender', () => {
  const chld =
    '71 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=76, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---';
  assert.deepEqual(read(chld), [{ event: 'signal', pid: 71, signal: 'SIGCHLD', code: 'CLD_EXITED' }]);
});

test('an end has a status, or the signal that made it, with a core or without', () => {
  assert.deepEqual(
    read('76 +++ exited with 127 +++', '77 +++ killed by SIGTERM +++', '78 +++ killed by SIGSEGV (core dumped) +++'),
    [
      { event: 'exit', pid: 76, status: 127 },
      { event: 'exit', pid: 77, signal: 'SIGTERM' },
      { event: 'exit', pid: 78, signal: 'SIGSEGV' },
    ],
  );
});

test('a kill names who called it, and whom; a negative number is a group', () => {
  assert.deepEqual(read('30 kill(31, SIGTERM) = 0', '30 kill(-31, SIGHUP) = 0'), [
    { event: 'kill', by: 30, to: 31, signal: 'SIGTERM', result: 'ok' },
    { event: 'kill', by: 30, to: -31, signal: 'SIGHUP', result: 'ok' },
  ]);
});

test('a kill that failed is told, as failed', () => {
  assert.deepEqual(read('30 kill(999999, 0) = -1 ESRCH (No such process)', '30 kill(1, SIGTERM) = -1 EPERM (…)'), [
    { event: 'kill', by: 30, to: 999999, signal: '0', result: 'failed' },
    { event: 'kill', by: 30, to: 1, signal: 'SIGTERM', result: 'failed' },
  ]);
});

test('a signal to a thread names the process, and the signal', () => {
  assert.deepEqual(read('22 tgkill(22, 23, SIGABRT) = 0'), [
    { event: 'kill', by: 22, to: 22, signal: 'SIGABRT', result: 'ok' },
  ]);
});

test('every way to fork is a fork', () => {
  const flags = 'child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f1bf4bffa10';
  assert.deepEqual(
    read(
      `71 clone(${flags}) = 78`,
      '71 vfork() = 79',
      '71 fork() = 80',
      '71 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f6c9d190000, stack_size=0x9000}, 88) = 81',
    ),
    [78, 79, 80, 81].map((child) => ({ event: 'fork', pid: 71, child })),
  );
});

test('a thread is no child', () => {
  const thread = 'clone3({flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD, exit_signal=0} => {parent_tid=[18]}, 88) = 18';
  assert.deepEqual(read(`17 ${thread}`), []);
});

test('a program that could not be executed is no exec', () => {
  assert.deepEqual(
    read(
      '71 execve("/usr/local/bin/sh", ["sh", "s.sh"], 0x7fffdae43978 /* 35 vars */) = -1 ENOENT (No such file or directory)',
      '71 execve("/usr/bin/sh", ["sh", "s.sh"], 0x7fffdae43978 /* 35 vars */) = 0',
    ),
    [{ event: 'exec', pid: 71, path: '/usr/bin/sh' }],
  );
});

test('a session or a group of its own is told of, and who was put into which group', () => {
  assert.deepEqual(
    read('71 setsid() = 71', '71 setsid() = -1 EPERM (…)', '87 setpgid(92, 93) = 0', '92 setpgid(0, 0) = 0'),
    [
      { event: 'setsid', pid: 71 },
      { event: 'setpgid', pid: 87, of: 92, pgid: 93 },
      { event: 'setpgid', pid: 92, of: 92, pgid: 92 },
    ],
  );
});

test('a child that was waited for is reaped', () => {
  assert.deepEqual(
    read(
      '71 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG, NULL) = 79',
      '71 wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = 80',
    ),
    [
      { event: 'reap', pid: 71, child: 79 },
      { event: 'reap', pid: 71, child: 80 },
    ],
  );
});

test('a wait that found nobody is no reap', () => {
  assert.deepEqual(
    read(
      '71 wait4(-1, 0x7ffe193980cc, WNOHANG, NULL) = 0',
      '71 wait4(-1, 0x7ffe193980cc, WNOHANG, NULL) = -1 ECHILD (No child processes)',
      '71 wait4(-1, 0x7ffe193980cc, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
    ),
    [],
  );
});

test('a child that stopped or went on is not reaped', () => {
  assert.deepEqual(
    read(
      '87 wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}], WNOHANG|WSTOPPED|WCONTINUED, NULL) = 92',
      '87 wait4(-1, [{WIFCONTINUED(s)}], WNOHANG|WSTOPPED|WCONTINUED, NULL) = 92',
    ),
    [],
  );
});

test('waitid reaps whom it tells of, unless it only looks', () => {
  const told = '{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=22, si_uid=0, si_status=SIGABRT, si_utime=0, si_stime=0}';
  assert.deepEqual(
    read(`17 waitid(P_ALL, 0, ${told}, WEXITED|WNOWAIT, NULL) = 0`, `17 waitid(P_ALL, 0, ${told}, WEXITED, NULL) = 0`),
    [{ event: 'reap', pid: 17, child: 22 }],
  );
});

test('a call that another process interrupted is joined again, and told when it ended', () => {
  const events = parseStrace(`71 100.10 vfork( <unfinished ...>
76 100.20 execve("/usr/bin/sh", ["sh", "-c", "kill -TERM $$"], 0x555ebc722a78 /* 35 vars */ <unfinished ...>
71 100.30 <... vfork resumed>)              = 76
71 100.40 wait4(-1,  <unfinished ...>
76 100.50 <... execve resumed>)             = 0
76 100.60 +++ killed by SIGTERM +++
71 100.70 <... wait4 resumed>[{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = 76
`);
  assert.deepEqual(events, [
    { at: 100.3, event: 'fork', pid: 71, child: 76 },
    { at: 100.5, event: 'exec', pid: 76, path: '/usr/bin/sh' },
    { at: 100.6, event: 'exit', pid: 76, signal: 'SIGTERM' },
    { at: 100.7, event: 'reap', pid: 71, child: 76 },
  ]);
});

test('two processes interrupted in the same call are not mixed up', () => {
  assert.deepEqual(
    read(
      '71 kill(76,  <unfinished ...>',
      '72 kill(77,  <unfinished ...>',
      '71 <... kill resumed>SIGTERM) = 0',
      '72 <... kill resumed>SIGKILL) = -1 ESRCH (No such process)',
    ).map((event) => (event.event === 'kill' ? [event.by, event.signal, event.result] : event)),
    [
      [71, 'SIGTERM', 'ok'],
      [72, 'SIGKILL', 'failed'],
    ],
  );
});

test('a call that a death cut short gives the death alone', () => {
  assert.deepEqual(
    read(
      '71 wait4(-1,  <unfinished ...>',
      '71 <... wait4 resumed>, <unfinished ...>) = ?',
      '71 +++ killed by SIGKILL +++',
    ),
    [{ event: 'exit', pid: 71, signal: 'SIGKILL' }],
  );
});

test('a line that is cut off or not understood is left out, and the others stay', () => {
  const whole = '71 100.500000 +++ exited with 0 +++';
  const odd = [
    '',
    'strace: Process 71 attached',
    '71 100.100000 exit_group(0)   = ?',
    '71 100.200000 --- stopped by SIGSTOP ---',
    '71 100.300000 rt_sigreturn({mask=[]}) = 0',
    '71 100.400000 <... kill resumed>SIGTERM) = 0',
    '71 100.500000 --- SIGTERM {si_signo=SIGTERM, si_code=SI_US',
  ];
  assert.deepEqual(parseStrace([...odd, whole, ''].join('\n')), [{ at: 100.5, event: 'exit', pid: 71, status: 0 }]);
});

test('wherever a trace is cut off, no event is told that the whole would not tell', () => {
  const trace = `71 100.10 kill(-76, SIGTERM) = 0
76 100.20 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=71, si_uid=0} ---
76 100.30 +++ killed by SIGTERM +++
71 100.40 wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = 76
`;
  const whole = parseStrace(trace);
  assert.equal(whole.length, 4);
  for (let end = 0; end < trace.length; end++) {
    const cut = parseStrace(trace.slice(0, end));
    assert.deepEqual(cut, whole.slice(0, cut.length), `cut off after ${JSON.stringify(trace.slice(0, end))}`);
  }
});

test('a hundred thousand lines are read', () => {
  const lines = Array.from({ length: 25_000 }, (_, i) => [
    `71 ${i}.1 vfork( <unfinished ...>`,
    `71 ${i}.2 <... vfork resumed>) = ${i + 100}`,
    `${i + 100} ${i}.3 +++ exited with 0 +++`,
    `71 ${i}.4 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = ${i + 100}`,
  ]).flat();
  assert.equal(lines.length, 100_000);
  const events = parseStrace(`${lines.join('\n')}\n`);
  assert.equal(events.length, 75_000);
  assert.deepEqual(events.at(-1), { at: 24999.4, event: 'reap', pid: 71, child: 25_099 });
});
