import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { experiment } from './experiment';
import type { HistoryRecord } from './history';
import { Missing } from './missing';
import { type Message, media } from './outlet';
import type { Sandbox } from './sandbox';

/** Listens, as the command that runs a notebook does, to what an experiment tells. */
function heard(t: TestContext): Message[] {
  const messages: Message[] = [];
  const { send } = process;
  process.send = (message: Message) => messages.push(message) > 0;
  process.env.PROCNOTES_RUN = '1';
  t.after(() => {
    process.send = send;
    delete process.env.PROCNOTES_RUN;
  });
  return messages;
}

/** The histories that were saved: what goes into a notebook's outputs. */
const saved = (messages: Message[]) =>
  messages.flatMap((message) =>
    message.tell === 'shown' && media.history in message.bundle ? [message.bundle[media.history] as HistoryRecord] : [],
  );

const lastOf = (record: HistoryRecord | undefined) => record?.observations[record.observations.length - 1];

/** Resolves when the sandbox is closed: when the program that is started in it ends. */
function closing(box: Sandbox): Promise<unknown> {
  const program = box.spawn(['sleep', '1000']);
  return new Promise((resolve) => program.once('close', resolve));
}

test('the arms of an experiment give their histories by name, each from a sandbox of its own', async (t) => {
  heard(t);
  const look = async (box: Sandbox) => {
    box.look('left');
    box.files({ left: '' });
  };
  const { on, off } = await experiment('two arms', { on: look, off: { pid1: 'never waits', steps: look } });
  assert.deepEqual([on.record.experiment, on.arm, off.arm], ['two arms', 'on', 'off']);
  assert.deepEqual([on.file('left').state, off.file('left').state], ['absent', 'absent']);
  assert.deepEqual([on.record.box?.pid1, off.record.box?.pid1], ['waits', 'never waits']);
});

test('options are those of every arm that does not say otherwise', async (t) => {
  heard(t);
  const steps = async () => {};
  const { on, off } = await experiment(
    'options',
    { on: steps, off: { pid1: 'waits', steps } },
    { pid1: 'never waits' },
  );
  assert.deepEqual([on.record.box?.pid1, off.record.box?.pid1], ['never waits', 'waits']);
});

test('every history is saved as data, in the order of the arms', async (t) => {
  const messages = heard(t);
  const { slow, quick } = await experiment('saved', {
    slow: async (box) => {
      await box.ps('a');
      await box.ps('b');
    },
    quick: async () => {},
  });
  assert.deepEqual(saved(messages), [slow.record, quick.record]);
  assert.deepEqual(JSON.parse(JSON.stringify(slow.record)), slow.record);
});

test('whoever runs it hears of each arm that it begins and is over', async (t) => {
  const messages = heard(t);
  await experiment('heard of', { one: async () => {} });
  const arm = { tell: 'arm', experiment: 'heard of', arm: 'one' };
  assert.deepEqual(messages.slice(0, 2), [
    { ...arm, state: 'begins' },
    { ...arm, state: 'is over' },
  ]);
});

test('an arm that throws: every history is saved, then the error is thrown, with experiment and arm', async (t) => {
  const messages = heard(t);
  let closed: Promise<unknown> | undefined;
  await assert.rejects(
    experiment('three arms', {
      good: async (box) => void box.look('x'),
      bad: async (box) => {
        closed = closing(box);
        box.look('y');
        throw new RangeError('out of patience');
      },
      other: async (box) => void box.look('z'),
    }),
    (error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(error.message, 'experiment "three arms", arm "bad": out of patience');
      assert.deepEqual(
        saved(messages).map(({ arm }) => arm),
        ['good', 'bad', 'other'],
      );
      return true;
    },
  );
  const [good, bad, other] = saved(messages);
  assert.deepEqual([lastOf(good)?.kind, lastOf(other)?.kind], ['file', 'file']);
  const failure = lastOf(bad);
  assert.deepEqual(
    [failure?.kind, failure?.n, failure?.witness, failure?.kind === 'failure' && failure.because],
    ['failure', 2, 'the experiment', 'out of patience'],
  );
  await closed;
});

test('a fact that was waited for in vain breaks the arm off, and the history says what was seen', async (t) => {
  const messages = heard(t);
  await assert.rejects(
    experiment('in vain', { only: async (box) => box.until(box.exists('abcdef'), { within: 0 }) }),
    /^TimeOut: experiment "in vain", arm "only": waited 0 ms for abcdef to be there; last seen: /,
  );
  const [record] = saved(messages);
  const failure = lastOf(record);
  assert.match(failure?.kind === 'failure' ? failure.because : '', /^waited 0 ms for abcdef to be there/);
});

test('what is thrown and is no Error is told as what it is', async (t) => {
  heard(t);
  const odd = (thrown: unknown) =>
    experiment('odd', {
      only: async () => {
        throw thrown;
      },
    });
  await assert.rejects(odd('a word'), { message: 'experiment "odd", arm "only": a word' });
  await assert.rejects(odd(undefined), { message: 'experiment "odd", arm "only": undefined' });
});

test('an error whose message cannot be written is told all the same, and the history is saved', async (t) => {
  const messages = heard(t);
  const only = async () => AbortSignal.abort().throwIfAborted();
  await assert.rejects(experiment('aborted', { only }), /experiment "aborted", arm "only": This operation was aborted/);
  assert.equal(saved(messages).length, 1);
});

test('what the host lacks is in the history, with the remedy, and is no error', async (t) => {
  heard(t);
  const { lacking, running } = await experiment('lacking', {
    lacking: async (box) => {
      box.look('x');
      throw new Missing('apache2', 'apt-get install apache2-bin');
    },
    running: async (box) => void box.look('x'),
  });
  const last = lastOf(lacking.record);
  assert.deepEqual(
    [last?.kind, last?.n, last?.kind === 'missing' && last.because],
    ['missing', 2, 'needs apache2 (apt-get install apache2-bin)'],
  );
  assert.deepEqual(running.of('missing'), []);
});

test('without namespaces the arms come one after another, for they share the host', async (t) => {
  heard(t);
  process.env.PROCNOTES_HOST = '1';
  t.after(() => delete process.env.PROCNOTES_HOST);
  const order: string[] = [];
  const steps = (name: string) => async (box: Sandbox) => {
    order.push(`${name} begins`);
    await box.ps();
    order.push(`${name} is over`);
  };
  const { one } = await experiment('in turn', { one: steps('one'), two: steps('two') });
  assert.equal(one.record.box?.kind, 'host');
  assert.deepEqual(order, ['one begins', 'one is over', 'two begins', 'two is over']);
});
