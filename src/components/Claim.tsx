import Link from '@docusaurus/Link';
import Translate, { translate } from '@docusaurus/Translate';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import type { CitedArm, ClaimData, ClaimLink } from '../site/content';
import type { EvidencePicture } from '../site/lifelines';
import Verdict from './Verdict';

/** A claim in its note: the sentence, its verdict, how far it reaches; the evidence one click away. */
export default function Claim({
  claim,
  picture,
  children,
}: {
  claim: ClaimData;
  picture?: EvidencePicture;
  children: ReactNode;
}): ReactNode {
  const { id, anchor, verdict, origin, reach, corrects, corrected, recipes } = claim;
  useBrokenLinks().collectAnchor(anchor);
  return (
    <section
      className={`claim ${verdict}`}
      id={anchor}
      aria-label={translate({ id: 'claim.label', message: 'Claim {id}' }, { id })}
    >
      <div className="claim-head">
        <Verdict of={verdict} />{' '}
        <Link className="claim-id" to={`/ledger#${anchor}`}>
          {id}
        </Link>
      </div>
      <div className="claim-text">{children}</div>
      <p className="claim-facts">
        {origin === 'source' ? (
          <Translate id="claim.source">The source says so.</Translate>
        ) : (
          <Translate id="claim.ours">Ours.</Translate>
        )}{' '}
        <Translate id="claim.reach" values={{ reach }}>
          {'Holds for: {reach}.'}
        </Translate>{' '}
        {corrects && (
          <Translate id="claim.corrects" values={{ link: <To {...corrects} /> }}>
            {'Corrects {link}.'}
          </Translate>
        )}
        {corrected.length > 0 && (
          <Translate id="claim.corrected" values={{ links: <Links links={corrected} /> }}>
            {'Corrected by {links}.'}
          </Translate>
        )}{' '}
        {recipes.length > 0 && (
          <Translate id="claim.recipes" values={{ links: <Recipes recipes={recipes} /> }}>
            {'See it: {links}.'}
          </Translate>
        )}
      </p>
      <Evidence claim={claim} picture={picture} />
    </section>
  );
}

const To = ({ id, href }: ClaimLink) => (
  <Link to={href}>
    <code>{id}</code>
  </Link>
);

const Links = ({ links }: { links: ClaimLink[] }) =>
  links.map((link, at) => (
    <span key={link.id}>
      {at > 0 && ', '}
      <To {...link} />
    </span>
  ));

const Recipes = ({ recipes }: Pick<ClaimData, 'recipes'>) =>
  recipes.map(({ title, href }, at) => (
    <span key={href}>
      {at > 0 && ', '}
      <Link to={href}>{title}</Link>
    </span>
  ));

function Evidence({ claim, picture }: { claim: ClaimData; picture?: EvidencePicture }) {
  const { because, arms, notebook, cell, host, recorded, anchor } = claim;
  return (
    <details className="evidence">
      <summary>
        <Translate id="claim.evidence">Evidence</Translate>
      </summary>
      <p className="because">{because}</p>
      {picture && <Picture {...picture} />}
      {arms.map((arm) => (
        <Arm key={arm.arm} {...arm} />
      ))}
      <p className="claim-facts">
        <Translate
          id="claim.record"
          values={{ notebook: <Link to={`${notebook.href}#${cell}`}>{notebook.title}</Link>, recorded }}
        >
          {'Notebook: {notebook}, recorded {recorded}.'}
        </Translate>{' '}
        <Link to={`/ledger#${anchor}`}>
          <Translate id="claim.ledger">In the ledger</Translate>
        </Link>
        . <span className="host">{host}</span>
      </p>
    </details>
  );
}

function Picture({ wide, narrow }: EvidencePicture) {
  return (
    <figure className="lifeline">
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by notebooks/lab/lifeline/svg.ts, which escapes */}
      <div className="wide" dangerouslySetInnerHTML={{ __html: wide }} />
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by notebooks/lab/lifeline/svg.ts, which escapes */}
      <div className="narrow" dangerouslySetInnerHTML={{ __html: narrow }} />
    </figure>
  );
}

function Arm({ arm, role, href, cited }: CitedArm) {
  return (
    <div className="arm">
      <p className="arm-head">
        <span className="role">
          {role === 'treatment' ? (
            <Translate id="claim.treatment">treatment</Translate>
          ) : (
            <Translate id="claim.control">control</Translate>
          )}
        </span>{' '}
        <Link to={href}>{arm}</Link>
      </p>
      <ol className="cited">
        {cited.map(({ n, at, witness, moment, text, href: place }) => (
          <li key={n}>
            <Link className="n" to={place}>
              #{n}
            </Link>{' '}
            <span className="at">{at}&nbsp;ms</span>{' '}
            <span className="witness">
              {witness}
              {moment && <em> {moment}</em>}
            </span>{' '}
            {text.includes('\n') ? <Pre text={text} /> : <code>{text}</code>}
          </li>
        ))}
      </ol>
    </div>
  );
}

// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
const Pre = ({ text }: { text: string }) => <pre tabIndex={0}>{text}</pre>;
