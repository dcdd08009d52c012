/** The groups of notes, as docs/index.md lists them: a paragraph that is nothing but bold, then links. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../scripts/lib/project';
import { refuse, SourceError } from '../../scripts/lib/source-error';

export interface NoteGroup {
  label: string;
  /** Names of pages: `killing-httpd`. */
  notes: string[];
}

const INDEX = 'docs/index.md';

/** Throws SourceErrors for a page that no group lists, and where there is no group. */
export function noteGroups(folder = join(PROJECT, 'docs')): NoteGroup[] {
  const groups: NoteGroup[] = [];
  for (const line of readFileSync(join(folder, 'index.md'), 'utf8').split('\n')) {
    const [, label] = /^\*\*([^*]+)\*\*$/.exec(line) ?? [];
    if (label !== undefined) groups.push({ label, notes: [] });
    if (!line.startsWith('- ')) continue;
    for (const [, name = ''] of line.matchAll(/\]\(([\w-]+)\.md\)/g)) groups.at(-1)?.notes.push(name);
  }
  if (groups.length === 0)
    throw new SourceError(INDEX, 1, 'there is no group of notes', 'write **A group**, then a list of links');
  const listed = new Set(['index', 'cheat-sheet', ...groups.flatMap(({ notes }) => notes)]);
  const pages = readdirSync(folder).flatMap((file) => /^([\w-]+)\.md$/.exec(file)?.[1] ?? []);
  refuse(
    pages
      .filter((page) => !listed.has(page))
      .map(
        (page) =>
          new SourceError(`docs/${page}.md`, 1, `${INDEX} does not list this page`, 'add it to one of its groups'),
      ),
  );
  return groups;
}
