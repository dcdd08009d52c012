/** Our own script, src/client, as the one file that all pages load. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PROJECT } from '../../scripts/lib/project';

/** Writes it into the folder and gives its path there, which names its content. */
export async function bundleScript(outDir: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT, 'src/client/static.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    write: false,
  });
  const code = outputFiles[0]?.text ?? '';
  const path = `assets/site.${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
  mkdirSync(join(outDir, 'assets'), { recursive: true });
  writeFileSync(join(outDir, path), code);
  return path;
}
