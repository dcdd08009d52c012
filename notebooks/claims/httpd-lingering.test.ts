import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aProcess, eventOf, historyOf, tableOf } from '../lab/fixtures/histories';
import { claims } from './httpd-lingering';

const parent = aProcess({ pid: 50, comm: 'apache2' });
const children = [51, 52, 53, 54, 55, 56, 57, 58].map((pid) =>
  aProcess({ pid, ppid: 50, pgid: 50, sid: 50, user: 'www-data', comm: 'apache2' }),
);
const before = tableOf('before', parent, ...children);
const sent = (by: number, to: number) => eventOf({ event: 'kill', by, to, signal: 'SIGTERM', result: 'ok' });
const group = sent(50, -50);

test('httpd.lingering-told-again: the group, the child, and the child once more', () => {
  const says = (answer: 'yes' | 'no' | 'unseen', kills: ReturnType<typeof sent>[], because: RegExp) => {
    const seen = claims['httpd.lingering-told-again']?.effect(historyOf('an arm', [before, ...kills]));
    assert.match(seen?.because ?? '', because);
    assert.equal(seen?.answer, answer);
  };
  says('yes', [group, sent(50, 51), sent(50, 52), sent(50, 51)], /then child 51, and that one again after 0 s/);
  says('no', [group, sent(50, 51), sent(50, 52)], /no child twice/);
  says('no', [sent(50, 51), group, sent(50, 51)], /no child twice/);
  says('no', [group, sent(50, 51), sent(40, 51)], /no child twice/);
  says('unseen', [sent(50, 51), sent(50, 51)], /does not tell that the parent told its group/);
});
