import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTraceLine, receiverOf } from './line';

/** The line as Linux 6.18 writes it, behind the same head; what it says, without that. */
function read(said: string, flags = '.....') {
  const line = parseTraceLine(`           <...>-14908   [000] ${flags}  4611.481649: ${said}`);
  if (!('at' in line)) return line;
  const { at, task, context, ...event } = line;
  assert.deepEqual([at, task], [4611.481649, 14908]);
  return event;
}

test('a line has a time, a task, and whether that was interrupted', () => {
  const line = (flags: string) =>
    parseTraceLine(`            bash-7       [001] ${flags} 12.000001: sched_process_exit: comm=a pid=7 prio=120`);
  assert.deepEqual(line('.....'), { at: 12.000001, task: 7, context: 'task', line: 'exit', pid: 7 });
  for (const flags of ['..s2.', 'd.h1.', 'dNH1.', 'd.s.'])
    assert.deepEqual({ ...line(flags) }, { ...line('.....'), context: 'interrupt' });
  assert.deepEqual({ ...line('dN.2.') }, { ...line('.....') });
});

test('a name may have spaces, dashes and colons in it', () => {
  const odd = parseTraceLine(
    ' a-1 [000] x: 1:-2       [001] ..... 12.000001: sched_process_exit: comm=x pid=1 prio=9 pid=2 prio=120 group_dead=true',
  );
  assert.deepEqual(odd, { at: 12.000001, task: 2, context: 'task', line: 'exit', pid: 2 });
});

test('a new task has the flags that it was made with', () => {
  assert.deepEqual(read('task_newtask: pid=14910 comm=bash clone_flags=1200000 oom_score_adj=0'), {
    line: 'new task',
    child: 14910,
    flags: 0x1200000,
  });
});

test('an exec names the file, spaces and all', () => {
  assert.deepEqual(read('sched_process_exec: filename=/a pid=1 b pid=7 old_pid=7'), {
    line: 'exec',
    path: '/a pid=1 b',
    pid: 7,
  });
});

test('an exit is read with group_dead and without', () => {
  for (const end of ['', ' group_dead=true', ' group_dead=false'])
    assert.deepEqual(read(`sched_process_exit: comm=sh pid=7 prio=120${end}`), { line: 'exit', pid: 7 });
});

test('a signal that is sent has its receiver, code and result', () => {
  assert.deepEqual(read('signal_generate: sig=17 errno=0 code=1 comm=init pid=14585 grp=1 res=2', 'dN.2.'), {
    line: 'generate',
    signal: 17,
    code: 1,
    pid: 14585,
    result: 2,
  });
  assert.deepEqual(read('signal_generate: sig=23 errno=0 code=-6 comm=x pid=9 res=2 pid=10491 grp=0 res=0'), {
    line: 'generate',
    signal: 23,
    code: -6,
    pid: 10491,
    result: 0,
  });
});

test('the receiver of a signal can be told without reading the line', () => {
  assert.equal(
    receiverOf('x signal_generate: sig=17 errno=0 code=1 comm=a pid=1 grp=1 res=2 pid=14585 grp=1 res=2'),
    14585,
  );
  assert.equal(receiverOf('x sched_process_exit: comm=sh pid=7 prio=120'), undefined);
});

test('a signal that is taken has the action', () => {
  const taken = (handler: string) =>
    read(`signal_deliver: sig=15 errno=0 code=0 sa_handler=${handler} sa_flags=14000000`);
  assert.deepEqual(taken('0'), { line: 'deliver', signal: 15, code: 0, action: 'default' });
  assert.deepEqual(taken('1'), { line: 'deliver', signal: 15, code: 0, action: 'ignore' });
  assert.deepEqual(taken('558c2dd4ae40'), { line: 'deliver', signal: 15, code: 0, action: 'handler' });
});

test('a call has its arguments, whichever way they are written, with their sign', () => {
  assert.deepEqual(read('sys_kill(pid: 0xffffa668, sig: 0xf)'), { line: 'call', call: 'kill', words: [-22936, 15] });
  assert.deepEqual(read('sys_kill(pid: ffffffffffffa668, sig: f)'), {
    line: 'call',
    call: 'kill',
    words: [-22936, 15],
  });
  assert.deepEqual(read('sys_exit_group(error_code: 0)'), { line: 'call', call: 'exit_group', words: [0] });
  assert.deepEqual(read('sys_setsid()'), { line: 'call', call: 'setsid', words: [] });
  assert.deepEqual(read('sys_waitid(which: 1, upid: 0x5998, infop: 0x7ffedd998030, options: 4, ru: 0)'), {
    line: 'call',
    call: 'waitid',
    words: [1, 0x5998, -577142736, 4, 0],
  });
});

test('a call that returns has its value, with its sign', () => {
  assert.deepEqual(read('sys_clone -> 0x39bd'), { line: 'return', call: 'clone', value: 0x39bd });
  assert.deepEqual(read('sys_kill -> 0xfffffffffffffffd'), { line: 'return', call: 'kill', value: -3 });
});

test('a state of TCP has both ends, in either family', () => {
  const socket = (family: string, six: string) =>
    read(
      `inet_sock_set_state: family=${family} protocol=IPPROTO_TCP sport=18080 dport=58438 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=${six} daddrv6=${six} oldstate=TCP_FIN_WAIT1 newstate=TCP_FIN_WAIT2`,
    );
  const states = { line: 'tcp', from: 'FIN_WAIT1', to: 'FIN_WAIT2' };
  const four = { ...states, local: '127.0.0.1:18080', remote: '127.0.0.1:58438' };
  assert.deepEqual(socket('AF_INET', '::ffff:127.0.0.1'), four);
  assert.deepEqual(socket('AF_INET6', '::ffff:127.0.0.1'), four);
  assert.deepEqual(socket('AF_INET6', '::1'), { ...states, local: '[::1]:18080', remote: '[::1]:58438' });
});

test('a mark is what was written', () => {
  assert.deepEqual(read('tracing_mark_write: mark 7'), { line: 'mark', text: 'mark 7' });
});

test('events that were lost are counted, where the kernel counts them', () => {
  assert.deepEqual(parseTraceLine('CPU:1 [LOST 7020 EVENTS]'), { line: 'lost', events: 7020 });
  assert.deepEqual(parseTraceLine('CPU:0 [LOST EVENTS]'), { line: 'lost', events: 0 });
});

test('an event that nobody asked for is another, and no harm', () => {
  assert.deepEqual(read('sched_switch: prev_comm=a ==> next_comm=b'), { line: 'other', name: 'sched_switch' });
});

test('a line that is cut off anywhere is never taken for another', () => {
  const whole =
    '           <...>-14908   [000] d..1.  4611.481649: signal_generate: sig=15 errno=0 code=0 comm=sh pid=14908 grp=1 res=0';
  for (let length = 0; length < whole.length; length++) {
    const line = parseTraceLine(whole.slice(0, length));
    assert.deepEqual(line, { line: 'unread', text: whole.slice(0, length) });
  }
});
