import Link from '@docusaurus/Link';
import Translate, { translate } from '@docusaurus/Translate';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import type { ClaimLink } from '../site/content';
import Verdict from './Verdict';

interface Properties {
  id: string;
  title?: string;
  shows: ClaimLink[];
  shells: string[];
  needs: string[];
  children: ReactNode;
}

/** Commands to paste into a terminal or two, what the terminals then show, and the claims that one sees by it. */
export default function Recipe({ id, title, shows, shells, needs, children }: Properties): ReactNode {
  const anchor = `recipe-${id}`;
  useBrokenLinks().collectAnchor(anchor);
  const label = title ?? translate({ id: 'recipe.untitled', message: 'See it yourself' });
  return (
    <section className="recipe" id={anchor} aria-label={label}>
      <p className="recipe-head">
        <a href={`#${anchor}`}>{label}</a>
      </p>
      {children}
      <p className="claim-facts">
        {shows.length > 0 && <Translate id="recipe.shows">Shows:</Translate>}{' '}
        {shows.map(({ id: claim, href, verdict }) => (
          <span key={claim} className="shows">
            <Link to={href}>{claim}</Link> <Verdict of={verdict} />{' '}
          </span>
        ))}
        {shells.length > 0 && (
          <Translate id="recipe.shells" values={{ shells: shells.join(', ') }}>
            {'Pasted into {shells} by the tests.'}
          </Translate>
        )}{' '}
        {needs.length > 0 && (
          <Translate id="recipe.needs" values={{ needs: needs.join(', ') }}>
            {'Needs {needs}.'}
          </Translate>
        )}
      </p>
    </section>
  );
}

/** What goes to one terminal, and what it shows. */
export function Terminal({ name, children }: { name?: string; children: ReactNode }): ReactNode {
  return (
    <div className="terminal">
      {name !== undefined && <p className="terminal-name">{name}</p>}
      {children}
    </div>
  );
}
