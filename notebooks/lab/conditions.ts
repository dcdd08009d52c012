import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Box } from './history';
import { isFolder } from './init';
import { Missing } from './missing';
import type { ProcessTable } from './processes';
import { inTransit, parseStance, restless, type Stance } from './rest';
import { parseKernelSockets, readKernelTable, SocketTable } from './sockets';
import type { Condition } from './until';

/** What can be waited for in a sandbox: `box.until(box.gone(pid))`. Each look is made from outside, but for those of ps and ss. */
export abstract class Conditions {
  abstract readonly facts: Box;
  abstract readonly scratch: string;

  /** The path, for this process, of the root directory inside. */
  protected abstract readonly root: string;

  protected abstract processes(): Promise<ProcessTable>;
  protected abstract tcp(): Promise<SocketTable>;

  /** Runs a command inside without noting it down. */
  protected abstract ask(command: string[]): Promise<{ stdout: string; stderr: string; status: number | string }>;

  /** The path, for this process, of a file in the scratch directory. */
  protected outside(path: string): string {
    return join(`${this.root}${this.scratch}`, path);
  }

  protected there(path: string): boolean {
    const folder = dirname(this.outside(path));
    return isFolder(folder) && readdirSync(folder).includes(basename(path));
  }

  /** That a file of the scratch directory is there. */
  exists(path: string): Condition {
    return {
      what: `${path} to be there`,
      look: () =>
        this.there(path)
          ? { met: 'yes', value: undefined, witness: 'the file system', fact: { kind: 'file', path, state: 'there' } }
          : { met: 'no', seen: `the scratch directory holds ${readdirSync(this.outside('.')).join(', ')}` },
    };
  }

  /** That a file of the scratch directory is there, and says something. */
  contains(path: string, pattern: RegExp): Condition {
    return {
      what: `${path} to say ${pattern}`,
      look: async () => {
        const there = await this.exists(path).look();
        if (there.met === 'no') return there;
        const said = readFileSync(this.outside(path), 'utf8');
        return pattern.test(said)
          ? { met: 'yes', value: undefined, witness: 'the file system' }
          : { met: 'no', seen: said };
      },
    };
  }

  /** What stands in a file that processes inside name so, or undefined. */
  private inside(path: string): string | undefined {
    try {
      return readFileSync(`${this.root}${path}`, 'utf8');
    } catch {
      return undefined;
    }
  }

  /**
   * The state of a process, its parent and its exit code as /proc/PID/stat gives them (`S`, `Z`, …: proc(5)); the state is `gone`
   * where there is none.
   */
  private statOf(pid: number): { state: string; parent: number; code: number } {
    const stat = this.inside(`/proc/${pid}/stat`);
    if (stat === undefined) return { state: 'gone', parent: 0, code: 0 };
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third on
    return { state: fields[0] ?? '', parent: Number(fields[1]), code: Number(fields[49]) };
  }

  protected stateOf(pid: number): string {
    return this.statOf(pid).state;
  }

  /** That a process is in a state: `Z` is a zombie, `T` stopped; `gone` is ended and waited for. */
  state(pid: number, wanted: string): Condition {
    return {
      what: `process ${pid} to be ${wanted}`,
      look: () => {
        const state = this.stateOf(pid);
        if (state !== wanted) return { met: 'no', seen: `its state is ${state}` };
        return { met: 'yes', value: undefined, witness: '/proc', fact: { kind: 'process', pid, state } };
      },
    };
  }

  /** That a process has ended and been waited for. */
  gone(pid: number): Condition {
    return this.state(pid, 'gone');
  }

  /**
   * That a process is stopped, and its parent has fetched that (waitpid(2), WUNTRACED): until then the kernel keeps the signal
   * as the exit code (proc(5), /proc/PID/stat, field 52). In five looks one after another: a tracer stops it too, in passing.
   * Throws `Missing` before Linux 5.17, where that field is always 0.
   */
  stopNoticed(pid: number): Condition {
    if (!stopsAreTold.test(release()))
      throw new Missing('Linux 5.17', 'earlier ones do not tell who has noticed a stop');
    let looks = 0;
    return {
      what: `the stop of process ${pid} to be noticed by its parent`,
      look: () => {
        const { state, code } = this.statOf(pid);
        looks = /^[Tt]$/.test(state) && code === 0 ? looks + 1 : 0;
        if (looks < 5) return { met: 'no', seen: `its state is ${state}, its exit code ${code}` };
        return { met: 'yes', value: undefined, witness: '/proc', fact: { kind: 'process', pid, state } };
      },
    };
  }

  /** Whether none of some processes runs, in five looks one after another: what they had been told of before that, they have dealt with. */
  private resting(): (...pids: number[]) => boolean {
    let looks = 0;
    return (...pids) => {
      looks = pids.some((pid) => /^[RD]$/.test(this.stateOf(pid))) ? 0 : looks + 1;
      return looks >= 5;
    };
  }

  /** That processes are at rest, all at once: gone, ended, stopped or asleep, and done with whatever was sent to them before. */
  rests(...pids: number[]): Condition {
    const resting = this.resting();
    return {
      what: `${pids.join(', ')} to be at rest`,
      look: () => {
        const seen = pids.map((pid) => `${pid} is ${this.stateOf(pid)}`).join(', ');
        return resting(...pids) ? { met: 'yes', value: undefined, witness: '/proc' } : { met: 'no', seen };
      },
    };
  }

  /** That a process has ended and nothing more is to come of it: it is gone, or it is a zombie and its parent is at rest. */
  over(pid: number): Condition {
    let resting = this.resting();
    return {
      what: `process ${pid} to be over`,
      look: () => {
        const { state, parent } = this.statOf(pid);
        if (state !== 'Z') resting = this.resting();
        if (state !== 'gone' && !(state === 'Z' && resting(parent)))
          return { met: 'no', seen: `its state is ${state}, that of its parent (${parent}) ${this.stateOf(parent)}` };
        return { met: 'yes', value: undefined, witness: '/proc', fact: { kind: 'process', pid, state } };
      },
    };
  }

  /** That `test` finds what it wants in the process table: it is given one after another, and gives undefined to go on waiting. */
  table<T>(what: string, test: (table: ProcessTable) => T | undefined): Condition<T> {
    return {
      what,
      look: async () => {
        const table = await this.processes();
        const value = test(table);
        if (value === undefined) return { met: 'no', seen: `\n${table}` };
        return { met: 'yes', value, witness: 'ps', fact: { kind: 'processes', rows: table.rows } };
      },
    };
  }

  /**
   * That a shell command prints something in which `test` finds what it wants: it is run again and again, and the last run is
   * noted down. `test` gives undefined to go on waiting.
   */
  prints<T>(command: string, test: (stdout: string) => T | undefined): Condition<T> {
    return {
      what: `${command} to print what is wanted`,
      look: async () => {
        const { stdout, stderr, status } = await this.ask(['/bin/bash', '-c', command]);
        const value = test(stdout);
        if (value === undefined) return { met: 'no', seen: `\n${stdout}${stderr}` };
        return { met: 'yes', value, witness: 'sh', fact: { kind: 'command', command, stdout, stderr, status } };
      },
    };
  }

  /**
   * That none of these processes has run between two looks, and nothing is on its way between TCP sockets of `port`. So, when
   * what set them going has arrived, whatever they still do not know nobody is about to tell them. For processes that wait
   * for each other: one that waits for a time to pass is at rest until then.
   */
  atRest(pids: number[], port: number): Condition {
    let before = new Map<number, Stance>();
    return {
      what: `processes ${pids.join(', ')} to be at rest`,
      look: () => {
        const sockets = inTransit(this.kernelSockets().at([port]).rows);
        const now = new Map(pids.map((pid) => [pid, parseStance(this.inside(`/proc/${pid}/status`))]));
        const why = sockets[0] ?? restless(before, now);
        before = now;
        return why === undefined ? { met: 'yes', value: undefined, witness: '/proc' } : { met: 'no', seen: why };
      },
    };
  }

  /** The TCP sockets of the sandbox's network as the kernel's own table has them; it takes no process to look. */
  private kernelSockets(): SocketTable {
    const net = `/proc/${this.facts.init}/net`;
    const tables = [`${net}/tcp`, `${net}/tcp6`].map((file) => readKernelTable(`${this.root}${file}`));
    return new SocketTable(tables.flatMap(parseKernelSockets));
  }

  /**
   * That `test` finds what it wants among the TCP sockets: the like of `table`. The kernel's own table is looked at until it is there;
   * what is noted down is what ss shows then.
   */
  tcpTable<T>(what: string, test: (table: SocketTable) => T | undefined): Condition<T> {
    return {
      what,
      look: async () => {
        const early = this.kernelSockets();
        if (test(early) === undefined) return { met: 'no', seen: `\n${early}` };
        const table = await this.tcp();
        const value = test(table);
        if (value === undefined) return { met: 'no', seen: `\n${table}` };
        return { met: 'yes', value, witness: 'ss', fact: { kind: 'sockets', rows: table.rows } };
      },
    };
  }

  /** That a process of this name is there; gives the table it was seen in. */
  running(comm: string): Condition<ProcessTable> {
    return this.table(`${comm} to run`, (table) => (table.allNamed(comm).length > 0 ? table : undefined));
  }
}

/** Releases of Linux whose /proc/PID/stat gives a stopped process's signal as its exit code: 5.17 and later. */
const stopsAreTold = /^(5\.(1[7-9]|[2-9]\d)|[6-9]|\d\d)\b/;
