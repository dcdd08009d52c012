import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HistoryRecord } from '../lab/history';
import { judgeRecords, type Verdict } from '../lab/judge';
import { recipes } from './recipes';

/** What terminals showed in one part, as `1 line`: the terminal's number first. */
function part(arm: string, ...shown: string[]): HistoryRecord {
  const observations = shown.map((text, at) => {
    const program = `Terminal ${text[0]}`;
    return { n: at + 1, at, witness: program, kind: 'line' as const, program, line: text.slice(2) };
  });
  return { experiment: 'x', arm, box: { kind: 'namespaces', init: 1, pid1: 'waits' }, observations };
}

const verdict = (recipe: string, claim: string, ...parts: HistoryRecord[]): Verdict | undefined =>
  judgeRecords(recipes[recipe] ?? {}, parts).find((finding) => finding.claim === claim)?.verdict;

const survives = part(
  'kill a.sh',
  '2   15   14   15 sh a.sh',
  '2   16   15   15 sh b.sh',
  '2   16    1   15 sh b.sh',
  '1 B End',
  '1 abcdef',
);
const goes = part(
  'kill the group',
  '2   87   86   87 sh a.sh',
  '2   88   87   87 sh b.sh',
  "1 ls: cannot access 'abcdef': No such file or directory",
);

test('a script that makes its directory in both arms shows nothing', () => {
  const claim = 'scripts.child-survives';
  assert.equal(verdict('kill-a-script', claim, survives, goes), 'confirmed');
  assert.equal(verdict('kill-a-script', claim, survives, { ...survives, arm: 'kill the group' }), 'inconclusive');
  assert.equal(
    verdict('kill-a-script', claim, { ...goes, arm: 'kill a.sh' }, { ...survives, arm: 'kill the group' }),
    'refuted',
  );
});

test('a script whose parent stays the same has not gone to anybody', () => {
  const same = part('kill a.sh', '2   16   15   15 sh b.sh', '2   16   15   15 sh b.sh', '1 abcdef');
  assert.equal(verdict('kill-a-script', 'scripts.child-survives', same, goes), 'inconclusive');
});

test('TIME_WAIT is the end whose address ss puts first', () => {
  const at = (arm: string, own: number) =>
    part(arm, '1 kill -9 of it, server at port 5000', `1 TIME-WAIT 0      0      127.0.0.1:${own} 127.0.0.1:5001`);
  const [server, client] = [at('kill -9 of the server', 5000), at('kill -9 of the client', 5002)];
  assert.equal(verdict('who-has-time-wait', 'reuseaddr.sigkill', server, client), 'refuted');
  assert.equal(verdict('who-has-time-wait', 'reuseaddr.kernel-closes', server, client), 'confirmed');
  assert.equal(
    verdict('who-has-time-wait', 'reuseaddr.kernel-closes', server, at('kill -9 of the client', 5000)),
    'inconclusive',
  );
});

test('no zombie counts only where it is said what was done', () => {
  const row = '1     18      15 Z+   [reap] <defunct>';
  const wait = part('wait', '1 the handler calls: wait', row);
  const loop = part('a waitpid loop', '1 the handler calls: loop');
  assert.equal(verdict('five-children', 'reap.waitpid-loop', wait, loop), 'confirmed');
  assert.equal(verdict('five-children', 'reap.waitpid-loop', wait, part('a waitpid loop')), 'inconclusive');
  assert.equal(
    verdict('five-children', 'reap.waitpid-loop', wait, part('a waitpid loop', '1 the handler calls: loop', row)),
    'inconclusive',
  );
});

test('accept is interrupted on a condition', () => {
  const parts = [
    part('a handler', '1 accept: Interrupted system call'),
    part('a handler with SA_RESTART', '1 accept goes on'),
    part('no handler', '1 accept goes on'),
  ];
  assert.equal(verdict('accept-and-sigchld', 'reap.accept-eintr', ...parts), 'depends');
});

describe('with nothing on the screens nothing is confirmed or refuted', () => {
  for (const [id, claims] of Object.entries(recipes))
    test(id, () => {
      const arms = new Set(Object.values(claims).flatMap(({ treatment, control }) => [...treatment, ...control]));
      for (const { claim, verdict } of judgeRecords(
        claims,
        [...arms].map((arm) => part(arm)),
      ))
        assert.equal(verdict, 'inconclusive', claim);
    });
});
