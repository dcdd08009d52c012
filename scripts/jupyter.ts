/** npm run jupyter: opens Jupyter Notebook on the notebooks, with the project's own kernel; arguments go to Jupyter. */
import { spawn } from 'node:child_process';
import { command } from './lib/command';
import { JUPYTER_PATH, needJupyter } from './lib/jupyter';
import { NOTEBOOKS } from './lib/project';

async function main(): Promise<void> {
  needJupyter();
  const others = process.env.JUPYTER_PATH === undefined ? [] : [process.env.JUPYTER_PATH];
  const env = { ...process.env, JUPYTER_PATH: [JUPYTER_PATH, ...others].join(':') };
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const args = ['-m', 'notebook', `--notebook-dir=${NOTEBOOKS}`, ...asRoot, ...process.argv.slice(2)];
  const server = spawn('/usr/bin/python3', args, { env, stdio: 'inherit' });
  // Ctrl-C is for Jupyter to ask about; it ends by itself, and so do we.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => signal === 'SIGTERM' && server.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => server.once('close', (status) => resolve(status ?? 1)));
}

command(main);
