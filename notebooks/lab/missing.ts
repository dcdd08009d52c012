/**
 * Something that an experiment needs and the host has not. Not a failure of the experiment: the claims that depend on
 * it come out `inconclusive`, and say what to install.
 */
export class Missing extends Error {
  readonly need: string;
  constructor(need: string, remedy: string) {
    super(`needs ${need} (${remedy})`);
    this.name = 'Missing';
    this.need = need;
  }
}

/** Something on the host that an experiment has to have to itself is not to be had. What to do about it is in the message. */
export class Taken extends Error {
  override name = 'Taken';
}

/** The Debian package that brings each program an experiment may ask for. */
const packages: Record<string, string> = {
  apache2: 'apache2-bin',
  cc: 'gcc libc6-dev',
  nsenter: 'util-linux',
  ip: 'iproute2',
  nstat: 'iproute2',
  shellcheck: 'shellcheck',
  ps: 'procps',
  setpriv: 'util-linux',
  setsid: 'util-linux',
  ss: 'iproute2',
  strace: 'strace',
  taskset: 'util-linux',
  unshare: 'util-linux',
};

/** `Missing`, naming the Debian package that brings `program`. */
export function missingProgram(program: string): Missing {
  return new Missing(program === 'cc' ? 'a C compiler' : program, `apt-get install ${packages[program] ?? program}`);
}
