/** Files beside the pages, which no page is made of: scripts of recipes, recordings. In the development server they are there too. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Below the folder that Docusaurus generates into; named in `staticDirectories`. */
export const BESIDE = '.docusaurus/beside';

/** Makes a folder hold these files, by address, and no others. What is there already is left alone: it is watched. */
export function putBeside(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const there = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const held = new Set(there.map(({ parentPath, name }) => join(parentPath, name)));
  for (const [address, text] of files) {
    const path = join(folder, address);
    if (!held.delete(path) || readFileSync(path, 'utf8') !== text) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  for (const path of held) rmSync(path);
}
