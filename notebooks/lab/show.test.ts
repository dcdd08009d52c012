import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { aProcess, commandOf, endOf, eventOf, fileOf, historyOf, screenOf, tableOf } from './fixtures/histories';
import { histogram } from './histogram';
import { type Event, type Fact, History } from './history';
import type { Finding, Verdict } from './judge';
import { lifeline } from './lifeline';
import { media } from './outlet';
import { ProcessTable } from './processes';
import { bundleOf, factText, historyText, shapes, show } from './show';

const zombie = aProcess({ pid: 32, ppid: 30, stat: 'Z', comm: 'b.sh <defunct>' });
const textOf = (fact: Fact) => factText({ n: 1, at: 0, witness: 'the test', ...fact });
const wordsOf = (event: Event) => textOf(eventOf(event));

test('every kind of fact has its words', () => {
  assert.equal(textOf({ kind: 'act', what: 'Terminal 1: type ./a.sh' }), 'Terminal 1: type ./a.sh');
  assert.equal(textOf({ kind: 'processes', rows: [zombie] }), String(new ProcessTable([zombie])));
  assert.equal(textOf(screenOf('Terminal 1', '$ ls\nabcdef')), '$ ls\nabcdef');
  assert.equal(textOf(fileOf('abcdef', 'absent')), 'abcdef is absent');
  assert.equal(textOf(endOf(32, 'Z')), 'process 32: Z');
  assert.equal(
    textOf({ kind: 'missing', because: 'needs ss (apt-get install iproute2)' }),
    'needs ss (apt-get install iproute2)',
  );
  assert.equal(textOf({ kind: 'failure', because: 'waited 5 ms' }), 'waited 5 ms');
  assert.equal(textOf({ kind: 'line', program: 'bystander', line: 'ready' }), 'ready');
  assert.equal(textOf({ kind: 'end', program: 'cat', pid: 7, status: 'SIGPIPE' }), 'cat (7) ended: SIGPIPE');
});

test('a command is shown with what it printed, and how it ended where that was badly', () => {
  assert.equal(textOf(commandOf('ls', 'abcdef\n')), '$ ls\nabcdef');
  assert.equal(textOf(commandOf('ls x', '', 'ls: x: No such file\n', 2)), '$ ls x → 2\nls: x: No such file');
  assert.equal(textOf(commandOf('kill -9 $$', '', '', 'SIGKILL')), '$ kill -9 $$ → SIGKILL');
  assert.equal(textOf(commandOf('head -n 1', 'HTTP/1.1 200 OK\r\n')), '$ head -n 1\nHTTP/1.1 200 OK');
});

test('every event has its words', () => {
  assert.equal(wordsOf({ event: 'kill', by: 30, to: 31, signal: 'SIGTERM', result: 'ok' }), '30 sends SIGTERM to 31');
  assert.equal(
    wordsOf({ event: 'kill', by: 30, to: -31, signal: 'SIGHUP', result: 'failed' }),
    '30 sends SIGHUP to group 31, in vain',
  );
  assert.equal(
    wordsOf({ event: 'signal', pid: 31, signal: 'SIGTERM', code: 'SI_USER', from: 30 }),
    '31 is told of SIGTERM (SI_USER from 30)',
  );
  assert.equal(
    wordsOf({ event: 'signal', pid: 31, signal: 'SIGHUP', code: 'SI_KERNEL' }),
    '31 is told of SIGHUP (SI_KERNEL)',
  );
  assert.equal(wordsOf({ event: 'fork', pid: 30, child: 31 }), '30 forks 31');
  assert.equal(wordsOf({ event: 'exec', pid: 31, path: '/bin/sleep' }), '31 executes /bin/sleep');
  assert.equal(wordsOf({ event: 'setsid', pid: 31 }), '31 makes a session of its own');
  assert.equal(wordsOf({ event: 'setpgid', pid: 30, of: 31, pgid: 31 }), '30 puts 31 into group 31');
  assert.equal(wordsOf({ event: 'reap', pid: 30, child: 31 }), '30 waits for 31');
  assert.equal(wordsOf({ event: 'exit', pid: 31, status: 0 }), '31 ends, status 0');
  assert.equal(wordsOf({ event: 'exit', pid: 31, signal: 'SIGTERM' }), '31 ends, by SIGTERM');
});

test('a zombie is not taken for markup', () => {
  const bundle = bundleOf(new ProcessTable([zombie]));
  assert.match(bundle['text/plain'], /b\.sh <defunct>$/);
  assert.match(bundle['text/html'] ?? '', /b\.sh &lt;defunct&gt;<\/pre>$/);
});

test('nothing that a program printed is taken for markup, wherever it stands', () => {
  const nasty = '<script>alert("&")</script>';
  const history = historyOf(nasty, [
    { kind: 'act', what: nasty, moment: nasty },
    screenOf(nasty, nasty),
    commandOf(nasty, nasty, nasty),
    fileOf(nasty, 'there'),
    tableOf(nasty, aProcess({ comm: nasty, tty: nasty })),
  ]);
  const findings: Finding[] = [{ claim: nasty, verdict: 'confirmed', because: nasty, cites: [{ arm: nasty, n: 1 }] }];
  for (const thing of [history, findings, new ProcessTable([aProcess({ comm: nasty })]), { stdout: nasty }, nasty]) {
    const { 'text/html': html = '', 'text/plain': plain } = bundleOf(thing);
    assert.ok(
      !html.includes('<script>') && html.includes('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;'),
      html,
    );
    assert.ok(plain.includes(nasty), plain);
  }
});

test('a history goes along as data beside what people read, and is the record itself', () => {
  const history = historyOf('kill a.sh', [fileOf('abcdef', 'there')]);
  const bundle = bundleOf(history);
  assert.equal(bundle[media.history], history.record);
  assert.match(bundle['text/html'] ?? '', /<strong>kill a\.sh<\/strong> · 1 observations · namespaces, PID 1 waits/);
});

test('a history is lines, numbered and timed; what has more than one line begins on the next', () => {
  const history = historyOf('kill a.sh', [
    fileOf('abcdef', 'there'),
    { ...screenOf('Terminal 1', 'A Begin\nTerminated'), moment: 'at the end' },
  ]);
  assert.equal(
    historyText(history.record),
    `kill a.sh
  #1     0 ms  the test: abcdef is there
  #2     1 ms  the test (at the end):
               A Begin
               Terminated`,
  );
});

test('an arm that had no sandbox says so', () => {
  const { record } = historyOf('TERM', [{ kind: 'missing', because: 'needs a C compiler' }]);
  const { 'text/plain': plain, 'text/html': html = '' } = bundleOf(new History({ ...record, box: null }));
  assert.match(plain, /needs a C compiler/);
  assert.match(html, /no sandbox/);
});

/** What of a table one reads: its cells, without markup. */
const readable = (html = '') => html.replace(/<[^>]*>/g, ' ').replace(/&nbsp;/g, ' ');

test('a verdict is a word, a shape and a colour', () => {
  const verdicts: Verdict[] = ['confirmed', 'refuted', 'depends', 'inconclusive'];
  const findings = verdicts.map((verdict): Finding => ({ claim: 'a.claim', verdict, because: 'seen', cites: [] }));
  const { 'text/plain': plain, 'text/html': html = '', [media.findings]: data } = bundleOf(findings);
  for (const verdict of verdicts)
    for (const text of [plain, readable(html)]) assert.ok(text.includes(`${shapes[verdict]} ${verdict}`), text);
  assert.equal(new Set(Object.values(shapes)).size, verdicts.length);
  assert.equal(new Set(html.match(/color:#\w+/g)).size, verdicts.length);
  assert.deepEqual(data, { findings });
});

test('a finding shows what it cites, arm by arm, each observation once', () => {
  const cites = [
    { arm: 'TERM', n: 3 },
    { arm: 'KILL', n: 5 },
    { arm: 'TERM', n: 4 },
    { arm: 'TERM', n: 3 },
  ];
  const { 'text/html': html } = bundleOf([{ claim: 'a.claim', verdict: 'refuted', because: 'seen', cites }]);
  assert.match(readable(html), /seen +TERM #3 #4; KILL #5/);
});

/** What `show` prints where neither Jupyter nor a command looks. */
function shown(t: TestContext, ...what: Parameters<typeof show>): string {
  const log = t.mock.method(console, 'log', () => {});
  show(...what);
  log.mock.restore();
  return log.mock.calls.map((call) => call.arguments.join(' ')).join('\n');
}

test('in a terminal what is shown is printed as text', (t) => {
  assert.equal(shown(t, 'a <b>'), 'a <b>');
  assert.equal(shown(t, { stdout: 'two\nlines\n' }), 'two\nlines');
});

test('one thing is shown out of a history: by its moment, terminal, path, command or program, as it was last', (t) => {
  const history = historyOf('TERM', [
    tableOf('before', zombie),
    screenOf('Terminal 1', '$'),
    screenOf('Terminal 1', '$ ls'),
    fileOf('abcdef', 'absent'),
    commandOf('cat log', 'ready\n'),
    { kind: 'line', program: 'bystander', line: 'ready' },
    { kind: 'line', program: 'bystander', line: 'SIGTERM from 50' },
  ]);
  assert.equal(shown(t, history, 'before'), `TERM, before:\n${new ProcessTable([zombie])}`);
  assert.equal(shown(t, history, 'Terminal 1'), 'TERM, Terminal 1:\n$ ls');
  assert.equal(shown(t, history, 'abcdef'), 'TERM, abcdef:\nabcdef is absent');
  assert.equal(shown(t, history, 'cat log'), 'TERM, cat log:\n$ cat log\nready');
  assert.equal(shown(t, history, 'bystander'), 'TERM, bystander:\nready\nSIGTERM from 50');
});

test('what a history has not is refused, with what it has; an arm that could not be run says why', (t) => {
  const history = historyOf('TERM', [tableOf('before', zombie), fileOf('abcdef', 'absent')]);
  assert.throws(() => show(history, 'after'), {
    message: 'nothing was seen of "after" in "TERM"; there are: before, abcdef',
  });
  const missing = historyOf('TERM', [{ kind: 'missing', because: 'needs apache2 (apt-get install apache2-bin)' }]);
  assert.equal(shown(t, missing, 'before'), 'TERM, before: needs apache2 (apt-get install apache2-bin)');
});

test('a lifeline is a picture and a text, says of which history it is, and has no HTML that a notebook could be left without', () => {
  const history = historyOf('kill a.sh', [
    eventOf({ event: 'fork', pid: 1, child: 2 }),
    eventOf({ event: 'exec', pid: 2, path: './a.sh' }),
    eventOf({ event: 'exit', pid: 2, signal: 'SIGTERM' }),
  ]);
  const bundle = bundleOf(lifeline(history));
  assert.deepEqual(Object.keys(bundle).sort(), [media.lifeline, 'image/svg+xml', 'text/plain'].sort());
  assert.deepEqual(bundle[media.lifeline], { experiment: 'by hand', arm: 'kill a.sh' });
  assert.match(String(bundle['image/svg+xml']), /^<svg [^>]*width="960"/);
  assert.match(bundle['text/plain'], /^kill a\.sh\n1 process /);
  assert.match(bundle['text/plain'], /a\.sh \(2\) is killed by SIGTERM, and stays a zombie/);
});

test('a histogram is a picture and a text', () => {
  const rows = [
    { name: 'wait', counts: [1, 5], trials: 6 },
    { name: 'no handler', because: 'needs cc' },
  ];
  const bundle = bundleOf(histogram('zombies left', rows));
  assert.equal(bundle['text/plain'].split('\n').length, 3);
  assert.match(bundle['text/plain'], /^wait +1 ▂ +5 ▇$/m);
  assert.match(
    String(bundle['image/svg+xml']),
    /<desc [^>]*>wait: zombies left 0 in 1, 1 in 5 of 6 trials\. no handler: needs cc\./,
  );
});
