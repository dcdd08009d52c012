/** A copy of what the site is built from, so that a test can break it, and so that no build disturbs another. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from './project';

const PARTS = [
  'docs',
  'notebooks',
  'scripts',
  'src',
  'static',
  'docusaurus.config.ts',
  'sidebars.ts',
  'package.json',
  'tsconfig.json',
];

export interface Build {
  status: number | null;
  said: string;
  seconds: number;
}

export interface Development {
  /** `http://127.0.0.1:PORT/` */
  address: string;
  close(): Promise<void>;
}

export class SiteCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'procnotes-site-'));

  constructor() {
    for (const part of PARTS) cpSync(join(PROJECT, part), join(this.folder, part), { recursive: true });
    // The packages one by one: what is beside them, such as the cache of builds, is the copy's own.
    const packages = join(this.folder, 'node_modules');
    mkdirSync(packages);
    for (const name of readdirSync(join(PROJECT, 'node_modules'))) {
      if (name !== '.cache') symlinkSync(join(PROJECT, 'node_modules', name), join(packages, name));
    }
  }

  get built(): string {
    return join(this.folder, 'build');
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  change(file: string, how: (text: string) => string): void {
    this.write(file, how(this.read(file)));
  }

  /** Changes a file, runs, and changes it back. */
  async with<T>(file: string, change: (text: string) => string, run: () => Promise<T>): Promise<T> {
    const before = this.read(file);
    this.write(file, change(before));
    try {
      return await run();
    } finally {
      this.write(file, before);
    }
  }

  /** What `npm run SCRIPT` runs, in the copy; `heard` is called with what it has said, whenever it says more. */
  private run(
    script: 'build' | 'dev',
    environment: Record<string, string>,
    args: string[],
    heard: (said: string) => void,
  ): ChildProcess {
    const { scripts } = JSON.parse(this.read('package.json')) as { scripts: Record<'build' | 'dev', string> };
    const child = spawn('sh', ['-c', `exec env ${scripts[script]} "$@"`, script, ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
        heard(said);
      });
    }
    return child;
  }

  /** `npm run dev` in the copy, at a port that was free; resolves when it serves. Throws what it said where it ends before. */
  async develop(): Promise<Development> {
    const port = await freePort();
    let said = '';
    let serves = () => {};
    const child = this.run('dev', {}, ['--no-open', '--host', '127.0.0.1', '--port', String(port)], (all) => {
      said = all;
      if (/compiled successfully/i.test(said)) serves();
    });
    const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
    await new Promise<void>((resolve, reject) => {
      serves = resolve;
      over.then(() => reject(new Error(`npm run dev ended: ${said}`)));
    });
    const close = () => {
      child.kill();
      return over;
    };
    return { address: `http://127.0.0.1:${port}/`, close };
  }

  /** `npm run build` in the copy. */
  async build(environment: Record<string, string> = {}, args: string[] = []): Promise<Build> {
    const began = performance.now();
    let said = '';
    const child = this.run('build', environment, args, (all) => {
      said = all;
    });
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, said, seconds: (performance.now() - began) / 1000 };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One that the kernel chose: bind(2) to port 0. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
