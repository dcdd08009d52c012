/** The order of the pages stands once: in docs/index.md, which lists the notes by group. */
import { createRequire } from 'node:module';
import type { SidebarsConfig } from '@docusaurus/plugin-content-docs';
import type * as Site from './src/site';

const { noteGroups, notebookNames } = createRequire(__filename)('./src/site') as typeof Site;

const doc = (name: string) => `docs/${name}`;
const [about, ...rest] = [...noteGroups()].reverse();

const sidebars: SidebarsConfig = {
  pages: [
    doc('index'),
    doc('cheat-sheet'),
    ...rest.reverse().map(({ label, notes }) => ({
      type: 'category' as const,
      label,
      collapsed: false,
      items: notes.map(doc),
    })),
    {
      type: 'category',
      label: 'Notebooks',
      collapsed: true,
      items: notebookNames().map((name) => `notebooks/${name}`),
    },
    { type: 'category', label: about?.label ?? '', collapsed: true, items: (about?.notes ?? []).map(doc) },
  ],
};

export default sidebars;
