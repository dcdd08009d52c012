import Link from '@docusaurus/Link';
import Translate from '@docusaurus/Translate';
import useBaseUrl from '@docusaurus/useBaseUrl';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import { recipeAnchor } from '../site/addresses';
import type { ClaimLink } from '../site/content';
import type { RecordingData } from '../site/recordings';
import Recording from './Recording';
import Verdict from './Verdict';

interface Properties {
  id: string;
  title: string;
  shows: ClaimLink[];
  shells: string[];
  needs: string[];
  /** Where it is as a script. */
  script: string;
  recording?: RecordingData;
  /** Where it stands, for a copy. */
  note?: string;
  children: ReactNode;
}

/** Commands to paste into a terminal or two, what the terminals then show, and the claims that one sees by it. */
export default function Recipe({
  id,
  title,
  shows,
  shells,
  needs,
  script,
  recording,
  note,
  children,
}: Properties): ReactNode {
  const anchor = recipeAnchor(id);
  useBrokenLinks().collectAnchor(anchor);
  return (
    <section className="recipe" id={anchor} aria-label={title}>
      <p className="recipe-head">
        {note === undefined ? <a href={`#${anchor}`}>{title}</a> : <Link to={note}>{title}</Link>}
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
        )}{' '}
        <a className="recipe-script" href={useBaseUrl(script)} download>
          <Translate id="recipe.script">As a script</Translate>
        </a>
      </p>
      {recording && <Recording title={title} recording={recording} />}
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
