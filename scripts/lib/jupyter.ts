/** Real Jupyter, from here: nbclient and the tslab kernel, tied to this process by a sandbox. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Claims } from '../../notebooks/lab/judge';
import { Sandbox } from '../../notebooks/lab/sandbox';
import { bundlesOf, evidenceOf, gapsOf } from './evidence';
import { type Ipynb, readIpynb, serializeIpynb } from './ipynb';
import type { Notebook } from './notebook';
import { NOTEBOOKS, PROJECT, Refusal } from './project';
import { refuse, SourceError } from './source-error';

/** Where the project's own kernelspec is; Jupyter looks there when JUPYTER_PATH says so. */
export const JUPYTER_PATH = join(PROJECT, '.cache', 'jupyter', 'share', 'jupyter');

export const PYTHON = '/usr/bin/python3';

/** Throws where Jupyter, or the kernel, is not set up. */
export function needJupyter(): void {
  const there = existsSync(PYTHON) && existsSync(join(JUPYTER_PATH, 'kernels', 'tslab', 'kernel.json'));
  if (!there) throw new Refusal('Jupyter and its TypeScript kernel are not set up; run: npm run setup');
}

type Line = { cell: string } | { reply: string } | { error: string } | { notebook: unknown };

/**
 * Executes a notebook and gives it with its outputs. Throws, with the place in the .md, where a cell fails, is skipped, writes
 * to standard error, or does not end within `deadline` seconds. Nothing that it started outlives it, or this process.
 */
export async function executeNotebook(
  notebook: Notebook,
  ipynb: Ipynb,
  { deadline, onCell }: { deadline: number; onCell?: (id: string) => void },
): Promise<Ipynb> {
  needJupyter();
  const box = await Sandbox.open({ on: 'host' });
  try {
    // What Jupyter leaves when it is killed (the kernel's connection file) goes with the sandbox.
    const own = [`TMPDIR=${box.scratch}`, `JUPYTER_PATH=${JUPYTER_PATH}`, 'PYTHONDONTWRITEBYTECODE=1'];
    const environment = [...own, ...passedOn()];
    const python = box.spawn([
      'env',
      ...environment,
      PYTHON,
      join(__dirname, 'execute.py'),
      NOTEBOOKS,
      String(deadline),
    ]);
    let complaint = '';
    python.stderr.on('data', (text) => {
      complaint += text;
    });
    python.stdin.on('error', () => {});
    python.stdin.end(serializeIpynb(ipynb));
    let cell = '';
    const replies: { cell: string; status: string }[] = [];
    let executed: unknown;
    const place = (id: string, problem: string, remedy?: string) =>
      new SourceError(notebook.file, notebook.cells.find((one) => one.id === id)?.line ?? 1, problem, remedy);
    for await (const text of createInterface({ input: python.stdout })) {
      const line = JSON.parse(text) as Line;
      if ('cell' in line) {
        cell = line.cell;
        onCell?.(cell);
      } else if ('reply' in line) replies.push({ cell, status: line.reply });
      else if ('error' in line)
        throw place(cell, `cell "${cell}" ${line.error}`, 'mend it, or give it longer with --deadline SECONDS');
      else executed = line.notebook;
    }
    if (executed === undefined)
      throw new Refusal(`Jupyter did not come to the end of ${notebook.file}:\n${complaint.trim()}`);
    const result = readIpynb(JSON.stringify(executed), notebook.file.replace(/\.md$/, '.ipynb'));
    refuseFailures(notebook, result, replies, place);
    return result;
  } finally {
    await box.close();
  }
}

/** Parameters of the experiments, which the sandbox's clean environment would not have. */
function passedOn(): string[] {
  return ['PROCNOTES_SLEEP', 'PROCNOTES_HOST', 'PROCNOTES_PORT'].flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  );
}

type Place = (id: string, problem: string, remedy?: string) => SourceError;

/** tslab tells of failures in a low voice (only the reply, and text on stderr), so both are asked for. */
function refuseFailures(
  notebook: Notebook,
  result: Ipynb,
  replies: { cell: string; status: string }[],
  place: Place,
): void {
  const answered = new Map(replies.map(({ cell, status }) => [cell, status]));
  for (const cell of result.cells) {
    if (cell.cell_type !== 'code') continue;
    const said = cell.outputs.flatMap((output) =>
      output.output_type === 'stream' && (output as { name: string }).name === 'stderr'
        ? [String((output as { text: string }).text)]
        : [],
    );
    const status = answered.get(cell.id) ?? 'none';
    if (status === 'ok' && said.length === 0) continue;
    const how = status === 'ok' ? 'wrote to standard error' : `was answered "${status}"`;
    throw place(cell.id, `cell "${cell.id}" ${how}${said.length === 0 ? '' : `:\n${said.join('').trim()}`}`);
  }
  if (answered.size < notebook.cells.filter((cell) => cell.type === 'code').length) {
    throw place('', 'not every cell was answered');
  }
}

/** Throws unless an executed notebook has a finding for each of its claims, and none for others. */
export function refuseGaps(notebook: Notebook, executed: Ipynb, claims: Claims): void {
  refuse(gapsOf(notebook, claims, evidenceOf(bundlesOf(executed)).findings));
}
