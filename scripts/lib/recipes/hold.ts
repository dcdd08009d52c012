/** For a look: a recipe's sandbox stays open, its terminals as they are, until Enter is pressed. */
import { createInterface } from 'node:readline';
import type { Sandbox } from '../../../notebooks/lab/sandbox';

/** Prints what the terminals show, says how to get inside, and resolves at Enter, or at the end of standard input. */
export async function hold(box: Sandbox, screens: string[]): Promise<void> {
  process.stderr.write(`${screens.map((screen) => `── ${screen}\n`).join('\n')}\n`);
  const inside = box.facts.kind === 'namespaces' ? `nsenter --target ${box.hostPid} --all sh` : 'ps';
  process.stderr.write(`The terminals stay open. A look from another one: ${inside}\nEnter closes them. `);
  const lines = createInterface({ input: process.stdin });
  await new Promise((resolve) => {
    lines.once('line', resolve);
    lines.once('close', resolve);
  });
  lines.close();
}
