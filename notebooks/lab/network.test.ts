import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Sandbox } from './sandbox';

const finTimeout = '/proc/sys/net/ipv4/tcp_fin_timeout';

test("a sandbox has sysctls of its own, and the host's stay as they are", async (t) => {
  const before = readFileSync(finTimeout, 'utf8');
  const box = await Sandbox.open({ sysctls: { 'net.ipv4.tcp_fin_timeout': '7' } }).catch((error: Error) => error);
  if (box instanceof Error) {
    assert.match(box.message, /needs a network namespace/);
    return t.skip(box.message);
  }
  try {
    const { stdout } = await box.$`cat ${finTimeout}`;
    assert.equal(stdout, '7\n');
    assert.equal(readFileSync(finTimeout, 'utf8'), before);
  } finally {
    await box.close();
  }
});

test("on the plain host sysctls are refused: they would be the host's", async () => {
  const opening = Sandbox.open({ on: 'host', sysctls: { 'net.ipv4.tcp_fin_timeout': '7' } });
  await assert.rejects(opening, { name: 'Missing', message: /needs a network namespace/ });
});

test('the sockets of a sandbox are its own: a server that listens is seen, and nothing else', async () => {
  const box = await Sandbox.open();
  try {
    await box.program('hold-port');
    const port = await box.freePort();
    const server = await box.start('server', `./hold-port ${port}`);
    await box.until(server.says('bound'));
    assert.equal((await box.sockets('bound')).in('LISTEN').length, 0);
    server.write('\n');
    await box.until(server.says('listening'));
    const listening = box.tcpTable('a socket that listens', (table) => table.in('LISTEN')[0]);
    assert.match((await box.until(listening, { moment: 'listening' })).local, new RegExp(`:${port}$`));
    assert.equal(box.recorder.finish().filter(({ kind }) => kind === 'sockets').length, 2);
  } finally {
    await box.close();
  }
});

test('on the plain host each free port is another, and the sockets of others are not noted down', async () => {
  const box = await Sandbox.open({ on: 'host' });
  try {
    const ports = [await box.freePort(), await box.freePort()];
    assert.equal(new Set(ports).size, 2);
    assert.deepEqual((await box.sockets()).rows, []);
  } finally {
    await box.close();
  }
});

test('a command as another user, where there is one to be', async (t) => {
  const box = await Sandbox.open();
  try {
    if (box.facts.kind !== 'namespaces') {
      assert.throws(() => box.asUser(65534, 'id -u'), { name: 'Missing', message: /^needs root/ });
      return t.skip('needs root');
    }
    const other = await box.start('other', box.asUser(65534, 'id -u'));
    assert.equal(await box.until(other.ends()), 0);
    assert.deepEqual(other.lines, ['65534']);
  } finally {
    await box.close();
  }
});

test('what is to keep to one processor may run on no other, and nor may what it starts', async () => {
  const box = await Sandbox.open();
  try {
    box.onOneProcessor();
    const program = await box.start('program', "sh -c 'grep Cpus_allowed_list /proc/self/status; true'");
    assert.equal(await box.until(program.ends()), 0);
    assert.match(program.lines.join(), /^Cpus_allowed_list:\s+\d+$/);
  } finally {
    await box.close();
  }
});
