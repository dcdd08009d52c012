/**
 * The cells of a notebook as one TypeScript module that can be run or checked, in the cache: line N of the module is line N
 * of the .md. Beside it stand links to what cells may import, so that `./lab` means there what it means to a cell.
 */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';
import { cacheFolder } from '../../notebooks/lab/programs';
import { CELL_BEGINS } from './cell-begins';
import { cellsAsModule, codeCells, type Notebook } from './notebook';
import { NOTEBOOKS, PROJECT } from './project';

/** Writes the module and gives its path. `to run` marks where each cell begins; `to check` is the cells alone. */
export function writeCells(name: string, notebook: Notebook, purpose: 'to run' | 'to check'): string {
  const folder = join(cacheFolder(), 'cells', purpose === 'to run' ? 'run' : 'check');
  mkdirSync(folder, { recursive: true });
  link(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  for (const entry of readdirSync(NOTEBOOKS)) {
    if (!/\.(md|ipynb)$/.test(entry)) link(join(NOTEBOOKS, entry), join(folder, entry));
  }
  const path = join(folder, `${name}.mts`);
  writeFileAtomic(path, purpose === 'to run' ? marked(notebook) : cellsAsModule(notebook));
  return path;
}

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another run made it
  }
}

function marked(notebook: Notebook): string {
  const lines = cellsAsModule(notebook).split('\n');
  for (const { id, line } of codeCells(notebook))
    lines[line - 1] = `globalThis.${CELL_BEGINS}('${id}'); ${lines[line - 1]}`;
  return lines.join('\n');
}

/** A message or stack in which places in the module are places in the .md. */
export function inNotebook(text: string, name: string): string {
  return text.replace(
    new RegExp(`(?:file://)?[^\\s()]*/cells/(?:run|check)/${name}\\.m?ts`, 'g'), // esbuild leaves out the m
    `notebooks/${name}.md`,
  );
}
