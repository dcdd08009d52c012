import type { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type ProcessPromise, $ as zx } from 'zx/core';
import { Command } from './command';
import { Conditions } from './conditions';
import { type Box, Recorder } from './history';
import { bestWay, type Init, startInit, stopInit } from './init';
import { Missing, Taken } from './missing';
import { ProcessTable, parseProcesses, psCommand } from './processes';
import { Program } from './program';
import { compile, compiledPath, needProgram } from './programs';
import { parseSockets, SocketTable, ssCommand } from './sockets';
import { Terminal } from './terminal';
import { type Beginning, beginWatch, endWatch, Watch } from './trace/watch';
import { type Condition, waitFor } from './until';

export interface SandboxOptions {
  /** Whether PID 1 waits for what it adopts, as an init does. Default `waits`. */
  pid1?: Box['pid1'];
  /** `host` does without namespaces even where they are to be had. Default: as PROCNOTES_HOST=1 in the environment says. */
  on?: 'namespaces' | 'host';
  /** Settings of the sandbox's own network namespace, as sysctl(8) names them: `net.ipv4.tcp_fin_timeout`. */
  sysctls?: Record<string, string>;
  /**
   * Have all that happens in it witnessed: by tracefs, or where that is not to be had by strace, of each command, program and
   * terminal that is started, which sees neither init nor TCP. Without it, see `Sandbox.traced`. `by the kernel`: by tracefs or
   * not at all, where strace would disturb what is seen without it. `no`: of nothing; for races, and for storms of processes,
   * of which a trace would only have to be thrown away.
   */
  trace?: 'yes' | 'by the kernel' | 'no';
  /** `own`: an empty /tmp of its own, in the scratch directory. On the plain host it is the host's. */
  tmp?: 'own';
}

export interface TerminalOptions {
  /** The program that leads the session. Default: an interactive bash that reads no start-up file. */
  program?: string[];
  /** Have a witness for the program: see `Sandbox.traced`. */
  traced?: 'yes';
  rows?: number;
  columns?: number;
}

/** Which kind of sandbox `options` ask for on this host, and why it is no better one. */
export async function whichSandbox(options: SandboxOptions = {}): Promise<{ kind: Box['kind']; refusals: string[] }> {
  const on = options.on ?? (process.env.PROCNOTES_HOST === '1' ? 'host' : 'namespaces');
  return on === 'host' ? { kind: 'host', refusals: [] } : bestWay();
}

/**
 * Where an experiment runs: PID, mount, network, IPC and UTS namespaces of its own (and a user namespace for an
 * ordinary user: namespaces(7), user_namespaces(7)), an init of our choosing, loopback up, a scratch directory in
 * memory. Everything in it descends from init, and init ends with the process that opened it, however that ends.
 * Where namespaces are forbidden init is a subreaper on the plain host instead, and answers for all the same.
 */
export class Sandbox extends Conditions {
  /** The history so far. */
  readonly recorder = new Recorder();
  readonly facts: Box;
  /** In the order in which they were opened. */
  readonly terminals: Terminal[] = [];
  private readonly ports: number[] = [];
  private pinned = '';
  private readonly watch: Watch;

  private constructor(
    private readonly init: Init,
    pid1: Box['pid1'],
    /** The program that holds a terminal. */
    private readonly window: string,
    witness: Beginning,
    /** Whether /tmp inside is the sandbox's own. */
    readonly tmp: 'own' | 'shared',
  ) {
    super();
    this.facts = { kind: init.kind, init: init.kind === 'host' ? init.pid : 1, pid1 };
    this.watch = new Watch(witness, {
      recorder: this.recorder,
      init: { task: init.pid, pid: this.facts.init },
      scratch: init.scratch,
      read: (file) => (this.there(file) ? this.read(file) : undefined),
      isGone: (pid) => this.stateOf(pid) === 'gone',
    });
  }

  /** Opens one; the caller closes it. Throws `Missing` without a compiler, and where sysctls would be the host's own. */
  static async open(options: SandboxOptions = {}): Promise<Sandbox> {
    const terminal = await compile('lab/terminal.c');
    const { kind } = await whichSandbox(options);
    const pid1 = options.pid1 ?? 'waits';
    if (options.sysctls !== undefined && kind === 'host')
      throw new Missing('a network namespace', "the host's own sysctls are left as they are");
    const witness = await beginWatch(options.trace ?? 'what is traced');
    try {
      const tmp = options.tmp === 'own' && kind !== 'host' ? 'own' : 'shared';
      const init = await startInit(kind, pid1, options.sysctls, tmp);
      const seen = tmp === 'own' ? broughtIn(init, terminal) : terminal;
      return new Sandbox(init, pid1, seen, witness, tmp);
    } catch (error) {
      endWatch(witness);
      throw error;
    }
  }

  /** Ends everything in the sandbox and waits until it is gone. What terminals show and the witness tells is noted down first. */
  async close(): Promise<void> {
    try {
      for (const terminal of this.terminals) await terminal.look('at the end');
      await this.watch.hear();
    } finally {
      this.watch.end();
      await stopInit(this.init);
    }
  }

  /** The scratch directory, as processes inside name it: where everything starts, and HOME. */
  get scratch(): string {
    return this.init.scratch;
  }

  protected get root(): string {
    return this.init.root;
  }

  /** PID of its first process as the host counts: what nsenter(1) wants. */
  get hostPid(): number {
    return this.init.pid;
  }

  private get socket(): string {
    return this.outside('.box');
  }

  /**
   * zx's `$` inside the sandbox: each command is a child of init, in a session of its own. It is noted down with what it
   * printed and how it ended; ending badly is an observation like another, so it does not throw.
   */
  $(pieces: TemplateStringsArray, ...args: unknown[]): ProcessPromise {
    const shell = zx({
      cwd: '/',
      shell: '/bin/bash',
      prefix: '',
      nothrow: true,
      quiet: true,
      spawn: ((command: string) =>
        this.spawn([...this.watch.over(), '/bin/bash', '-c', command])) as unknown as typeof spawn,
    });
    const at = this.recorder.now();
    const running = shell(pieces, ...(args as string[]));
    running.then(({ stdout, stderr, exitCode, signal }) => {
      const status = signal ?? exitCode ?? 0;
      this.recorder.note('sh', { kind: 'command', command: running.cmd, stdout, stderr, status }, undefined, at);
    });
    return running;
  }

  /** Starts a program inside, with sockets for its standard streams; it ends with the sandbox at the latest. Noted down nowhere. */
  spawn(command: string[]): Command {
    return new Command(this.socket, command);
  }

  /** Runs a command inside without noting it down. */
  protected ask(command: string[]): Promise<{ stdout: string; stderr: string; status: number | string }> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(command);
      child.stdin.end();
      child.stdout.setEncoding('utf8');
      child.stderr.setEncoding('utf8');
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      child.once('error', reject);
      child.once('close', (status, signal) => resolve({ stdout, stderr, status: signal ?? status ?? 'unknown' }));
    });
  }

  /** The same; gives what the command printed, throws where it fails. */
  private async run(command: string[]): Promise<string> {
    const { stdout, stderr, status } = await this.ask(command);
    if (status === 0) return stdout;
    throw new Error(`${command.join(' ')} failed: ${stderr.trim() || `status ${status}`}`);
  }

  /**
   * Starts a program inside that runs on while the experiment does: a shell command, which should begin with the program
   * (it is exec'ed). `name` is its name as a witness. What it prints is noted down line by line.
   */
  async start(name: string, command: string): Promise<Program> {
    this.recorder.note('the experiment', { kind: 'act', what: `start ${name}: ${command}` });
    return Program.attach(
      name,
      this.spawn([...this.watch.over(), 'sh', '-c', `echo $$; exec ${this.pinned}${command}`]),
      this.recorder,
    );
  }

  /** Opens a terminal and waits for bash's prompt. The second call is "open another terminal". */
  async terminal(name: string, { program, traced, rows = 24, columns = 80 }: TerminalOptions = {}): Promise<Terminal> {
    const leader = program ?? ['bash', '--norc', '--noprofile', '-i'];
    const command = [...(traced === 'yes' ? this.watch.tracer() : this.watch.over()), ...leader];
    const window = this.spawn([this.window, String(rows), String(columns), ...command]);
    const home = { recorder: this.recorder, run: (words: string[]) => this.run(words) };
    const terminal = await Terminal.attach(name, window, home, { rows, columns });
    this.terminals.push(terminal);
    const how = traced === 'yes' ? ', traced' : '';
    this.recorder.note('the experiment', {
      kind: 'act',
      what: `open ${name} on ${terminal.tty}: ${leader.join(' ')}${how}`,
    });
    if (program === undefined) await waitFor(terminal.shows(/\$ ?$/), 10_000);
    return terminal;
  }

  /** Writes files into the scratch directory; one that begins with `#!` is made executable. */
  files(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      const target = this.outside(path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
      if (text.startsWith('#!')) chmodSync(target, 0o755);
    }
    this.recorder.note('the experiment', { kind: 'act', what: `write ${Object.keys(files).join(', ')}` });
  }

  /** What stands in a file of the scratch directory. */
  read(path: string): string {
    return readFileSync(this.outside(path), 'utf8');
  }

  /** Puts a program of notebooks/programs/, compiled, into the scratch directory: `./NAME`. Throws `Missing` without a compiler. */
  async program(name: string): Promise<void> {
    copyFileSync(await compile(`programs/${name}.c`), this.outside(name));
    this.recorder.note('the experiment', { kind: 'act', what: `compile ${name}.c` });
  }

  /** Throws `Missing` where the host lacks a program that the experiment needs. */
  needs(...programs: string[]): void {
    for (const program of programs) needProgram(program);
  }

  /**
   * A port for a server: `wanted` itself, as each network namespace has all of them. On the plain host
   * PROCNOTES_PORT names another; throws `Taken` where that cannot be had.
   */
  async port(wanted: number): Promise<number> {
    if (this.facts.kind !== 'host') return wanted;
    const port = Number(process.env.PROCNOTES_PORT ?? wanted);
    if (!(Number.isInteger(port) && port >= 1024 && port <= 65535))
      throw new Taken(`PROCNOTES_PORT is "${process.env.PROCNOTES_PORT}"; it can be a port from 1024 to 65535`);
    await new Promise<void>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', () =>
        reject(new Taken(`port ${port} is taken on this host; set PROCNOTES_PORT to a free one`)),
      );
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
    });
    return port;
  }

  /**
   * A port for a server that leaves something behind on it: 8080, as each network namespace has all of them; on the plain
   * host, where TIME_WAITs outlast the arms, one that the kernel says is free.
   */
  async freePort(): Promise<number> {
    const port = this.facts.kind === 'host' ? await freeOnHost() : 8080;
    this.ports.push(port);
    return port;
  }

  /**
   * The command line that runs `command` as another user. Throws `Missing` where there is none to be: a user namespace of an
   * ordinary user has only that one (user_namespaces(7)), and on the plain host others may not enter the scratch directory.
   */
  asUser(uid: number, command: string): string {
    if (this.facts.kind !== 'namespaces') throw new Missing('root', 'and a sandbox, for a second user to be in');
    return `${needProgram('setpriv')} --reuid=${uid} --regid=${uid} --clear-groups ${command}`;
  }

  /**
   * Has all that `start` starts from now on keep to one processor (taskset(1)). On two, what two programs send over loopback
   * may overtake each other: each processor has a queue of its own.
   */
  onOneProcessor(): void {
    const [first = 0, ...others] = allowedProcessors();
    const cpu = others.length > 0 && turn++ % 2 === 1 ? others[0] : first;
    this.pinned = `${needProgram('taskset')} -c ${cpu} `;
    this.recorder.note('the experiment', { kind: 'act', what: `keep to processor ${cpu}` });
  }

  /** The process table of the sandbox as ps(1) sees it from inside, but for ps itself. */
  protected async processes(): Promise<ProcessTable> {
    const all = new ProcessTable(parseProcesses(await this.run(psCommand.split(' ')))).below(this.facts.init);
    const rows = all.rows.filter((process) => process.args !== psCommand);
    return new ProcessTable(rows.map((process) => ({ ...process, args: process.args.replace(compiledPath, '') })));
  }

  /** Looks at the process table, and notes it down under `moment`. */
  async ps(moment?: string): Promise<ProcessTable> {
    const table = await this.processes();
    this.recorder.note('ps', { kind: 'processes', rows: table.rows }, moment);
    return table;
  }

  /** The TCP sockets as ss(8) sees them from inside; on the plain host, only those of ports that `freePort` gave. */
  protected async tcp(): Promise<SocketTable> {
    needProgram('ss');
    const all = new SocketTable(parseSockets(await this.run(ssCommand.split(' '))));
    return this.facts.kind === 'host' ? all.at(this.ports) : all;
  }

  /** Looks at the TCP sockets, and notes them down under `moment`. */
  async sockets(moment?: string): Promise<SocketTable> {
    const table = await this.tcp();
    this.recorder.note('ss', { kind: 'sockets', rows: table.rows }, moment);
    return table;
  }

  /** Sends a signal to a process, or, where `pid` is negative, to a process group (kill(1), inside). */
  async kill(pid: number, signal = 'TERM'): Promise<void> {
    this.recorder.note('the experiment', { kind: 'act', what: `kill -${signal} -- ${pid}` });
    await this.run(['kill', `-${signal}`, '--', String(pid)]);
  }

  /**
   * The command line that runs `command` so that there is a witness of it: of every process it starts, of kinship, signals,
   * ends. What it tells is part of the history when the arm is over.
   *
   * As root that is tracefs, the kernel itself: it follows all that happens in the sandbox anyway, and the command stays as
   * it is. Else it is strace(1): a grandchild in a session of its own (-DDD), so that kinship, groups and sessions are as
   * without it; it slows: never judge a race by it. Where neither may be used the history says so, and what asks for events
   * is inconclusive.
   */
  traced(command: string): string {
    return [...this.watch.tracer(), command].join(' ');
  }

  /** Waits for a fact, at most `within` milliseconds, and notes it down; looks at least once in `every` ms. Throws `TimeOut`, which says what was last seen. */
  async until<T>(
    condition: Condition<T>,
    { within = 10_000, every, moment }: { within?: number; every?: number; moment?: string } = {},
  ): Promise<T> {
    const { value, witness, fact } = await waitFor(condition, within, every);
    if (fact !== undefined) this.recorder.note(witness, fact, moment);
    return value;
  }

  /** Looks now whether a file of the scratch directory is there, and notes it down. */
  look(path: string): 'there' | 'absent' {
    const state = this.there(path) ? 'there' : 'absent';
    this.recorder.note('the file system', { kind: 'file', path, state });
    return state;
  }
}

/** The path inside of a copy of `program`: its own may lie below a /tmp that is hidden there. */
function broughtIn(init: Init, program: string): string {
  const path = join(init.scratch, '.box-terminal');
  copyFileSync(program, `${init.root}${path}`);
  return path;
}

/** Sandboxes that want one processor take turns, so that they do not all want the same. */
let turn = 0;

/** The processors that this process may run on: the beginnings of `0-3,8` are 0, 1 and 8 (proc(5), Cpus_allowed_list). */
function allowedProcessors(): number[] {
  const [, list = '0'] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return to > from ? [from, from + 1] : [from];
  });
}

/** A port that nobody uses, not even a TIME_WAIT: bind(2) to port 0 lets the kernel choose (ip(7), ip_local_port_range). */
function freeOnHost(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
