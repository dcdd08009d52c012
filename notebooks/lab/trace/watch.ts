import { basename, join } from 'node:path';
import type { Event, Recorder } from '../history';
import { compiledPath } from '../programs';
import { waitFor } from '../until';
import type { Gap } from './account';
import { type Timed, withAdoptions } from './kinship';
import { parseStrace } from './strace';
import type { Following } from './tracefs';
import { bestWitness, type Witness } from './witness';

/** What of a sandbox is to be witnessed. `what is traced`: the commands that are said to be; the others as in SandboxOptions. */
export type Wanted = 'what is traced' | 'yes' | 'by the kernel' | 'no';

/** A watch that has begun: with tracefs, before anything is there to be seen. */
export type Beginning = { wanted: Wanted } & (
  | Exclude<Witness, { kind: 'tracefs' }>
  | { kind: 'tracefs'; following: Following }
);

/** Begins to watch by the best witness that the host, and what is wanted, allow. Who begins it ends it: `endWatch`. */
export async function beginWatch(wanted: Wanted): Promise<Beginning> {
  if (wanted === 'no') return { wanted, kind: 'none', because: 'the arm is run without one' };
  const best = await bestWitness();
  if (best.kind === 'tracefs') return { wanted, kind: 'tracefs', following: best.trace.follow() };
  return wanted === 'by the kernel' ? { wanted, kind: 'none', because: best.because } : { wanted, ...best };
}

export function endWatch(watch: Beginning): void {
  if (watch.kind === 'tracefs') watch.following.end();
}

/** The sandbox that is watched. */
interface Scene {
  recorder: Recorder;
  /** Its init, as the host numbers it and as it is numbered inside. */
  init: { task: number; pid: number };
  scratch: string;
  /** What stands in a file of the scratch directory; undefined where there is none. */
  read(file: string): string | undefined;
  /** Whether a process has ended and been waited for. */
  isGone(pid: number): boolean;
}

/** Who tells of forks, signals and ends in one sandbox, and how that becomes part of its history. */
export class Watch {
  private readonly files: string[] = [];
  /** Whether events are to be part of the history. */
  private asked: 'no' | 'yes';

  constructor(
    private readonly witness: Beginning,
    private readonly scene: Scene,
  ) {
    this.asked = witness.wanted === 'yes' || witness.wanted === 'by the kernel' ? 'yes' : 'no';
  }

  /** What is to stand before a command line that is to be witnessed: with tracefs nothing. */
  tracer(): string[] {
    this.asked = 'yes';
    if (this.witness.kind !== 'strace') return [];
    const file = join(this.scene.scratch, `.strace-${this.files.length + 1}`);
    this.files.push(basename(file));
    const calls = 'trace=%process,kill,tkill,tgkill,setsid,setpgid,prctl';
    return [this.witness.program, '-DDD', '-f', '-q', '-ttt', '-o', file, '-e', calls, '-e', 'signal=all'];
  }

  /** The same before every other command line: something only where all is to be witnessed. */
  over(): string[] {
    return this.witness.wanted === 'yes' ? this.tracer() : [];
  }

  /** Notes down, once, what the witness tells, if anybody asked for it. */
  async hear(): Promise<void> {
    if (this.asked === 'no') return;
    this.asked = 'no';
    if (this.witness.kind === 'none')
      this.noteGap('nobody', { because: `no trace can be had: ${this.witness.because}` });
    else if (this.witness.kind === 'strace') for (const file of this.files) await this.readTrace(file);
    else await this.readAccount(this.witness.following);
  }

  end(): void {
    endWatch(this.witness);
  }

  /** What the kernel tells of this sandbox, but for what the lab itself looked at it with. */
  private async readAccount(following: Following): Promise<void> {
    try {
      const { events, gaps } = await following.account(this.scene.init);
      for (const gap of gaps) this.noteGap('tracefs', gap);
      for (const { at, ...event } of withoutLooks(events, this.scene.init.pid)) {
        const when = this.scene.recorder.sinceBoot(at);
        if (when >= 0) this.noteEvent('tracefs', event, when); // before, init was furnishing the sandbox
      }
    } catch (error) {
      this.noteGap('tracefs', { because: (error as Error).message });
    }
  }

  /** Reads a trace when the tracer has caught up: when it has told of the end of every process that is gone. */
  private async readTrace(file: string): Promise<void> {
    if (this.scene.read(file) === undefined) return;
    const told = await waitFor(
      {
        what: `strace to tell of every end in ${file}`,
        look: () => {
          const events = parseStrace(this.scene.read(file) ?? '');
          const ended = new Set(events.map((event) => (event.event === 'exit' ? event.pid : 0)));
          const known = events.flatMap((event) => {
            if (event.event === 'kill') return event.by;
            return event.event === 'fork' ? [event.pid, event.child] : (event.pid ?? []);
          });
          const late = known.find((pid) => !ended.has(pid) && this.scene.isGone(pid));
          if (late === undefined) return { met: 'yes', value: events, witness: 'strace' };
          return { met: 'no', seen: `nothing of the end of ${late}` };
        },
      },
      10_000,
    );
    for (const { at, ...event } of withAdoptions(told.value, this.scene.init.pid))
      this.noteEvent('strace', event, this.scene.recorder.since(at));
  }

  private noteGap(witness: string, gap: Gap): void {
    this.scene.recorder.note(witness, { kind: 'gap', ...gap });
  }

  private noteEvent(witness: 'tracefs' | 'strace', event: Event, at: number): void {
    const inferred = event.event === 'reparent' ? ', inferred' : '';
    const told = event.event === 'exec' ? { ...event, path: event.path.replace(compiledPath, '') } : event;
    this.scene.recorder.note(`${witness}${inferred}`, { kind: 'event', ...told }, undefined, at);
  }
}

/** Without the lab's own looks: for these init starts ps, ss or stty itself, not through a shell. */
function withoutLooks(events: Timed[], init: number): Timed[] {
  const forked = new Set<number>();
  const hidden = new Set<number>();
  for (const event of events) {
    if (event.event === 'fork' && event.pid === init) forked.add(event.child);
    else if (event.event === 'exec' && forked.delete(event.pid) && /(^|\/)(ps|ss|stty)$/.test(event.path))
      hidden.add(event.pid);
  }
  const about = (event: Timed) => ['pid' in event ? (event.pid ?? 0) : 0, 'child' in event ? (event.child ?? 0) : 0];
  return events.filter((event) => !about(event).some((pid) => hidden.has(pid)));
}
