/** What stands beside every record: the host that it was made on. No name of the machine or its user. */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { arch, release, version } from 'node:os';
import { basename } from 'node:path';
import { findProgram } from '../../notebooks/lab/programs';
import { whichSandbox } from '../../notebooks/lab/sandbox';
import type { Host } from './host-text';

export { type Host, hostText } from './host-text';

/** What a program prints first, or `missing`. Never throws: what cannot be told must not keep anything from running. */
function firstLine(program: string, args: string[], pick: RegExp): string {
  const path = findProgram(program);
  if (path === undefined) return 'missing';
  try {
    const printed = execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return pick.exec(printed)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function sh(): string {
  try {
    const program = basename(realpathSync('/bin/sh'));
    const packaged = firstLine('dpkg-query', ['-W', '-f', `\${Version}`, program], /^(.+)$/m);
    return packaged === 'missing' || packaged === 'unknown' ? program : `${program} ${packaged}`;
  } catch {
    return 'unknown';
  }
}

export async function hostFacts(): Promise<Host> {
  let sandbox = 'none: needs a C compiler';
  try {
    sandbox = (await whichSandbox()).kind;
  } catch {
    // Without a compiler every arm says so itself.
  }
  return {
    kernel: `${release()} ${/PREEMPT\w*/.exec(version())?.[0] ?? ''}`.trim(),
    architecture: arch(),
    distribution: distribution(),
    libc: firstLine('getconf', ['GNU_LIBC_VERSION'], /^(.+)$/m),
    shell: `bash ${firstLine('bash', ['--version'], /version ([\d.]+)/)}; sh is ${sh()}`,
    apache: firstLine('apache2', ['-v'], /Apache\/([\d.]+)/),
    strace: firstLine('strace', ['-V'], /version ([\d.]+)/),
    node: process.version,
    user: process.getuid?.() === 0 ? 'root' : 'ordinary user',
    sandbox,
  };
}
