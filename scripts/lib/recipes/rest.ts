/** What must be as it was when a recipe is over: processes, the reader's files, /tmp. */
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import type { Condition } from '../../../notebooks/lab/until';
import { backstage } from './shells';

interface Things {
  processes: Map<number, string>;
  files: Set<string>;
}

export class Rest {
  private constructor(
    private readonly box: Sandbox,
    private readonly id: string,
    private readonly before: Things,
  ) {}

  /** How things stand now, in the sandbox of the recipe `id`. */
  static async of(box: Sandbox, id: string): Promise<Rest> {
    return new Rest(box, id, await look(box, id));
  }

  /** That they stand so again: nothing has come, no file has gone. */
  restored(): Condition {
    return {
      what: 'nothing to be left of the recipe',
      look: async () => {
        const now = await look(this.box, this.id);
        const left = [
          ...[...now.processes]
            .filter(([pid]) => !this.before.processes.has(pid))
            .map(([pid, args]) => `process ${pid} (${args})`),
          ...[...now.files].filter((file) => !this.before.files.has(file)).map((file) => `the file ${file}`),
          ...[...this.before.files].filter((file) => !now.files.has(file)).map((file) => `the loss of ${file}`),
        ];
        if (left.length > 0) return { met: 'no', seen: left.join(', ') };
        return { met: 'yes', value: undefined, witness: 'ps' };
      },
    };
  }
}

/** On the plain host /tmp is everybody's: there only what is named for the recipe counts. */
async function look(box: Sandbox, id: string): Promise<Things> {
  const { stdout } = await box.$`find ${box.scratch} /tmp -mindepth 1 -printf '%p %s %T@\n' 2>/dev/null`;
  const files = stdout.split('\n').filter((line) => {
    if (line === '') return false;
    if (line.startsWith('/tmp/')) return box.tmp === 'own' || line.startsWith(`/tmp/${id}.`);
    const name = line.slice(box.scratch.length + 1);
    return !name.startsWith(backstage) && !/^\.(?:box|tmp)/.test(name);
  });
  const { rows } = await box.ps();
  const own = rows.filter(({ args }) => !/^find /.test(args));
  return { processes: new Map(own.map(({ pid, args }) => [pid, args])), files: new Set(files) };
}
