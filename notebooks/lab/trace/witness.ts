import { execFile } from 'node:child_process';
import { missingProgram } from '../missing';
import { findProgram } from '../programs';
import { Tracefs } from './tracefs';

/**
 * Who tells of forks, signals and ends in a sandbox. `tracefs`: the kernel, of all that happens in it, without touching it.
 * `strace`: a tracer, of the commands that are run under it, which it slows. `none`: nobody; claims that need it cannot be
 * decided.
 */
export type Witness =
  | { kind: 'tracefs'; trace: Tracefs }
  | { kind: 'strace'; program: string; because: string }
  | { kind: 'none'; because: string };

let trace: Promise<Tracefs> | undefined;
const stracing = new Map<string, Promise<string | undefined>>();

/**
 * The best witness that this host allows: tracefs for root, else strace. PROCNOTES_WITNESS in the environment names the only
 * one that may be taken (`tracefs`, `strace`, or `none`).
 */
export async function bestWitness(): Promise<Witness> {
  const only = process.env.PROCNOTES_WITNESS ?? '';
  if (!['', 'tracefs', 'strace', 'none'].includes(only))
    throw new Error(`PROCNOTES_WITNESS is "${only}"; it can be tracefs, strace or none`);
  if (only === 'none') return { kind: 'none', because: 'PROCNOTES_WITNESS=none' };
  let because = 'PROCNOTES_WITNESS=strace';
  if (only !== 'strace') {
    try {
      return { kind: 'tracefs', trace: await runningTrace() };
    } catch (error) {
      if ((error as Error).name === 'Missing') throw error;
      because = (error as Error).message;
    }
  }
  if (only === 'tracefs') return { kind: 'none', because };
  const program = findProgram('strace');
  const against = program === undefined ? missingProgram('strace').message : await refusal(program);
  if (program === undefined || against !== undefined) return { kind: 'none', because: `${because}; ${against}` };
  return { kind: 'strace', program, because };
}

/** One trace for the whole process: it is set up once, and again after a pause; a refusal stands. */
async function runningTrace(): Promise<Tracefs> {
  const before = trace;
  const known = await before?.catch(() => undefined);
  if (known?.runs === 'yes') return known;
  if (trace === undefined || (trace === before && known !== undefined)) trace = Tracefs.open();
  return trace;
}

/** Why strace may not trace here (ptrace(2), EPERM), found out by trying it once. */
function refusal(program: string): Promise<string | undefined> {
  const known = stracing.get(program);
  if (known !== undefined) return known;
  const found = new Promise<string | undefined>((resolve) => {
    execFile(program, ['-f', '-q', '-o', '/dev/null', 'true'], (error, _, complaint) =>
      resolve(error === null ? undefined : (complaint.trim().split('\n')[0] ?? error.message)),
    );
  });
  stracing.set(program, found);
  return found;
}
