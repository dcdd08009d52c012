import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { parseKernelSockets, parseSockets, readKernelTable, SocketTable } from './sockets';

/** As ss of iproute2 6.1 prints it: the columns of `ssCommand`. */
const printed = `LISTEN     3      128           127.0.0.1:8080          0.0.0.0:*
LISTEN     0      511                [::1]:8081             [::]:*
ESTAB      0      87532  127.0.0.1%lo:8080     127.0.0.1:40478 timer:(on,204ms,0)
FIN-WAIT-2 0      0          127.0.0.1:8080    127.0.0.1:40480 timer:(timewait,4.720ms,0)
TIME-WAIT  0      0          127.0.0.1:8080    127.0.0.1:40482 timer:(timewait,59sec,0)
TIME-WAIT  0      0          127.0.0.1:40484   127.0.0.1:8080  timer:(timewait,1min,0)
ESTAB      0      0              [::1]:22          [::1]:40486 timer:(keepalive,119min30sec,0)
`;
const rows = parseSockets(printed);
const table = new SocketTable(rows);

test('a row is read as ss prints it', () => {
  assert.deepEqual(rows[2], {
    state: 'ESTAB',
    recvQ: 0,
    sendQ: 87532,
    local: '127.0.0.1%lo:8080',
    peer: '127.0.0.1:40478',
    timer: { name: 'on', seconds: 0.204 },
  });
});

test('a listening socket has no timer, and its peer no port', () => {
  assert.deepEqual(rows[0], { state: 'LISTEN', recvQ: 3, sendQ: 128, local: '127.0.0.1:8080', peer: '0.0.0.0:*' });
});

test('what a timer has left is in seconds, however ss puts it', () => {
  const left = rows.flatMap(({ timer }) => (timer === undefined ? [] : [timer.seconds]));
  assert.deepEqual(left, [0.204, 4.72, 59, 60, 7170]);
});

test("the port of a socket's own end and that of its peer are told apart", () => {
  const states = (some: SocketTable) => some.rows.map(({ state }) => state);
  assert.deepEqual(states(table.from(8080)), ['LISTEN', 'ESTAB', 'FIN-WAIT-2', 'TIME-WAIT']);
  assert.deepEqual(states(table.to(8080)), ['TIME-WAIT']);
  assert.deepEqual(states(table.from(8081)), ['LISTEN']);
  assert.equal(table.at([8080]).rows.length, 5);
  assert.equal(table.at([808]).rows.length, 0);
});

test('a state is found by the name that ss gives it', () => {
  assert.equal(table.in('TIME-WAIT').length, 2);
  assert.equal(table.in('FIN-WAIT-2', 'LISTEN').length, 3);
});

test('a timer that is about to go off has nothing left, and ss prints nothing for it', () => {
  const [last] = parseSockets('TIME-WAIT 0 0 127.0.0.1:8080 127.0.0.1:40482 timer:(timewait,,0)\n');
  assert.deepEqual(last?.timer, { name: 'timewait', seconds: 0 });
});

test('of no socket ss prints nothing', () => {
  assert.deepEqual(parseSockets(''), []);
});

test('a line that is no row is named', () => {
  assert.throws(() => parseSockets('State Recv-Q\n'), { message: 'ss printed a line that is no row: "State Recv-Q"' });
  assert.throws(() => parseSockets('ESTAB 0 0 a:1 b:2 timer:(on,soon,0)\n'), /a time that is none: "soon"/);
});

/** As /proc/net/tcp has them, on a machine that puts the least byte first. */
const kernels = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9E1E 01 000155EC:00000005 01:00000014 00000000     0        0 4712 2 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:9E20 05 00000000:00000000 03:000001D8 00000000     0        0 0 3 0
   3: 0100007F:1F90 0100007F:9E22 06 00000000:00000000 03:0000170C 00000000     0        0 0 3 0
`;

test("the kernel's own table says the same as ss", { skip: endianness() !== 'LE' && 'another order of bytes' }, () => {
  const seen = parseKernelSockets(kernels);
  assert.deepEqual(seen[0], { state: 'LISTEN', recvQ: 3, sendQ: 0, local: '127.0.0.1:8080', peer: '0.0.0.0:*' });
  assert.deepEqual(seen[1], {
    state: 'ESTAB',
    recvQ: 5,
    sendQ: 87532,
    local: '127.0.0.1:8080',
    peer: '127.0.0.1:40478',
    timer: { name: 'on', seconds: 0.2 },
  });
  const [, , fin, time] = seen;
  assert.deepEqual([fin?.state, fin?.timer], ['FIN-WAIT-2', { name: 'timewait', seconds: 4.72 }]);
  assert.deepEqual([time?.state, time?.timer], ['TIME-WAIT', { name: 'timewait', seconds: 59 }]);
  const six =
    '   0: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 0';
  assert.equal(new SocketTable(parseKernelSockets(six)).from(8081).in('LISTEN').length, 1);
});

test('a table is shown under headings, with what is left of each timer', () => {
  assert.equal(
    String(new SocketTable(rows.slice(3, 5))),
    `State      Recv-Q Send-Q Local          Peer            Timer
FIN-WAIT-2      0      0 127.0.0.1:8080 127.0.0.1:40480 timewait, 4.72 s left
TIME-WAIT       0      0 127.0.0.1:8080 127.0.0.1:40482 timewait, 59 s left`,
  );
});

test("the kernel's own table is read whole, also where it takes several reads", async (t) => {
  const server = createServer();
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const client = connect(port, '127.0.0.1');
      await once(client, 'connect');
      return client;
    }),
  );
  t.after(() => clients.forEach((client) => void client.destroy()));
  const table = new SocketTable(parseKernelSockets(readKernelTable('/proc/self/net/tcp')));
  assert.equal(table.from(port).in('LISTEN').length, 1);
  assert.equal(table.to(port).in('ESTAB').length, 60);
  assert.equal(readKernelTable('/proc/self/net/none'), '');
});
