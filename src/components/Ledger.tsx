import Link from '@docusaurus/Link';
import Translate, { translate } from '@docusaurus/Translate';
import useBaseUrl from '@docusaurus/useBaseUrl';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import type { ClaimData } from '../site/content';
import Verdict from './Verdict';

type Brief = Pick<ClaimData, 'id' | 'origin' | 'verdict' | 'reach'>;

/** The parts of a reach that many claims share, to choose from: `POSIX`, `Linux`, `httpd 2.4`, … */
function reaches(claims: Brief[]): string[] {
  const counts = new Map<string, number>();
  for (const { reach } of claims) {
    for (const part of new Set(reach.split(/[;,]\s*/))) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts.entries()]
    .filter(([, count]) => count > 2)
    .map(([part]) => part)
    .sort();
}

const topicOf = (id: string) => id.slice(0, id.indexOf('.'));

/** What to show of the ledger. It needs a script (client/ledger.ts), and is not shown without. */
export function LedgerFilter({ claims }: { claims: Brief[] }): ReactNode {
  const json = useBaseUrl('/ledger.json');
  const topics = [...new Set(claims.map(({ id }) => topicOf(id)))].sort();
  const any = translate({ id: 'ledger.any', message: 'any' });
  return (
    <>
      <form className="ledger-filter" data-ledger-filter="">
        <Choice name="topic" label={translate({ id: 'ledger.topic', message: 'Topic' })} any={any} options={topics} />
        <Choice
          name="origin"
          label={translate({ id: 'ledger.origin', message: 'Said by' })}
          any={any}
          options={['source', 'ours']}
        />
        <Choice
          name="verdict"
          label={translate({ id: 'ledger.verdict', message: 'Verdict' })}
          any={any}
          options={['confirmed', 'refuted', 'depends', 'inconclusive']}
        />
        <Choice
          name="reach"
          label={translate({ id: 'ledger.reach', message: 'Holds for' })}
          any={any}
          options={reaches(claims)}
        />
        <label>
          <Translate id="ledger.words">Words</Translate>
          <input type="search" name="words" autoComplete="off" />
        </label>
        <output>
          <Translate
            id="ledger.count"
            values={{
              shown: (
                <span key="shown" data-ledger-count="">
                  {claims.length}
                </span>
              ),
              all: claims.length,
            }}
          >
            {'{shown} of {all} claims'}
          </Translate>
        </output>
      </form>
      <p>
        <a href={json}>
          <Translate id="ledger.json">The ledger as JSON</Translate>
        </a>
      </p>
    </>
  );
}

function Choice({ name, label, any, options }: { name: string; label: string; any: string; options: string[] }) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{any}</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

export function LedgerTopic({ topic, children }: { topic: string; children: ReactNode }): ReactNode {
  return (
    <section className="ledger-topic" data-topic={topic}>
      {children}
    </section>
  );
}

type Row = Pick<
  ClaimData,
  'id' | 'anchor' | 'text' | 'verdict' | 'origin' | 'reach' | 'because' | 'corrects' | 'note' | 'notebook' | 'cell'
> & { html: string };

export function LedgerRows({ claims }: { claims: Row[] }): ReactNode {
  return (
    <ul className="ledger">
      {claims.map((claim) => (
        <Entry key={claim.id} {...claim} />
      ))}
    </ul>
  );
}

function Entry({ id, anchor, html, verdict, origin, reach, because, corrects, note, notebook, cell }: Row) {
  useBrokenLinks().collectAnchor(anchor);
  return (
    <li id={anchor} data-topic={topicOf(id)} data-origin={origin} data-verdict={verdict} data-reach={reach}>
      <div className="ledger-head">
        <Verdict of={verdict} />{' '}
        <a className="claim-id" href={`#${anchor}`}>
          {id}
        </a>
      </div>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/inline.ts, which escapes */}
      <p className="claim-text" dangerouslySetInnerHTML={{ __html: html }} />
      <p className="because">{because}</p>
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
          <Translate
            id="claim.corrects"
            values={{
              link: (
                <Link to={`/ledger#${corrects.id.replace('.', '-')}`}>
                  <code>{corrects.id}</code>
                </Link>
              ),
            }}
          >
            {'Corrects {link}.'}
          </Translate>
        )}{' '}
        <Translate
          id="ledger.places"
          values={{
            note: <Link to={note.href}>{note.title}</Link>,
            notebook: <Link to={`${notebook.href}#${cell}`}>{notebook.name}</Link>,
          }}
        >
          {'Note: {note}. Notebook: {notebook}.'}
        </Translate>
      </p>
    </li>
  );
}
