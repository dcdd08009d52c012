import type { History } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';
import { server } from './httpd';

/** After its group, the parent told one child by its PID, and later told it once more. */
function toldAgain(history: History): Seen {
  const { parent, children, seen } = server(history);
  const sent = history.events('kill').filter(({ by, signal }) => by === parent.pid && signal === 'SIGTERM');
  const group = sent.find(({ to }) => to === -parent.pgid);
  if (group === undefined) return unseen('the trace does not tell that the parent told its group');
  const each = children.map(({ pid }) => sent.filter(({ to, n }) => to === pid && n > group.n));
  const [first, ...more] = each.find((times) => times.length > 1) ?? [];
  if (first === undefined) return no('the parent told its group, and no child twice', seen, group);
  const seconds = more.map(({ at }) => `after ${Math.round((at - group.at) / 1000)} s`).join(', ');
  return yes(
    `the parent told its group, then child ${first.to}, and that one again ${seconds}`,
    seen,
    group,
    first,
    ...more,
  );
}

export const claims: Claims = {
  'httpd.lingering-told-again': { effect: toldAgain, treatment: ['TERM, a child lingers'], control: ['TERM'] },
};
