/** A host as records have it, and as it is shown. Apart from what finds it out (host.ts): whoever reads a record needs no sandbox. */

export interface Host {
  kernel: string;
  architecture: string;
  distribution: string;
  libc: string;
  /** bash, which people type into, and what /bin/sh is, which runs scripts. */
  shell: string;
  /** `missing` where it is not installed. */
  apache: string;
  strace: string;
  node: string;
  user: 'root' | 'ordinary user';
  sandbox: string;
}

/** The facts in two lines for a terminal. */
export function hostText(host: Host): string {
  const { kernel, architecture, distribution, libc, shell, apache, strace, node, user, sandbox } = host;
  return `Linux ${kernel} ${architecture}, ${distribution}, ${libc}\n${shell}; Apache ${apache}; strace ${strace}; Node ${node}; ${user}, sandbox: ${sandbox}`;
}
