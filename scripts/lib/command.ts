import { InvalidArgumentError } from 'commander';
import { Refusal } from './project';
import { SourceError } from './source-error';

/**
 * Runs a command's main function. An expected failure prints its message alone, anything else its stack; both end with
 * status 1. Standard output that nobody reads any more (`| head`) is no failure.
 */
export function command(main: () => Promise<void>): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  main().catch((error: NodeJS.ErrnoException) => {
    const expected = error instanceof Refusal || error instanceof SourceError || error.code === 'ENOSPC';
    process.stderr.write(`${expected ? error.message : (error.stack ?? error.message)}\n`);
    process.exitCode = 1;
  });
}

/** Reads an option that is a number of seconds. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number of seconds greater than 0.');
  return value;
}
