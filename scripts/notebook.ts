/**
 * `npm run notebook -- list` and `npm run notebook -- pull NAME…`: notebooks/NAME.md is what counts; pull brings back into it
 * what was changed in notebooks/NAME.ipynb with Jupyter. Exit code 0, or 1 with one message a problem.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { fromIpynb, type Ipynb, readIpynb, sameSource, withoutRandomIds } from './lib/ipynb';
import { SourceError } from './lib/markdown';
import { unknown } from './lib/nearest';
import { codeCells, type Notebook, readNotebook, writeNotebook } from './lib/notebook';

/** An expected failure: its message is all that a reader needs. */
class Refusal extends Error {}

interface Pair {
  name: string;
  md: string;
  ipynb: string;
}

async function notebooks(folder: string): Promise<Pair[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  return names.map((file) => {
    const path = relative('', join(folder, file.slice(0, -3)));
    return { name: file.slice(0, -3), md: `${path}.md`, ipynb: `${path}.ipynb` };
  });
}

async function list(folder: string): Promise<string> {
  const lines = (await notebooks(folder)).map(async ({ name, md, ipynb }) => {
    const notebook = readNotebook(await readFile(md, 'utf8'), md);
    const record = await readFile(ipynb, 'utf8').catch(() => undefined);
    const sameness = record === undefined ? undefined : sameSource(notebook, readIpynb(record, ipynb));
    const state = sameness === undefined ? 'not recorded' : sameness.same ? 'recorded' : sameness.difference.message;
    const warnings = notebook.warnings.map(({ message }) => `\n  ${message}`).join('');
    return `${name}: ${codeCells(notebook).length} code cells, ${state}${warnings}`;
  });
  return (await Promise.all(lines)).join('\n');
}

/** Computes everything first, so that nothing is written when any of the names is refused. */
async function pull(folder: string, names: readonly string[], force: boolean): Promise<string> {
  const pairs = await notebooks(folder);
  const wanted = names.map((name) => {
    const pair = pairs.find((one) => one.name === name);
    if (!pair)
      throw new Refusal(
        unknown(
          'notebook',
          name,
          pairs.map((one) => one.name),
        ),
      );
    return pair;
  });
  const pulled = await Promise.all(wanted.map((pair) => pullOne(pair, force)));
  for (const { md, text } of pulled) if (text !== undefined) await writeFileAtomic(md, text);
  return pulled.map(({ said }) => said).join('\n');
}

async function pullOne({ name, md, ipynb }: Pair, force: boolean) {
  const before = await readFile(md, 'utf8');
  const record = await readFile(ipynb, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Refusal(`there is no ${ipynb}; make it with "npm run record ${name}"`);
  });
  // The .ipynb counts: a .md that cannot be read is no reason not to mend it from there.
  const former = attempt(() => readNotebook(before, md));
  const edited = readIpynb(record, ipynb);
  const after = fromIpynb(withoutRandomIds(edited), md, former);
  const text = writeNotebook(after);
  if (text === before || (former && sameSource(former, edited).same)) return { md, said: `${md}: as it was` };
  if (!force && (await stat(md)).mtimeMs > (await stat(ipynb)).mtimeMs) {
    throw new Refusal(
      `${md} was changed after ${ipynb}; save the notebook in Jupyter again, or lose those changes with --force`,
    );
  }
  return { md, text, said: `${md}: ${changes(former, after, edited)}` };
}

function changes(former: Notebook | undefined, after: Notebook, edited: Ipynb): string {
  const old = new Map(former?.cells.map((cell) => [cell.id, cell.source]));
  const names = (verb: string, ids: string[]) => (ids.length > 0 ? [`${verb} ${ids.join(', ')}`] : []);
  const now = new Set(after.cells.map(({ id }) => id));
  const said = [
    ...names(
      'changed',
      after.cells.filter(({ id, source }) => old.has(id) && old.get(id) !== source).map(({ id }) => id),
    ),
    ...names(
      'added',
      after.cells.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    ),
    ...names(
      'removed',
      [...old.keys()].filter((id) => !now.has(id)),
    ),
  ];
  return said.length > 0 ? said.join('; ') : `${edited.cells.length} cells`;
}

function attempt(read: () => Notebook): Notebook | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

async function main(): Promise<void> {
  const program = new Command('notebook').description('Notebooks as Markdown and in Jupyter');
  program.option('--folder <path>', 'where the notebooks are', 'notebooks');
  const folder = () => program.opts<{ folder: string }>().folder;
  program
    .command('list')
    .description('name the notebooks, and say whether each is recorded as it is')
    .action(async () => console.log(await list(folder())));
  program
    .command('pull')
    .description('write notebooks/NAME.ipynb, as edited in Jupyter, back into notebooks/NAME.md')
    .argument('<name...>')
    .option('--force', 'even if the .md was changed after the .ipynb')
    .action(async (names: string[], { force = false }: { force?: boolean }) => {
      console.log(await pull(folder(), names, force));
    });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof SourceError || error instanceof Refusal) console.error(error.message);
    else throw error;
  }
}

void main();
