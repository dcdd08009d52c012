/** `npm run recipes -- --keep`, before a person's own terminal: a real one, in a sandbox of the test. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ProcessTable } from '../notebooks/lab/processes';
import { Sandbox } from '../notebooks/lab/sandbox';
import type { Terminal } from '../notebooks/lab/terminal';
import { PROJECT } from './lib/project';

const command = [process.execPath, '--import', 'tsx', 'scripts/recipes.ts', '--keep', 'ctrl-c'];

/** The command on a terminal on the plain host, where it makes the sandbox of the recipe as it does for a person. */
async function kept(t: TestContext): Promise<{ box: Sandbox; own: Terminal }> {
  const box = await Sandbox.open({ on: 'host', trace: 'no' });
  t.after(() => box.close());
  const program = ['sh', '-c', `cd '${PROJECT}' && '${command.join("' '")}'; stty -a; echo "ended with $?"`];
  const own = await box.terminal('own', { program, rows: 30, columns: 90 });
  await box.until(own.shows(/── Terminal 1 \(.*Ctrl-\] q: leave/), { within: 60_000 });
  return { box, own };
}

/** What is left of it on the host: all but the window and the sandbox that it was in. */
const left = ({ rows }: ProcessTable, box: Sandbox): string[] =>
  rows
    .filter(({ pid }) => pid !== box.facts.init)
    .flatMap(({ args }) => (/\bterminal 30 90\b/.test(args) ? [] : [args]));

test('one sits at Terminal 1, changes to Terminal 2, and leaves nothing', async (t) => {
  const { box, own } = await kept(t);
  await box.until(own.shows('outer.sh is told INT'));
  own.type('echo "this is $((6 * 7))"; stty size\n');
  await box.until(own.shows(/^this is 42\n30 90$/m));
  await own.resize(20, 70);
  own.type('until [ "$(stty size)" = "20 70" ]; do sleep 0.1; done; echo "passed on"\n');
  await box.until(own.shows(/passed on$/m)); // the shell may have drawn its line once more, for the new size
  own.type('d=1\n\x1d2');
  await box.until(own.shows(/── Terminal 2 \(/));
  own.type('echo "d is <$d>"\n');
  await box.until(own.shows('d is <work>'));
  own.type('\x1dq');
  await box.until(own.shows('ended with 0'));
  assert.match(own.screen(), / icanon .* echo /s);
  assert.deepEqual(left(await box.ps(), box), []);
});

test('when the shell before one ends, it is over', async (t) => {
  const { box, own } = await kept(t);
  own.press('Ctrl-D');
  await box.until(own.shows('ended with 0'));
  assert.deepEqual(left(await box.ps(), box), []);
});

test('when the window is closed, nothing is left', async (t) => {
  const { box, own } = await kept(t);
  await own.hangUp();
  await box.until(box.table('nothing to be left', (table) => (left(table, box).length === 0 ? true : undefined)));
});
