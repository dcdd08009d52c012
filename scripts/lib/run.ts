import { fork } from 'node:child_process';
import type { Bundle, Message } from '../../notebooks/lab/outlet';
import { findProgram } from '../../notebooks/lab/programs';
import { bundleCells } from './bundle';
import { inNotebook } from './cells';
import type { Notebook } from './notebook';
import { NOTEBOOKS } from './project';
import { SourceError } from './source-error';

/** What a run of a notebook gave: all that it showed, and the error that ended it, if one did. */
export interface Run {
  bundles: Bundle[];
  error?: Error;
}

export interface RunOptions {
  /** The longest that one cell may take, in seconds. */
  deadline: number;
  /** Told of everything as it comes. */
  onMessage?: (message: Message) => void;
  env?: NodeJS.ProcessEnv;
}

/**
 * Runs a notebook's cells in a process of their own, as plain TypeScript. Never rejects: what went wrong is in `error`, with
 * the place in the .md. Killing this process at any moment ends that one too, and its sandboxes with it.
 */
export async function runNotebook(
  name: string,
  notebook: Notebook,
  { deadline, onMessage, env }: RunOptions,
): Promise<Run> {
  const run: Run = { bundles: [] };
  let cell = notebook.cells.find((one) => one.type === 'code');
  const place = (problem: string, remedy?: string) => new SourceError(notebook.file, cell?.line ?? 1, problem, remedy);
  let module: string;
  try {
    module = await bundleCells(name, notebook);
  } catch (error) {
    const { message } = error as Error;
    return { ...run, error: place(`the cells could not be begun: ${inNotebook(message, name)}`) };
  }

  // A cell in a tight loop does not hear that the channel is closed: the kernel has to end it (PR_SET_PDEATHSIG, prctl(2)).
  const leash = findProgram('setpriv');
  // Most of it runs once, and little of it for long: to optimise it would take longer, and the processor from what is studied.
  const node = [process.execPath, '--no-opt', '--enable-source-maps'];
  const [execPath, ...execArgv] = leash === undefined ? node : [leash, '--pdeathsig', 'KILL', ...node];
  const child = fork(module, [], {
    cwd: NOTEBOOKS,
    execPath,
    execArgv,
    env: { ...process.env, ...env, PROCNOTES_RUN: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
  let complaint = '';
  let begun: 'no' | 'yes' = 'no';
  let outcome: 'none' | 'done' | 'error' = 'none';

  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const startTimer = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        run.error = place(
          `cell "${cell?.id}" did not end within ${deadline} s`,
          'give it longer with --deadline SECONDS, or mend it',
        );
        child.kill('SIGKILL');
      }, deadline * 1000);
    };
    startTimer();
    child.stderr?.on('data', (text) => {
      complaint += text;
    });
    child.on('message', (message: Message) => {
      if (message.tell === 'cell') {
        cell = notebook.cells.find((one) => one.id === message.id);
        begun = 'yes';
        startTimer();
      } else if (message.tell === 'shown') run.bundles.push(message.bundle);
      else if (message.tell === 'done') outcome = 'done';
      else if (message.tell === 'error') {
        outcome = 'error';
        const what = begun === 'yes' ? `cell "${cell?.id}" failed` : 'the cells could not be begun';
        run.error = place(`${what}: ${inNotebook(message.message, name)}`);
        const calls = message.expected === 'no' ? message.stack.search(/\n {4}at /) : -1;
        run.error.stack = run.error.message + (calls === -1 ? '' : inNotebook(message.stack.slice(calls), name));
      }
      onMessage?.(message);
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (outcome === 'none') {
        const how = signal === null ? `status ${status}` : `by ${signal}`;
        run.error ??= place(
          `the process ended in cell "${cell?.id}" (${how})${complaint === '' ? '' : `: ${complaint.trim()}`}`,
        );
      }
      resolve(run);
    });
  });
}
