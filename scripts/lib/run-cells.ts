/**
 * Runs one notebook's cells as plain TypeScript, without Jupyter: what the process does that `run.ts` starts. It tells its parent
 * where it is, what is shown, and how it ended.
 */
import { type Message, tell } from '../../notebooks/lab/outlet';
import { CELL_BEGINS } from './cell-begins';

/** Sends the last message and ends; what the cells left open must not keep the process. */
function end(message: Message, status: number): void {
  process.send?.(message, () => process.exit(status));
}

function fail(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(`a cell threw ${String(thrown)}`);
  const expected = ['TimeOut', 'Missing', 'Taken'].includes(error.name) ? 'yes' : 'no';
  end({ tell: 'error', message: error.message, stack: error.stack ?? '', expected }, 1);
}

/** Runs what `cells` imports, and ends this process. */
export async function runCells(cells: () => Promise<unknown>): Promise<void> {
  // Whoever ran us is gone: the kernel has closed the channel, and everything here is to go as well.
  process.once('disconnect', () => process.exit(1));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  Object.assign(globalThis, { [CELL_BEGINS]: (id: string) => tell({ tell: 'cell', id }) });
  try {
    await cells();
    await new Promise(setImmediate); // a rejection that nobody handled is told of when the microtasks are over
    end({ tell: 'done' }, 0);
  } catch (error) {
    fail(error);
  }
}
