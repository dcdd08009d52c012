import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from './evidence';
import type { Host } from './host';
import { type Paint, paintFor, reportJson, reportText, rowText } from './report';

const plain: Paint = (_, text) => text;
const host: Host = {
  kernel: '6.1.0',
  architecture: 'x64',
  distribution: 'Debian 12',
  libc: 'glibc 2.36',
  shell: 'bash 5.2; sh is dash',
  apache: '2.4.62',
  strace: 'missing',
  node: 'v20.12.0',
  user: 'root',
  sandbox: 'namespaces',
};
const rows: Row[] = [
  { id: 'b.two', verdict: 'depends', because: 'on x', noted: 'depends', notebook: 'b' },
  { id: 'a.one', verdict: 'refuted', because: 'no', noted: 'confirmed', notebook: 'a' },
  { id: 'b.three', verdict: 'inconclusive', because: 'needs ps', noted: 'confirmed', notebook: 'b' },
];

test('a row has shape, id, verdict, what the note says and why', () => {
  const [depends, refuted] = rows as [Row, Row];
  assert.equal(rowText(depends, 7, plain), '◐ b.two    depends       as noted  on x');
  assert.equal(rowText(refuted, 5, plain), '✕ a.one  refuted       THE NOTE SAYS confirmed  no');
});

test('a report has the rows under their notebooks, counts that leave nothing out, the host and the time', () => {
  assert.equal(
    reportText(rows, host, 1.25, plain),
    `b
◐ b.two    depends       as noted  on x
○ b.three  inconclusive  THE NOTE SAYS confirmed  needs ps

a
✕ a.one    refuted       THE NOTE SAYS confirmed  no

3 claims: ✕ 1 refuted, ◐ 1 depends, ○ 1 inconclusive; 2 not as the note says
Linux 6.1.0 x64, Debian 12, glibc 2.36
bash 5.2; sh is dash; Apache 2.4.62; strace missing; Node v20.12.0; root, sandbox: namespaces
1.3 s`,
  );
});

test('the JSON document has the same, and nothing that a row may have besides', () => {
  const [row] = rows as [Row];
  const document = JSON.parse(reportJson([{ ...row, more: 1 } as Row], host, 1.234));
  assert.deepEqual(document, { host, seconds: 1.2, claims: [row] });
});

test('colours are for terminals, and for those who did not ask for none', (t) => {
  const { NO_COLOR } = process.env;
  t.after(() => {
    if (NO_COLOR === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = NO_COLOR;
  });
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;
  delete process.env.NO_COLOR;
  assert.equal(paintFor(stream(true))('red', 'x'), '\x1b[31mx\x1b[39m');
  assert.equal(paintFor(stream(false))('red', 'x'), 'x');
  process.env.NO_COLOR = '1';
  assert.equal(paintFor(stream(true))('red', 'x'), 'x');
});
