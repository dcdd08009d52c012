import { CUT_SHORT } from '../command';
import type { Event } from '../history';
import type { Process } from '../processes';
import { atTime, type Life } from './model';
import type { Placed } from './order';

type EventSeen = { when: number } & Event;

const base = (path: string) => path.slice(path.lastIndexOf('/') + 1) || path;

/** ms that it may take until a command that was given is run. */
const soon = 200;

/** Keeps the lives of a history while it is read, one observation after another, in order of time. */
export class Registry {
  private readonly lives: Life[] = [];
  /** Whoever has the PID now; one that is gone stays until another has it. */
  private readonly now = new Map<number, Life>();
  /** Those whose beginning and end a tracer tells: process tables, which come late, say nothing of their end. */
  private readonly traced = new Set<Life>();
  private readonly starts: { when: number; program: string; command: string }[] = [];
  /** When the experiment had opened a terminal. */
  private readonly opened = new Map<string, number>();
  private readonly commands: { when: number; name: string }[] = [];
  private lookedAt: number | undefined;

  constructor(private readonly init: number) {
    const life = this.begin(init, 0, { when: 0, how: 'seen' });
    life.names.push({ when: 0, name: 'init', how: 'seen' });
  }

  /** In order of beginning, then of PID. What nobody saw ending has no end. */
  finish(): Life[] {
    for (const life of this.lives) if (this.isCommand(life)) life.run = 'by the experiment';
    return this.lives.sort((a, b) => a.begin.when - b.begin.when || a.pid - b.pid);
  }

  read(seen: Placed): void {
    if (seen.kind === 'event') this.event(seen);
    else if (seen.kind === 'processes' && seen.witness === 'ps') this.table(seen.when, seen.rows);
    else if (seen.kind === 'process') this.state(seen.when, seen.pid, seen.state);
    else if (seen.kind === 'end') this.told(seen.when, seen);
    else if (seen.kind === 'command')
      this.commands.push({ when: seen.when, name: base(seen.command.split(' ')[0] ?? '') });
    else if (seen.kind === 'act') {
      const [, program = '', command = ''] = /^start ([^:]+): (.*)$/s.exec(seen.what) ?? [];
      if (program !== '') this.starts.push({ when: seen.when, program, command });
      const [, tty] = /^open .* on \/dev\/(\S+): /.exec(seen.what) ?? [];
      if (tty !== undefined) this.opened.set(tty, seen.when);
    }
  }

  /**
   * Whether it is a command that the experiment ran: such a command is noted at the time at which it is given to a shell, which
   * init forks into a session of its own, and which it may replace.
   */
  private isCommand({ pid, begin, parents, sessions, names }: Life): boolean {
    const forkedByInit = begin.how === 'forked' && parents[0]?.pid === this.init;
    if (!forkedByInit || sessions.every(({ sid }) => sid !== pid)) return false;
    const before = (all: { when: number }[]) =>
      Math.max(...all.filter(({ when }) => when <= begin.when).map(({ when }) => when), begin.when - soon);
    const given = before(this.commands);
    const command = this.commands.filter(({ when }) => when === given).pop();
    if (command === undefined || given < before(this.starts)) return false;
    const called = names.filter(({ how }) => how === 'exec').map(({ name }) => name);
    return called.includes(command.name) || called.every((name) => ['sh', 'bash', 'dash'].includes(name));
  }

  private begin(pid: number, when: number, begin: Life['begin']): Life {
    const before = this.lives.filter((life) => life.pid === pid).length;
    const id = `${pid}${"'".repeat(before)}`;
    const life: Life = { id, pid, begin, names: [], parents: [], sessions: [], groups: [], ttys: [], last: when };
    this.lives.push(life);
    this.now.set(pid, life);
    return life;
  }

  /** Whoever has the PID; where nobody is known to, there must have been somebody. */
  private there(pid: number, when: number): Life {
    const life = this.now.get(pid);
    if (life === undefined) return this.begin(pid, when, this.unforked(when));
    life.last = Math.max(life.last, when);
    return life;
  }

  private unforked(when: number): Life['begin'] {
    return { when, how: 'seen', ...(this.lookedAt === undefined ? {} : { notBefore: this.lookedAt }) };
  }

  private event(seen: EventSeen): void {
    const { when } = seen;
    switch (seen.event) {
      case 'fork':
        this.fork(when, seen.pid, seen.child);
        return;
      case 'exec':
        if (seen.pid === 0) return;
        this.own(seen.pid, when).names.push({ when, name: base(seen.path), how: 'exec' });
        return;
      case 'exit': {
        if (seen.pid === 0) return;
        const how = {
          ...(seen.status === undefined ? {} : { status: seen.status }),
          ...(seen.signal === undefined ? {} : { signal: seen.signal }),
        };
        this.own(seen.pid, when).end ??= { when, how: 'exited', ...how };
        return;
      }
      case 'reap': {
        if (seen.child === 0) return;
        const [parent, child] = [this.parent(seen.pid, when), this.own(seen.child, when)];
        child.end ??= { when, how: 'missed' };
        child.gone ??= { when, how: 'reaped', ...(parent === undefined ? {} : { by: parent.id }) };
        return;
      }
      case 'reparent': {
        if (seen.pid === 0) return;
        const life = this.parent(seen.to, when)?.id;
        const by = { when, pid: seen.to, how: 'adoption' as const, ...(life === undefined ? {} : { life }) };
        this.own(seen.pid, when).parents.push(by);
        return;
      }
      case 'setsid': {
        if (seen.pid === 0) return;
        const life = this.own(seen.pid, when);
        life.sessions.push({ when, sid: seen.pid });
        life.groups.push({ when, pgid: seen.pid });
        life.ttys.push({ when, tty: '?' });
        return;
      }
      case 'setpgid': {
        const life = this.now.get(seen.of);
        if (life !== undefined && atTime(life.groups, when)?.pgid !== seen.pgid)
          life.groups.push({ when, pgid: seen.pgid });
        return;
      }
      case 'subreaper':
        if (seen.pid !== 0) this.own(seen.pid, when).subreaper ??= { when };
        return;
      case 'signal':
        if (seen.pid !== 0) this.there(seen.pid, when);
        if (seen.from !== undefined && seen.from !== 0) this.there(seen.from, when);
        return;
      case 'kill':
        if (seen.by !== 0) this.there(seen.by, when);
    }
  }

  /** The life that an event is about: from now on its end will be told. */
  private own(pid: number, when: number): Life {
    const life = this.there(pid, when);
    this.traced.add(life);
    return life;
  }

  private parent(pid: number, when: number): Life | undefined {
    return pid === 0 ? undefined : this.there(pid, when);
  }

  private fork(when: number, pid: number, child: number): void {
    if (child === 0) return;
    const parent = this.parent(pid, when);
    const known = this.now.get(child);
    // Whoever was seen there before it was forked, and did not end, is the same: a table can come before its event.
    const life =
      known !== undefined && known.end === undefined && !this.traced.has(known) && child !== this.init
        ? known
        : this.begin(child, when, { when, how: 'forked' });
    life.begin = { when, how: 'forked' };
    life.parents = [{ when, pid, how: 'fork', ...(parent === undefined ? {} : { life: parent.id }) }];
    this.traced.add(life);
    if (parent === undefined) return;
    const inherit = <T extends { when: number }>(changes: T[]): T[] => {
      const last = atTime(changes, when);
      return last === undefined ? [] : [{ ...last, when }];
    };
    life.names = inherit(parent.names).map((one) => ({ ...one, how: 'inherited' as const }));
    life.sessions = inherit(parent.sessions);
    life.groups = inherit(parent.groups);
    life.ttys = inherit(parent.ttys);
  }

  private table(when: number, rows: Process[]): void {
    const listed = new Set<Life>();
    for (const row of rows) {
      const zombie = row.stat.startsWith('Z');
      let life = this.now.get(row.pid);
      if (life?.gone !== undefined && !this.traced.has(life)) life = undefined;
      life ??= this.begin(row.pid, when, this.unforked(when));
      listed.add(life);
      this.fill(life, when, row);
      if (this.traced.has(life)) continue;
      if (zombie) this.zombie(life, when);
      life.last = Math.max(life.last, when);
    }
    for (const life of this.now.values()) if (!listed.has(life)) this.absent(life, when);
    this.lookedAt = when;
  }

  /** Who was first seen later than the experiment started it, was there all the time. */
  private started(life: Life, when: number): void {
    if (life.begin.how !== 'seen' || when > life.begin.when) return;
    for (const changes of [life.names, life.parents, life.sessions, life.groups, life.ttys])
      for (const change of changes) if (change.when === life.begin.when) change.when = when;
    life.begin = { when, how: 'started' };
  }

  /** What a row tells that is not known better. */
  private fill(life: Life, when: number, row: Process): void {
    const sampled = !this.traced.has(life);
    const name = row.comm.replace(/ <defunct>$/, '');
    const note = <T extends { when: number }>(changes: T[], same: (one: T) => boolean, change: T) => {
      const last = changes[changes.length - 1];
      if (last === undefined) changes.push({ ...change, when: life.begin.when });
      else if (sampled && !same(last)) changes.push(change);
    };
    note(life.names, (one) => one.name.slice(0, 15) === name, { when, name, how: 'seen' });
    note(life.sessions, (one) => one.sid === row.sid, { when, sid: row.sid });
    note(life.groups, (one) => one.pgid === row.pgid, { when, pgid: row.pgid });
    const tty = life.ttys[life.ttys.length - 1];
    if (tty?.tty !== row.tty) life.ttys.push({ when: tty === undefined ? life.begin.when : when, tty: row.tty });
    const start = this.starts.find(({ command }) => command === row.args);
    const began = row.pid === row.sid ? (this.opened.get(row.tty) ?? start?.when) : start?.when;
    if (began !== undefined && row.pid === row.pgid) this.started(life, began);
    if (row.ppid === 0) return;
    const parent = this.now.get(row.ppid)?.id;
    const seen = { when, pid: row.ppid, how: 'seen' as const, ...(parent === undefined ? {} : { life: parent }) };
    note(life.parents, (one) => one.pid === row.ppid, seen);
  }

  private state(when: number, pid: number, state: string): void {
    const life = this.now.get(pid);
    if (state === 'gone') {
      if (life !== undefined) this.absent(life, when);
      return;
    }
    const found = life ?? this.begin(pid, when, this.unforked(when));
    if (this.traced.has(found)) return;
    if (state === 'Z') this.zombie(found, when);
    found.last = Math.max(found.last, when);
  }

  private zombie(life: Life, when: number): void {
    life.end ??= { when, how: 'seen', ...(life.last < when ? { after: life.last } : {}) };
  }

  private absent(life: Life, when: number): void {
    if (life.gone !== undefined || life.pid === this.init) return;
    // A tracer that is to tell of the end has not yet: the table is older than the time at which it was noted.
    if (life.end === undefined && this.traced.has(life)) return;
    life.gone = { when, how: life.end?.how === 'seen' ? 'seen' : 'missed' };
    life.end ??= { when, how: 'missed', after: life.last };
    life.last = when;
  }

  private told(when: number, end: { program: string; pid: number; status: number | string }): void {
    const how = typeof end.status === 'number' ? { status: end.status } : { signal: end.status };
    const start = this.starts.find(({ program }) => program === end.program);
    const known = this.now.get(end.pid);
    if (start !== undefined && known !== undefined) this.started(known, start.when);
    let life = this.now.get(end.pid);
    if (life === undefined) {
      life = this.begin(end.pid, when, { when: start?.when ?? when, how: start === undefined ? 'seen' : 'started' });
      const name = base(start?.command.split(' ')[0] ?? '') || end.program;
      life.names.push({ when: life.begin.when, name, how: 'seen' });
      life.last = life.begin.when;
    }
    if (life.end?.how === 'exited' || end.status === CUT_SHORT) return;
    const { status, signal } = life.end ?? {};
    if (status !== undefined || signal !== undefined) return;
    if (life.end === undefined) life.end = { when, how: 'told', ...how };
    else Object.assign(life.end, how);
    life.gone ??= { when, how: 'missed' };
    life.last = Math.max(life.last, life.gone.when);
  }
}
