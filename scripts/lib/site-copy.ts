/** A copy of what the site is built from, so that a test can break it, and so that no build disturbs another. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  /** `npm run build` in the copy. */
  async build(environment: Record<string, string> = {}, args: string[] = []): Promise<Build> {
    const { scripts } = JSON.parse(this.read('package.json')) as { scripts: { build: string } };
    const began = performance.now();
    const child = spawn('sh', ['-c', `${scripts.build} "$@"`, 'build', ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
      });
    }
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, said, seconds: (performance.now() - began) / 1000 };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
