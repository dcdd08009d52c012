import Link from '@docusaurus/Link';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';

/** A term of the glossary in a text: it links to its entry; the definition shows on hover and focus (client/glossary.ts). */
export function Term({
  href,
  definition,
  children,
}: {
  href: string;
  definition: string;
  children: ReactNode;
}): ReactNode {
  return (
    <Link className="term" to={href} data-definition={definition}>
      {children}
    </Link>
  );
}

export function GlossaryEntry({ anchor, children }: { anchor: string; children: ReactNode }): ReactNode {
  useBrokenLinks().collectAnchor(anchor);
  return (
    <div className="glossary-entry" id={anchor}>
      {children}
    </div>
  );
}
