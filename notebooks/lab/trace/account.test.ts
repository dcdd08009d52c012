import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../history';
import { accountOf } from './account';
import { parseTraceLine, type TraceEvent, type TraceLine } from './line';

/** Lines by hand: one a millisecond. */
const traced = (...lines: [task: number, event: TraceEvent][]): TraceLine[] =>
  lines.map(([task, event], i) => ({ at: i / 1000, task, context: 'task', ...event }));

/** Init is 100 for the kernel, and 1 inside. */
const told = (lines: TraceLine[]): Event[] =>
  accountOf(lines, { task: 100, pid: 1 }).events.map(({ at, ...event }) => event as Event);

const forks = (task: number, child: number, pid: number, flags = 0): [number, TraceEvent][] => [
  [task, { line: 'new task', child, flags }],
  [task, { line: 'return', call: 'clone', value: pid }],
];
const signal = (number: number, pid: number, result = 0, code = 0): TraceEvent => ({
  line: 'generate',
  signal: number,
  code,
  pid,
  result,
});
const takes = (number: number, action: 'default' | 'handler' = 'default'): TraceEvent => ({
  line: 'deliver',
  signal: number,
  code: 0,
  action,
});
const exit = (pid: number): [number, TraceEvent] => [pid, { line: 'exit', pid }];
const endings = (lines: TraceLine[]) => told(lines).filter((event) => event.event === 'exit');
const fates = (lines: TraceLine[]) =>
  told(lines).flatMap((event) => (event.event === 'signal' ? [`${event.signal} ${event.fate}`] : []));

const tcp = (from: string, to: string, local: string, remote: string): TraceEvent => ({
  line: 'tcp',
  from,
  to,
  local,
  remote,
});
const server = '127.0.0.1:8080';

/** `sh -c 'kill -TERM $$'` under a shell, as Linux 6.18 told of it; what else the machine did is left in. */
const recorded = `
           <...>-100   [000] .....  4611.479530: task_newtask: pid=14902 comm=init clone_flags=1200000 oom_score_adj=0
           <...>-13591 [001] .....  4611.479531: task_newtask: pid=14901 comm=node clone_flags=1200000 oom_score_adj=0
           <...>-13591 [001] .....  4611.479532: sys_clone -> 0x3a35
           <...>-100   [000] .....  4611.479533: sys_clone -> 0x2
           <...>-14902 [000] .....  4611.479903: sys_setsid -> 0x2
           <...>-14902 [000] .....  4611.480003: sched_process_exec: filename=/usr/bin/sh pid=14902 old_pid=14902
           <...>-14902 [000] .....  4611.481640: sys_kill(pid: 0x2, sig: 0xf)
           <...>-14902 [000] d..1.  4611.481649: signal_generate: sig=15 errno=0 code=0 comm=sh pid=14902 grp=1 res=0
           <...>-14902 [000] .....  4611.481649: sys_kill -> 0x0
           <...>-14902 [000] d..1.  4611.481650: signal_deliver: sig=9 errno=0 code=0 sa_handler=0 sa_flags=0
           <...>-14902 [000] .....  4611.481653: sched_process_exit: comm=sh pid=14902 prio=120 group_dead=true
           <...>-14902 [000] dN.2.  4611.481686: signal_generate: sig=17 errno=0 code=2 comm=init pid=100 grp=1 res=0
           <...>-100   [000] .....  4611.481725: sys_wait4 -> 0x2
`
  .trim()
  .split('\n');

test('a recorded trace, line by line', () => {
  assert.deepEqual(told(recorded.map(parseTraceLine)), [
    { event: 'fork', pid: 1, child: 2 },
    { event: 'setsid', pid: 2 },
    { event: 'exec', pid: 2, path: '/usr/bin/sh' },
    { event: 'kill', by: 2, to: 2, signal: 'SIGTERM', result: 'ok' },
    { event: 'signal', pid: 2, signal: 'SIGTERM', code: 'SI_USER', from: 2, fate: 'delivered' },
    { event: 'exit', pid: 2, signal: 'SIGTERM' },
    { event: 'signal', pid: 1, signal: 'SIGCHLD', code: 'CLD_KILLED', child: 2, fate: 'blocked' },
    { event: 'reap', pid: 1, child: 2 },
  ]);
});

test('the order is that of the times, whichever buffer was emptied first', () => {
  const lines = recorded.map(parseTraceLine);
  assert.deepEqual(told([...lines.slice(-1), ...lines.slice(0, -1)]), told(lines));
});

test("a process is called by the PID that its parent's call returned, even where it ended before", () => {
  const [made, returned] = traced(...forks(100, 200, 2)) as [TraceLine, TraceLine];
  const [ended] = traced(exit(200)) as [TraceLine];
  const events = told([made, { ...ended, at: 0.0005 } as TraceLine, returned]);
  assert.deepEqual(events, [
    { event: 'fork', pid: 1, child: 2 },
    { event: 'exit', pid: 2 },
  ]);
});

test('a process whose PID was never returned is unknown: 0', () => {
  assert.deepEqual(told(traced([100, { line: 'new task', child: 200, flags: 0 }], exit(200))), [
    { event: 'fork', pid: 1, child: 0 },
    { event: 'exit', pid: 0 },
  ]);
});

test('a PID that comes round again is another process', () => {
  const lines = traced(...forks(100, 200, 2), exit(200), [7, { line: 'new task', child: 200, flags: 0 }], exit(200));
  assert.equal(endings(lines).length, 1);
});

test('one that is not followed is another, though it has the PID that one of ours had', () => {
  const others = (event: TraceEvent): TraceLine => ({ at: 9, task: 200, context: 'task', of: 'others', ...event });
  const lines = [...traced(...forks(100, 200, 2), exit(200)), others(signal(15, 100)), others(signal(15, 200))];
  assert.deepEqual(told([...lines, others(tcp('CLOSE', 'SYN_SENT', '127.0.0.1:0', server))]).slice(2), [
    { event: 'signal', pid: 1, signal: 'SIGTERM', code: 'SI_USER', from: 0, fate: 'blocked' },
  ]);
});

test('a thread is no process: its acts are those of its process, which ends with the last', () => {
  const thread = 0x10000;
  const lines = traced(
    ...forks(100, 200, 2),
    ...forks(200, 201, 3, thread),
    ...forks(201, 202, 4),
    exit(200),
    exit(201),
    [100, { line: 'return', call: 'wait4', value: 2 }],
  );
  assert.deepEqual(told(lines), [
    { event: 'fork', pid: 1, child: 2 },
    { event: 'fork', pid: 2, child: 4 },
    { event: 'exit', pid: 2 },
    { event: 'reparent', pid: 4, from: 2, to: 1 },
    { event: 'reap', pid: 1, child: 2 },
  ]);
});

test('what is numbered in a namespace of its own is unknown, its first process is not', () => {
  const unshare: [number, TraceEvent][] = [
    [200, { line: 'call', call: 'unshare', words: [0x20000000] }],
    [200, { line: 'return', call: 'unshare', value: 0 }],
  ];
  const inner = traced(...forks(100, 200, 2), ...unshare, ...forks(200, 300, 3), ...forks(300, 301, 2));
  assert.deepEqual(told(inner).slice(1), [
    { event: 'fork', pid: 2, child: 3 },
    { event: 'fork', pid: 3, child: 0 },
  ]);
  const cloned = traced(...forks(100, 200, 2, 0x20000000), ...forks(200, 201, 2));
  assert.deepEqual(told(cloned).slice(1), [{ event: 'fork', pid: 2, child: 0 }]);
});

test('a process ends with the status that it gave, or by the signal that its SIGCHLD tells of', () => {
  const status: [number, TraceEvent] = [200, { line: 'call', call: 'exit_group', words: [0x103] }];
  const born = forks(100, 200, 2);
  assert.deepEqual(endings(traced(...born, status, exit(200))), [{ event: 'exit', pid: 2, status: 3 }]);
  const raced = [...born, [7, signal(15, 200)], status, [200, takes(9)], exit(200)] as [number, TraceEvent][];
  assert.deepEqual(endings(traced(...raced, [200, signal(17, 100, 0, 1)])), [{ event: 'exit', pid: 2, status: 3 }]);
  assert.deepEqual(endings(traced(...raced, [200, signal(17, 100, 0, 2)])), [
    { event: 'exit', pid: 2, signal: 'SIGTERM' },
  ]);
  assert.deepEqual(endings(traced(...raced)), [{ event: 'exit', pid: 2 }], 'which of the two it was is not known');
});

test('the SIGKILL in the place of another signal is that other one; a SIGKILL that was sent is itself', () => {
  const born = forks(100, 200, 2);
  const killed = (...lines: [number, TraceEvent][]) =>
    endings(traced(...born, ...lines, exit(200), [200, signal(17, 100, 0, 2)]));
  assert.deepEqual(killed([7, signal(1, 200)], [200, takes(9)]), [{ event: 'exit', pid: 2, signal: 'SIGHUP' }]);
  assert.deepEqual(killed([7, signal(15, 200)], [7, signal(9, 200)], [200, takes(9)]), [
    { event: 'exit', pid: 2, signal: 'SIGKILL' },
  ]);
  assert.deepEqual(killed([7, signal(15, 200)], [7, signal(9, 200, 1)], [200, takes(9)]), [
    { event: 'exit', pid: 2, signal: 'SIGTERM' },
  ]);
  assert.deepEqual(killed([7, signal(17, 200)], [200, takes(9)]), [{ event: 'exit', pid: 2 }], 'SIGCHLD ends nobody');
});

test('a signal is delivered, ignored, dropped or blocked', () => {
  const lines = traced(
    ...forks(100, 200, 2),
    [7, signal(10, 200)],
    [7, signal(10, 200, 2)],
    [200, takes(10, 'handler')],
    [7, signal(12, 200, 1)],
    [7, signal(15, 200)],
  );
  assert.deepEqual(fates(lines), ['SIGUSR1 delivered', 'SIGUSR1 dropped', 'SIGUSR2 ignored', 'SIGTERM blocked']);
});

test('a signal names its sender, 0 from outside; the kernel is none', () => {
  const from = (task: number, code: number) =>
    told(traced(...forks(100, 200, 2), [task, signal(15, 200, 0, code)])).flatMap((event) =>
      event.event === 'signal' ? [[event.code, event.from]] : [],
    );
  assert.deepEqual(from(200, 0), [['SI_USER', 2]]);
  assert.deepEqual(from(7, 0), [['SI_USER', 0]]);
  assert.deepEqual(from(7, -6), [['SI_TKILL', 0]]);
  assert.deepEqual(from(200, 128), [['SI_KERNEL', undefined]]);
});

test('a signal that comes without having been seen to be sent is told all the same', () => {
  assert.deepEqual(
    told(traced(...forks(100, 200, 2), [200, { line: 'deliver', signal: 12, code: 0, action: 'handler' }])).slice(1),
    [{ event: 'signal', pid: 2, signal: 'SIGUSR2', code: 'SI_USER', from: 0, fate: 'delivered' }],
  );
});

test('a wait takes away who has ended; to be told that one stopped takes nobody away', () => {
  const wait: [number, TraceEvent] = [100, { line: 'return', call: 'wait4', value: 2 }];
  const reaps = told(traced(...forks(100, 200, 2), wait, exit(200), wait, wait)).filter(
    ({ event }) => event === 'reap',
  );
  assert.deepEqual(reaps, [{ event: 'reap', pid: 1, child: 2 }]);
});

test('waitid names the child that it was asked for, unless it only looks', () => {
  const waitid = (...words: number[]): [number, TraceEvent][] => [
    [100, { line: 'call', call: 'waitid', words }],
    [100, { line: 'return', call: 'waitid', value: 0 }],
  ];
  const reaps = (...words: number[]) =>
    told(traced(...forks(100, 200, 2), exit(200), ...waitid(...words))).filter(({ event }) => event === 'reap').length;
  assert.equal(reaps(1, 2, 0, 4), 1);
  assert.equal(reaps(1, 2, 0, 4 | 0x1000000), 0, 'WNOWAIT');
  assert.equal(reaps(0, 0, 0, 4), 0, 'of any child: which one is not told');
});

test('a kill that fails is told as failed; a signal 0 is none', () => {
  const call = (words: number[], value: number): [number, TraceEvent][] => [
    [100, { line: 'call', call: 'kill', words }],
    [100, { line: 'return', call: 'kill', value }],
  ];
  assert.deepEqual(told(traced(...call([-5, 15], -3), ...call([5, 0], 0))), [
    { event: 'kill', by: 1, to: -5, signal: 'SIGTERM', result: 'failed' },
    { event: 'kill', by: 1, to: 5, signal: '0', result: 'ok' },
  ]);
});

test('lost events and lines that cannot be read are gaps; what is there is told nevertheless', () => {
  const lines = [
    ...recorded.map(parseTraceLine),
    { line: 'lost', events: 5 },
    { line: 'lost', events: 0 },
    parseTraceLine('cut o'),
  ] as TraceLine[];
  const { events, gaps } = accountOf(lines, { task: 100, pid: 1 });
  assert.equal(events.length, 8);
  assert.deepEqual(gaps, [
    { because: "the kernel's trace buffer overran, at least 5 events are lost" },
    { because: '1 lines of the trace could not be read' },
  ]);
});

test('a trace without a word of the first process is none', () => {
  assert.deepEqual(accountOf(recorded.map(parseTraceLine), { task: 101, pid: 1 }), {
    events: [],
    gaps: [{ because: 'the trace tells nothing of the first process: it was not followed' }],
  });
});

test('a connection belongs to who opened it, whoever was interrupted when a packet came', () => {
  const lines = traced(
    ...forks(100, 200, 2),
    [200, tcp('CLOSE', 'SYN_SENT', '127.0.0.1:0', server)],
    [200, tcp('SYN_SENT', 'ESTABLISHED', '127.0.0.1:4000', server)],
    [9, tcp('LISTEN', 'SYN_RECV', server, '127.0.0.1:4000')],
    [9, tcp('CLOSE', 'SYN_SENT', '127.0.0.1:0', '127.0.0.1:99')],
    [9, tcp('ESTABLISHED', 'FIN_WAIT1', '127.0.0.1:4001', server)],
  ).map((line, i) => (i === 4 ? ({ ...line, context: 'interrupt' } as TraceLine) : line));
  assert.deepEqual(
    told(lines).flatMap((event) => (event.event === 'tcp' ? [[event.local, event.to, event.pid]] : [])),
    [
      ['127.0.0.1:0', 'SYN_SENT', 2],
      ['127.0.0.1:4000', 'ESTABLISHED', 2],
      [server, 'SYN_RECV', undefined],
    ],
  );
});

test('a change of state that does not go out from the one before is a gap among the connections, and no guess', () => {
  const client = '127.0.0.1:4000';
  const lines = traced(
    ...forks(100, 200, 2),
    [200, tcp('CLOSE', 'SYN_SENT', client, server)],
    [200, tcp('SYN_SENT', 'ESTABLISHED', client, server)],
    [9, tcp('ESTABLISHED', 'CLOSE_WAIT', client, server)],
    [9, tcp('ESTABLISHED', 'CLOSE_WAIT', client, server)],
  ).map((line) => ('task' in line && line.task === 9 ? ({ ...line, context: 'interrupt' } as TraceLine) : line));
  assert.deepEqual(accountOf(lines, { task: 100, pid: 1 }).gaps, [
    { because: `${client} to ${server} left ESTABLISHED, in which it was not known to be`, of: 'tcp' },
  ]);
  assert.deepEqual(accountOf(lines.slice(0, -1), { task: 100, pid: 1 }).gaps, []);
});

test('a hundred thousand lines are read', () => {
  const lines = Array.from({ length: 25_000 }, (_, i) => {
    const [task, pid, at] = [1000 + i, 2 + i, (i / 1000).toFixed(6)];
    const head = (who: number) => `           <...>-${who}   [000] .....  ${at}: `;
    return [
      `${head(100)}task_newtask: pid=${task} comm=init clone_flags=1200000 oom_score_adj=0`,
      `${head(100)}sys_clone -> 0x${pid.toString(16)}`,
      `${head(task)}sched_process_exit: comm=sh pid=${task} prio=120 group_dead=true`,
      `${head(100)}sys_wait4 -> 0x${pid.toString(16)}`,
    ];
  }).flat();
  const { events, gaps } = accountOf(lines.map(parseTraceLine), { task: 100, pid: 1 });
  assert.deepEqual([events.length, gaps], [75_000, []]);
  assert.ok(!events.some((event) => 'pid' in event && event.pid === 0));
});
