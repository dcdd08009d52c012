import Link from '@docusaurus/Link';
import { useLocation } from '@docusaurus/router';
import Translate, { translate } from '@docusaurus/Translate';
import useBaseUrl from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';

/** The head of each page. What its buttons do stands in src/client; without a script they are not shown. */
export default function Navbar(): ReactNode {
  return (
    <header className="site-head">
      <button type="button" className="menu-button" data-menu="" aria-expanded="false" aria-controls="sidebar">
        <Translate id="head.menu">Menu</Translate>
      </button>
      <Link className="name" to="/">
        procnotes
      </Link>
      <nav aria-label={translate({ id: 'head.nav', message: 'Main' })}>
        <To to="/notes">
          <Translate id="head.notes">Notes</Translate>
        </To>
        <To to="/cheat-sheet">
          <Translate id="head.cheat-sheet">Cheat sheet</Translate>
        </To>
        <To to="/ledger">
          <Translate id="head.ledger">Ledger</Translate>
        </To>
        <To to="/glossary">
          <Translate id="head.glossary">Glossary</Translate>
        </To>
      </nav>
      <button
        type="button"
        className="search-button"
        data-search={useBaseUrl('/pagefind/pagefind.js')}
        data-none={translate({ id: 'search.none', message: 'Nothing found.' })}
        data-missing={translate({ id: 'search.missing', message: 'There is no index: npm run build makes it.' })}
        data-prompt={translate({ id: 'search.prompt', message: 'A question, a word, an error message' })}
        aria-keyshortcuts="/ Control+K"
      >
        <Translate id="head.search">Search</Translate>
      </button>
      <button type="button" className="theme-button" data-theme-toggle="" aria-pressed="false">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" />
          <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
        </svg>
        <span className="unseen">
          <Translate id="head.dark">Dark theme</Translate>
        </span>
      </button>
    </header>
  );
}

function To({ to, children }: { to: string; children: ReactNode }) {
  const here = useBaseUrl(to) === useLocation().pathname;
  return (
    <Link to={to} aria-current={here ? 'page' : undefined}>
      {children}
    </Link>
  );
}
