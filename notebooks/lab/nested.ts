import { Missing } from './missing';
import { ProcessTable, parseProcesses, psCommand } from './processes';
import type { Program } from './program';
import type { Sandbox } from './sandbox';

/** The options of unshare(1) and nsenter(1): an ordinary user needs a user namespace around the PID namespace. */
function options(box: Sandbox) {
  const user = box.facts.kind === 'user namespace' || process.getuid?.() !== 0;
  return {
    unshare: `${user ? '--user --map-current-user ' : ''}--pid --fork --kill-child --mount-proc`,
    nsenter: `${user ? '--user --preserve-credentials ' : ''}--pid --mount`,
  };
}

/**
 * A PID namespace inside a sandbox, with a PID 1 of our own choosing and a /proc of its own: to the sandbox what a container
 * is to its host. Made by unshare(1), entered by nsenter(1); it ends when its PID 1 does (pid_namespaces(7)).
 */
export class Nested {
  private constructor(
    private readonly box: Sandbox,
    /** PID 1's standard streams, and unshare, which started it. */
    readonly program: Program,
    /** PID of PID 1, as the sandbox counts. */
    readonly init: number,
  ) {}

  /** Starts one: `command` is its PID 1. Throws `Missing` where that is refused. */
  static async open(box: Sandbox, name: string, command: string): Promise<Nested> {
    box.needs('unshare', 'nsenter');
    const program = await box.start(name, `unshare ${options(box).unshare} -- ${command}`);
    const begun = box.table(`${name} to begin`, (table) =>
      table.childrenOf(program.pid).find((process) => process.comm !== 'unshare'),
    );
    const { pid } = await box.until({
      what: begun.what,
      look: async () => {
        const over = await program.ends().look();
        if (over.met === 'yes') throw new Missing('the right to make a PID namespace', program.lines.join(' '));
        return begun.look();
      },
    });
    return new Nested(box, program, pid);
  }

  /** The command line that runs `command`, as the sandbox's shell reads it, inside the namespace and from outside it. */
  entering(command: string): string {
    return `nsenter --target ${this.init} ${options(this.box).nsenter} -- ${command}`;
  }

  /** Looks at the process table as it is seen from inside, but for ps itself, and notes it down under `moment`. */
  async ps(moment?: string): Promise<ProcessTable> {
    const child = this.box.spawn(['sh', '-c', `exec ${this.entering(psCommand)}`]);
    child.stdin.end();
    let printed = '';
    child.stdout.on('data', (text) => (printed += text));
    await new Promise((resolve) => child.once('close', resolve));
    const rows = parseProcesses(printed).filter((process) => process.args !== psCommand);
    this.box.recorder.note('ps, inside', { kind: 'processes', rows }, moment);
    return new ProcessTable(rows);
  }
}
