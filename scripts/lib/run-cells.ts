/**
 * Runs one notebook's cells as plain TypeScript, without Jupyter: the process that `run.ts` starts. It tells its parent
 * where it is, what is shown, and how it ended.
 *
 *   node --import tsx run-cells.ts NAME
 */
import { type Message, tell } from '../../notebooks/lab/outlet';
import { CELL_BEGINS, inNotebook, writeCells } from './cells';
import { loadNotebook } from './project';

/** Sends the last message and ends; what the cells left open must not keep the process. */
function end(message: Message, status: number): void {
  process.send?.(message, () => process.exit(status));
}

function fail(name: string, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(`a cell threw ${String(thrown)}`);
  const expected = ['TimeOut', 'Missing', 'Taken'].includes(error.name) ? 'yes' : 'no';
  end(
    { tell: 'error', message: inNotebook(error.message, name), stack: inNotebook(error.stack ?? '', name), expected },
    1,
  );
}

async function main(): Promise<void> {
  const name = process.argv[2] ?? '';
  // Whoever ran us is gone: the kernel has closed the channel, and everything here is to go as well.
  process.once('disconnect', () => process.exit(1));
  process.on('uncaughtException', (error) => fail(name, error));
  process.on('unhandledRejection', (error) => fail(name, error));
  Object.assign(globalThis, { [CELL_BEGINS]: (id: string) => tell({ tell: 'cell', id }) });
  try {
    await import(writeCells(name, loadNotebook(name), 'to run'));
    await new Promise(setImmediate); // a rejection that nobody handled is told of when the microtasks are over
    end({ tell: 'done' }, 0);
  } catch (error) {
    fail(name, error);
  }
}

main();
