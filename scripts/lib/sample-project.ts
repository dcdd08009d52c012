/**
 * A small copy of the project in a temporary folder, for tests of the commands: the real scripts and the real lab, with a
 * notebook of two arms that says something in a tenth of a second. What it needs compiled is compiled already.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compile, needProgram } from '../../notebooks/lab/programs';
import { waitFor } from '../../notebooks/lab/until';
import { kernelspec } from './needs';
import { PROJECT } from './project';

const HEADER = `---
jupyter:
  kernelspec: {name: tslab, display_name: TypeScript, language: typescript}
title: What an echo says
---
`;

/** The source of each code cell, by its id. */
export type Cells = Record<string, string>;

/** A notebook with these cells. */
export function notebookOf(cells: Cells): string {
  const fences = Object.entries(cells).map(
    ([id, source]) => `\nNext.\n\n\`\`\`typescript id="${id}"\n${source}\n\`\`\`\n`,
  );
  return `${HEADER}${fences.join('')}`;
}

/** The cells of a notebook with claims of `claimsOf`: `tools`, `says` and `findings`, in order; a test puts others over them. */
export const cellsOf = (name: string): Cells => ({
  tools: `import { experiment, judge, show } from './lab';
import { claims } from './claims/${name}';`,
  says: `const says = await experiment('what is said', {
  'echo yes': async (box) => {
    await box.$\`echo yes\`;
  },
  'echo no': async (box) => {
    await box.$\`echo no\`;
  },
});`,
  findings: 'show(judge(claims, says));',
});

/** notebooks/claims/NAME.ts with a claim that is confirmed and one that is refuted: `NAME.says-yes`, `NAME.says-no`. */
export const claimsOf = (name: string): string => `import type { History } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';

function saysYes(history: History): Seen {
  const [said] = history.of('command');
  if (said === undefined) return unseen('nothing was said');
  const text = said.stdout.trim();
  return text === 'yes' ? yes(\`it says \${text}\`, said) : no(\`it says \${text}\`, said);
}

export const claims: Claims = {
  '${name}.says-yes': { effect: saysYes, treatment: ['echo yes'], control: ['echo no'] },
  '${name}.says-no': { effect: saysYes, treatment: ['echo no'], control: ['echo yes'] },
};
`;

/** A claim as a note has it. */
export const noted = (id: string, verdict: string): string =>
  `:::claim{id="${id}" origin="ours" verdict="${verdict}" reach="POSIX"}\nIt says yes.\n:::\n`;

/** docs/NAME.md with both claims as they come out. */
export const noteOf = (name: string): string =>
  `# An echo\n\n${noted(`${name}.says-yes`, 'confirmed')}\n${noted(`${name}.says-no`, 'refuted')}`;

/** A notebook that all is well with, or has other cells, with its claims and its note. */
export const topic = (name: string, cells: Cells = {}): Record<string, string> => ({
  [`notebooks/${name}.md`]: notebookOf({ ...cellsOf(name), ...cells }),
  [`notebooks/claims/${name}.ts`]: claimsOf(name),
  [`docs/${name}.md`]: noteOf(name),
});

/**
 * The command line that runs a command where only it sees what `mounting` (a shell script) has mounted: in a mount namespace of
 * its own, as an ordinary user inside a user namespace (user_namespaces(7)).
 */
export function among(mounting: string, command: string[]): string[] {
  const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  return ['unshare', ...asUser, '--mount', 'sh', '-c', `set -e; ${mounting}; exec "$@"`, 'sh', ...command];
}

/** How a command ended, and all that it printed. */
export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command under way. */
export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when standard error has this text; rejects where the command ends without it. */
  says(text: string): Promise<void>;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  /** A process group of its own, as a shell makes one for each job. */
  group?: 'own';
}

/** A test runner's own mark would make a command believe that it is a test; the others choose where experiments run. */
const noMarks = { NODE_TEST_CONTEXT: undefined, PROCNOTES_HOST: undefined, PROCNOTES_PORT: undefined };

export class SampleProject {
  /** What stood in notebooks/ when the last command began. */
  private notebooks: string[] = [];

  private constructor(readonly folder: string) {}

  /** Makes one; the caller removes it. */
  static async make(): Promise<SampleProject> {
    // What every sandbox needs is compiled once, there, and copied.
    for (const source of ['lab/init.c', 'lab/terminal.c']) await compile(source);
    const sample = new SampleProject(mkdtempSync(join(tmpdir(), 'procnotes-sample-')));
    const copy = (path: string) =>
      cpSync(join(PROJECT, path), join(sample.folder, path), { recursive: true, filter: isNoTest });
    const settings = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json'];
    for (const path of [...settings, 'scripts', 'notebooks/lab.ts', 'notebooks/lab', '.cache/programs']) copy(path);
    symlinkSync(join(PROJECT, 'node_modules'), join(sample.folder, 'node_modules'));
    sample.write({ ...topic('tiny'), 'tmp/.keep': '' });
    return sample;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  /** Writes files over what is there. */
  write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), text);
    }
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  list(path: string): string[] {
    return readdirSync(this.path(path)).sort();
  }

  /** The line, from 1, on which `text` stands in a file. */
  lineOf(path: string, text: string): number {
    const line = this.read(path)
      .split('\n')
      .findIndex((one) => one.includes(text));
    if (line === -1) throw new Error(`${path} has no line with ${text}`);
    return line + 1;
  }

  /** `scripts/NAME.ts ARGS…` as an argument vector, for `start` and `run`. */
  script(name: string, ...args: string[]): string[] {
    return [process.execPath, '--import', require.resolve('tsx'), this.path(`scripts/${name}.ts`), ...args];
  }

  /** Puts programs into `bin/`: links to those of the host, and shell scripts of one's own; gives the folder, for PATH. */
  programs(names: string[], scripts: Record<string, string> = {}): string {
    mkdirSync(this.path('bin'), { recursive: true });
    for (const name of names) symlinkSync(needProgram(name), this.path(`bin/${name}`));
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(this.path(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    return this.path('bin');
  }

  /**
   * Runs `npm ARGS…`. The npm that its scripts find only fails: node_modules is the real project's, which an `npm ci` in here
   * would empty.
   */
  npm(args: string[]): Promise<Ended> {
    const PATH = `${this.programs([], { npm: 'echo "npm $* in a sample project" >&2; exit 1' })}:${process.env.PATH}`;
    return this.run([needProgram('npm'), ...args], { env: { PATH } });
  }

  /** Starts a command in the project's folder; a terminal it has not. */
  start(command: string[], { env, group }: RunOptions = {}): Started {
    const [file = '', ...args] = command;
    const options: SpawnOptions = {
      cwd: this.folder,
      env: { ...process.env, ...noMarks, TMPDIR: this.path('tmp'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: group === 'own',
    };
    this.notebooks = this.list('notebooks');
    const child = spawn(file, args, options);
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
        child.emit(stream);
      });
    }
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve({ status, signal, ...said }));
    });
    const says = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => said.stderr.includes(text) && resolve();
        child.on('stderr', look);
        child.once('close', () => reject(new Error(`it ended without "${text}": ${said.stdout}${said.stderr}`)));
        look();
      });
    return { child, ended, says };
  }

  run(command: string[], options?: RunOptions): Promise<Ended> {
    return this.start(command, options).ended;
  }

  /** The processes of this host that have the project's folder, or one of these marks, in their arguments or environment. */
  processes(...marks: string[]): { pid: number; words: string }[] {
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name);
      if (!Number.isInteger(pid) || pid === process.pid) return [];
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const all = words + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return [this.folder, ...marks].some((mark) => all.includes(mark)) ? [{ pid, words }] : [];
      } catch {
        return []; // it is gone by now, or another user's
      }
    });
  }

  /**
   * Waits until nothing of a run is left: no such process, nothing temporary, no new file in notebooks/. Both are waited for:
   * between two programs (execve(2)) a process has neither arguments nor environment.
   */
  async nothingLeft(...marks: string[]): Promise<void> {
    const left = () => [
      ...this.processes(...marks).map(({ pid, words }) => `${pid} ${words}`),
      ...this.list('tmp').filter((name) => !/^(tsx-\d+|node-compile-cache|\.keep)$/.test(name)),
      ...this.list('notebooks').filter((name) => !this.notebooks.includes(name)),
    ];
    await eventually(
      'nothing to be left',
      () => left().length === 0,
      () => left().join('\n'),
    );
  }

  /** Ends whatever a failed test left, and removes the folder. */
  async clear(started: Started, ...marks: string[]): Promise<void> {
    for (const { pid } of this.processes(...marks)) process.kill(pid, 'SIGKILL');
    await started.ended;
    this.remove();
  }

  /** Writes the project's own kernelspec, as `npm run setup` does. */
  writeKernelspec(): void {
    const path = '.cache/jupyter/share/jupyter/kernels/tslab/kernel.json';
    this.write({ [path]: kernelspec(process.execPath, this.path('node_modules/tslab/bin/tslab')) });
  }

  /** Runs `scripts/reproduce.ts`. */
  reproduce(args: string[] = [], options?: RunOptions): Promise<Ended> {
    return this.run(this.script('reproduce', ...args), options);
  }
}

/** Waits, at most half a minute, until `test` says yes. */
export async function eventually(what: string, test: () => boolean, seen = () => 'it is not so'): Promise<void> {
  const look = () =>
    test() ? ({ met: 'yes', value: undefined, witness: 'the test' } as const) : ({ met: 'no', seen: seen() } as const);
  await waitFor({ what, look }, 30_000);
}

function isNoTest(path: string): boolean {
  return !/\.test\.ts$|\/fixtures$/.test(path);
}
