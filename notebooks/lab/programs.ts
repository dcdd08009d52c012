import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { $ } from 'zx/core';
import { missingProgram } from './missing';

/** The project's own folder; this file stands in notebooks/lab/. The one place in the lab that asks where it is. */
export const project = resolve(__dirname, '..', '..');

const flags = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];

/** A folder that this user may write and nobody misses: the project's `.cache`, or one of the user's own for this checkout. */
export function cacheFolder(): string {
  const own = join(project, '.cache');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    const other = userCache(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'));
    mkdirSync(other, { recursive: true });
    return other;
  }
}

/** The part of a user's cache, at `base`, that is this checkout's: another may hold another version. */
export function userCache(base: string): string {
  return join(base, 'procnotes', createHash('sha256').update(project).digest('hex').slice(0, 16));
}

/** Where a program is, looked up in PATH and the system's own folders (an ordinary user's PATH may leave out sbin). */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The path of `name`; throws `Missing`, with the package to install, where the host has it not. */
export function needProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw missingProgram(name);
  return path;
}

/** The text of a program in notebooks/programs/, for a cell to show. */
export function source(name: string): string {
  return readFileSync(join(project, 'notebooks', 'programs', name), 'utf8');
}

/** The folders of a compiled program's path: they say nothing of it, but something of the machine. */
export const compiledPath = /^\S*\/programs\/[0-9a-f]{16}\//;

const compiled = new Map<string, Promise<string>>();

/**
 * The path of a C program compiled from `source` (relative to notebooks/), compiled once for each content.
 * Throws `Missing` without a compiler, and the compiler's own message where the source does not compile.
 */
export function compile(source: string): Promise<string> {
  const known = compiled.get(source) ?? build(join(project, 'notebooks', source));
  compiled.set(source, known);
  return known;
}

async function build(source: string): Promise<string> {
  const folder = dirname(source);
  const headers = readdirSync(folder).filter((name) => name.endsWith('.h'));
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of [source, ...headers.map((name) => join(folder, name))]) hash.update(readFileSync(file));
  const name = source.slice(folder.length + 1, -'.c'.length);
  const target = join(cacheFolder(), 'programs', hash.digest('hex').slice(0, 16), name);
  if (existsSync(target)) return target;

  const compiler = findProgram('cc') ?? findProgram('gcc');
  if (compiler === undefined) throw missingProgram('cc');
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const made = await $({ nothrow: true, quiet: true })`${compiler} ${flags} -o ${unfinished} ${source}`;
  if (made.exitCode !== 0) {
    rmSync(unfinished, { force: true });
    if (/stdio\.h|crt1\.o/.test(made.stderr)) throw missingProgram('cc');
    throw new Error(`${source} does not compile:\n${made.stderr.trim()}`);
  }
  renameSync(unfinished, target);
  return target;
}
