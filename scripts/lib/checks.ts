/** What a compiler, a linter and a formatter have to say, of the project's sources and of the notebooks' cells; what is out of date. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sync as writeFileAtomic } from 'write-file-atomic';
import { cacheFolder } from '../../notebooks/lab/programs';
import { inNotebook, writeCells } from './cells';
import { codeCells, type Notebook, withSources, writeNotebook } from './notebook';
import { loadPages, notebookFile, PROJECT } from './project';
import { readRecipes } from './recipes/recipe';
import { loadRecordings } from './recipes/recordings';
import { SourceError } from './source-error';

/** One check: what it looked at, and what it found; nothing found is good. */
export interface Check {
  what: string;
  complaint: string;
  /** What the host lacks: then it was left out. */
  missing?: string;
}

/** By package, as in node_modules/.bin another package's tsc (tslab's own, 5.0) may stand under that name. */
const programs = { tsc: 'typescript/bin/tsc', biome: '@biomejs/biome/bin/biome' };

async function run(command: keyof typeof programs, args: string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [join(PROJECT, 'node_modules', programs[command]), ...args], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, said };
}

const verdict = (what: string, { status, said }: { status: number | null; said: string }): Check => ({
  what,
  complaint: status === 0 ? '' : said.trim() || `ended with ${status}`,
});

/** tsc --strict on the sources, and the linter and formatter; `mend` writes what they can mend themselves. */
export async function checkSources(mend: 'mend' | 'look' = 'look'): Promise<Check[]> {
  const biome = await run('biome', ['check', ...(mend === 'mend' ? ['--write'] : [])]);
  return [
    verdict('sources: tsc --strict', await run('tsc', ['-p', '.'])),
    verdict('the site: tsc --strict', await run('tsc', ['-p', 'src'])),
    verdict('sources: linter and formatter', biome),
  ];
}

/** Whether each recipe with several terminals has its recordings, and they are of the text that it now has. */
export function checkRecordings(): Check {
  const what = 'recordings: of the recipes as they are';
  try {
    loadRecordings(readRecipes(loadPages()));
    return { what, complaint: '' };
  } catch (error) {
    if (error instanceof SourceError) return { what, complaint: error.message };
    throw error;
  }
}

/** Compiler, linter and formatter on the cells: as one module for tsc and the linter, each by itself for the formatter. */
export async function checkCells(name: string, notebook: Notebook, mend: 'mend' | 'look' = 'look'): Promise<Check[]> {
  const module = writeCells(name, notebook, 'to check');
  const config = join(cacheFolder(), 'cells', 'check', `tsconfig.${name}.json`);
  // Unused names are no fault in a cell: the next may use them, and the reader's own.
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(PROJECT, 'tsconfig.json'),
      include: [module],
      compilerOptions: { noUnusedLocals: false, preserveSymlinks: false },
    }),
  );
  const compiled = await run('tsc', ['-p', config]);
  const ours = compiled.said.split('\n').filter((line) => line.includes(`${name}.mts`));
  const linted = await run('biome', [
    'lint',
    '--vcs-enabled=false',
    '--skip=noUnusedVariables',
    '--skip=noUnusedImports',
    module,
  ]);
  const formatted = await formatCells(name, notebook, mend);
  return [
    { what: `${name}: tsc --strict`, complaint: inNotebook(ours.join('\n'), name) },
    { ...verdict(`${name}: linter`, linted), complaint: linted.status === 0 ? '' : inNotebook(linted.said, name) },
    { what: `${name}: formatter`, complaint: formatted },
  ];
}

/** Lets the formatter write a copy of each cell, and compares; with `mend` the .md gets what it wrote. */
async function formatCells(name: string, notebook: Notebook, mend: 'mend' | 'look'): Promise<string> {
  const folder = join(cacheFolder(), 'cells', 'format', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const cells = codeCells(notebook);
  for (const { id, source } of cells) writeFileSync(join(folder, `${id}.ts`), `${source}\n`);
  const { status, said } = await run('biome', ['format', '--write', '--vcs-enabled=false', folder]);
  if (status !== 0) return said.trim();
  const written = new Map(cells.map(({ id }) => [id, readFileSync(join(folder, `${id}.ts`), 'utf8').trimEnd()]));
  const unlike = cells.filter(({ id, source }) => written.get(id) !== source);
  if (unlike.length === 0) return '';
  if (mend === 'mend') {
    writeFileAtomic(notebookFile(name), writeNotebook(withSources(notebook, written)));
    return '';
  }
  return unlike
    .map(({ id, line }) => `${notebook.file}:${line}: cell "${id}" is not formatted; run npm run check -- --mend`)
    .join('\n');
}
