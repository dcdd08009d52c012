import Admonition from '@theme/Admonition';
import MDXA from '@theme/MDXComponents/A';
import MDXHeading from '@theme/MDXComponents/Heading';
import MDXImg from '@theme/MDXComponents/Img';
import MDXLi from '@theme/MDXComponents/Li';
import type { ComponentProps } from 'react';
import Claim from '../../components/Claim';
import CodeBlock from '../../components/CodeBlock';
import { GlossaryEntry, Term } from '../../components/Glossary';
import { LedgerFilter, LedgerRows, LedgerTopic } from '../../components/Ledger';
import NotebookHead from '../../components/NotebookHead';
import Outputs from '../../components/Outputs';
import Recipe, { Terminal } from '../../components/Recipe';
import Verdict from '../../components/Verdict';

type Heading = ComponentProps<typeof MDXHeading>;

/** A column's side as a class: the page's policy forbids inline style. */
const sideOf = (style: ComponentProps<'td'>['style']) => (style?.textAlign === 'right' ? 'right' : undefined);

/** What a page may hold. Nothing here needs a script: `details` is the browser's own, code is highlighted before. */
export default {
  a: MDXA,
  li: MDXLi,
  img: MDXImg,
  h1: (properties: Heading) => <MDXHeading {...properties} as="h1" />,
  h2: (properties: Heading) => <MDXHeading {...properties} as="h2" />,
  h3: (properties: Heading) => <MDXHeading {...properties} as="h3" />,
  h4: (properties: Heading) => <MDXHeading {...properties} as="h4" />,
  table: (properties: ComponentProps<'table'>) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
    <div className="table" tabIndex={0}>
      <table {...properties} />
    </div>
  ),
  // A corner with nothing in it heads nothing.
  th: ({ style, ...properties }: ComponentProps<'th'>) =>
    properties.children === undefined ? <td /> : <th {...properties} className={sideOf(style)} />,
  td: ({ style, ...properties }: ComponentProps<'td'>) => <td {...properties} className={sideOf(style)} />,
  admonition: Admonition,
  Claim,
  CodeBlock,
  GlossaryEntry,
  LedgerFilter,
  LedgerRows,
  LedgerTopic,
  NotebookHead,
  Outputs,
  Recipe,
  Term,
  Terminal,
  Verdict,
};
