import Link from '@docusaurus/Link';
import Translate from '@docusaurus/Translate';
import type { ReactNode } from 'react';

/** What stands at an address that is none: the ways to what was looked for. */
export default function NotFound(): ReactNode {
  return (
    <main className="not-found">
      <h1>
        <Translate id="theme.NotFound.title">Page Not Found</Translate>
      </h1>
      <p>
        <Translate
          id="notFound.ways"
          values={{
            sheet: (
              <Link to="/cheat-sheet">
                <Translate id="notFound.sheet">cheat sheet</Translate>
              </Link>
            ),
            notes: (
              <Link to="/notes">
                <Translate id="notFound.notes">list of all notes</Translate>
              </Link>
            ),
            ledger: (
              <Link to="/ledger">
                <Translate id="notFound.ledger">ledger</Translate>
              </Link>
            ),
          }}
        >
          {
            'There is no page at this address. The search (press /) knows every page; the {sheet} goes by question, the {notes} by topic, the {ledger} by claim.'
          }
        </Translate>
      </p>
    </main>
  );
}
