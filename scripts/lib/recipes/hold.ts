/** For a look: a recipe's sandbox stays open, its terminals as they are, until whoever looks has seen enough. */
import { createInterface } from 'node:readline';
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import { connect } from './connect';
import type { Window } from './window';

/**
 * On a terminal, that becomes Terminal 1: see connect.ts. Elsewhere prints what the terminals show and how to get inside, and
 * resolves at Enter, or at the end of standard input. `problem` is why the recipe went no further, if so.
 */
export async function hold(box: Sandbox, windows: ReadonlyMap<number, Window>, problem?: Error): Promise<void> {
  const { stdin, stderr } = process;
  if (problem !== undefined) stderr.write(`${problem.message}\n`);
  const open = [...windows].filter(([, { state }]) => state === 'open');
  if (stdin.isTTY && stderr.isTTY && open.length > 0) {
    const terminals = new Map(open.map(([number, { terminal }]) => [number, terminal]));
    return connect(box, terminals, stdin, stderr);
  }
  for (const { terminal } of windows.values()) stderr.write(`── ${terminal.name}\n${terminal.screen()}\n\n`);
  const inside = box.facts.kind === 'namespaces' ? `nsenter --target ${box.hostPid} --all sh` : 'ps';
  stderr.write(`The terminals stay open. A look from another one: ${inside}\nEnter closes them. `);
  const lines = createInterface({ input: stdin });
  await new Promise((resolve) => {
    lines.once('line', resolve);
    lines.once('close', resolve);
  });
  lines.close();
}
