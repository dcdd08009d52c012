/** A notebook's cells and the lab as one file of JavaScript: it begins in a quarter of the time that their modules take one by one. */
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import writeFileAtomic from 'write-file-atomic';
import { writeCells } from './cells';
import type { Notebook } from './notebook';
import { NOTEBOOKS } from './project';

/** Leaves packages where they are, and loads them with `require`, as tslab does: not all have their names ready for `import`. */
const packagesRequired: Plugin = {
  name: 'packages are required',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'require-call' || path.startsWith('node:') ? { path, external: true } : { path, namespace: 'package' },
    );
    onLoad({ filter: /./, namespace: 'package' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/**
 * Writes it, with its source map beside it, and gives its path: `node --enable-source-maps PATH` runs the cells. Rejects with
 * esbuild's own words, and the place in the cells' module, where something in them is no TypeScript or cannot be found.
 */
export async function bundleCells(name: string, notebook: Notebook): Promise<string> {
  const cells = writeCells(name, notebook, 'to run');
  const runner = join(__dirname, 'run-cells.ts');
  const begins = `import { runCells } from ${JSON.stringify(runner)}; runCells(() => import(${JSON.stringify(cells)}));`;
  const { outputFiles } = await build({
    stdin: { contents: begins, resolveDir: dirname(cells) },
    outfile: cells.replace(/\.mts$/, '.mjs'),
    bundle: true,
    plugins: [packagesRequired],
    platform: 'node',
    format: 'esm', // cells await at the top
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    target: `node${process.versions.node}`,
    define: { __dirname: JSON.stringify(join(NOTEBOOKS, 'lab')) }, // programs.ts alone asks where it is
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, contents }) => writeFileAtomic(path, Buffer.from(contents))));
  return cells.replace(/\.mts$/, '.mjs');
}
