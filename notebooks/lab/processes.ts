/** One row of the process table, as ps(1) names its columns; `tty` is `?` and `tpgid` -1 without a controlling terminal. */
export interface Process {
  user: string;
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  tty: string;
  tpgid: number;
  stat: string;
  /** The command's name, at most 15 characters, as `ps -o comm` shows it; with procps 3 a zombie's ends in ` <defunct>`. */
  comm: string;
  args: string;
}

/** The question that is put to ps(1): the widths keep columns apart that may have spaces in them. */
export const psCommand = 'ps -ww -eo user:32,pid,ppid,pgid,sid,tty:16,tpgid,stat,comm:32,args';

const row = /^(\S+) +(\d+) +(\d+) +(-?\d+) +(-?\d+) +(\S+) +(-?\d+) +(\S+) +(.{32}) (.*)$/;

/**
 * Reads what `psCommand` printed. Throws on a line that is no row, with that line. A process that ps met in state X, dead and
 * waited for (proc(5)), is left out: it has no group and no session any more.
 */
export function parseProcesses(text: string): Process[] {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, user = '', pid, ppid, pgid, sid, tty = '', tpgid, stat = '', comm = '', args = ''] =
        row.exec(line) ?? [];
      if (pid === undefined) throw new Error(`ps printed a line that is no row: ${JSON.stringify(line)}`);
      const [pidN = 0, ppidN = 0, pgidN = 0, sidN = 0, tpgidN = 0] = [pid, ppid, pgid, sid, tpgid].map(Number);
      return {
        user,
        pid: pidN,
        ppid: ppidN,
        pgid: pgidN,
        sid: sidN,
        tty,
        tpgid: tpgidN,
        stat,
        comm: comm.trim(),
        args,
      };
    })
    .filter(({ stat }) => !stat.startsWith('X'));
}

/** The process table at one moment, with what one looks for in it. */
export class ProcessTable {
  constructor(readonly rows: Process[]) {}

  /** The only process of that name. Throws where there is none, or more than one: which was meant is not for us to guess. */
  named(comm: string): Process {
    const found = this.allNamed(comm);
    const [first] = found;
    if (first === undefined || found.length > 1) {
      const there = this.rows.map((process) => `${process.pid} ${process.comm}`).join(', ');
      throw new Error(`${found.length === 0 ? 'no' : found.length} processes are called ${comm}; there are: ${there}`);
    }
    return first;
  }

  allNamed(comm: string): Process[] {
    return this.rows.filter((process) => process.comm === comm || process.comm === `${comm} <defunct>`);
  }

  find(pid: number): Process | undefined {
    return this.rows.find((process) => process.pid === pid);
  }

  childrenOf(pid: number): Process[] {
    return this.rows.filter((process) => process.ppid === pid);
  }

  inGroup(pgid: number): Process[] {
    return this.rows.filter((process) => process.pgid === pgid);
  }

  /** `root` and all below it. */
  below(root: number): ProcessTable {
    const kept = new Set([root]);
    for (let before = 0; before !== kept.size; ) {
      before = kept.size;
      for (const process of this.rows) if (kept.has(process.ppid)) kept.add(process.pid);
    }
    return new ProcessTable(this.rows.filter((process) => kept.has(process.pid)));
  }

  /** The table as `ps -eo pid,ppid,pgid,sid,tty,tpgid,stat,comm` prints it. */
  toString(): string {
    const cells = this.rows.map((p) => [p.pid, p.ppid, p.pgid, p.sid, p.tty, p.tpgid, p.stat, p.comm].map(String));
    const head = ['PID', 'PPID', 'PGID', 'SID', 'TTY', 'TPGID', 'STAT', 'COMMAND'];
    const widths = head.map((name, column) =>
      Math.max(name.length, ...cells.map((line) => (line[column] ?? '').length)),
    );
    const numeric = [true, true, true, true, false, true, false, false];
    return [head, ...cells]
      .map((line) =>
        line
          .map((cell, c) => (numeric[c] ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
          .join(' ')
          .trimEnd(),
      )
      .join('\n');
  }
}
