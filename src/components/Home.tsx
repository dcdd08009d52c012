import Link from '@docusaurus/Link';
import Translate, { translate } from '@docusaurus/Translate';
import Layout from '@theme/Layout';
import type { ReactNode } from 'react';
import type { HomeData } from '../site/home';
import Lifeline from './Lifeline';
import Verdict from './Verdict';

/** What this is; one claim refuted before the reader's eyes; the questions that people come with; how to run it. */
export default function Home({ home }: { home: HomeData }): ReactNode {
  const { claim, html, corrected, lifeline, questions, counts } = home;
  return (
    <Layout
      description={translate({
        id: 'home.description',
        message:
          'Unix process notes that prove themselves: every statement a claim, every claim an experiment on a real Linux host, every verdict computed.',
      })}
    >
      <main className="home">
        <div className="what">
          <h1>
            <Translate id="home.title">Unix process notes that prove themselves</Translate>
          </h1>
          <p className="lead">
            <Translate
              id="home.lead"
              values={{
                claims: (
                  <Link to="/ledger">
                    <Translate id="home.claims" values={{ count: counts.claims }}>
                      {'{count} claims'}
                    </Translate>
                  </Link>
                ),
                verdict: (
                  <Link to="/how-a-verdict-is-made">
                    <Translate id="home.verdict">verdict</Translate>
                  </Link>
                ),
                refuted: counts.refuted,
                depends: counts.depends,
                source: counts.source,
              }}
            >
              {
                '{claims} about zombies, orphans, signals, sessions and sockets, each put to the test on a real Linux host; each {verdict} is computed from what was observed. {source} of them come from one person’s study notes: {refuted} of these are wrong, {depends} hold only under a condition. This is one that is wrong:'
              }
            </Translate>
          </p>
        </div>
        <section className={`claim ${claim.verdict}`}>
          <div className="claim-head">
            <Verdict of={claim.verdict} />{' '}
            <Link className="claim-id" to={`/ledger#${claim.anchor}`}>
              {claim.id}
            </Link>
          </div>
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/inline.ts, which escapes */}
          <p className="claim-text" dangerouslySetInnerHTML={{ __html: html }} />
          <p className="because">{claim.because}</p>
          <p>
            <Translate id="home.instead">What happens instead:</Translate>{' '}
            {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/inline.ts, which escapes */}
            <span dangerouslySetInnerHTML={{ __html: corrected }} />
          </p>
          <p className="claim-facts">
            <Link to={claim.note.href}>{claim.note.title}</Link> ·{' '}
            <Link to={`${claim.notebook.href}#${claim.cell}`}>
              <Translate id="home.experiment">the experiment</Translate>
            </Link>
          </p>
        </section>
        <Lifeline data={lifeline} />
        <section className="asked">
          <h2>
            <Translate id="home.questions">Questions</Translate>
          </h2>
          <ul className="questions">
            {questions.map(({ question, href }) => (
              <li key={href}>
                <Link to={href}>{question}</Link>
              </li>
            ))}
          </ul>
        </section>
        <section className="run">
          <h2>
            <Translate id="home.run">Run it</Translate>
          </h2>
          <p>
            <Translate id="home.host">
              On Debian or Ubuntu with git, Node 20 and npm, in a checkout. Experiments run in namespaces of their own,
              as root or not; nothing of them is left.
            </Translate>
          </p>
          <div className="code">
            <pre>
              <code>{'npm run reproduce\nnpm test\n'}</code>
            </pre>
          </div>
          <p>
            <Link to="/notes">
              <Translate id="home.notes">All notes, in order</Translate>
            </Link>{' '}
            ·{' '}
            <Link to="/add-an-experiment">
              <Translate id="home.add">Add an experiment</Translate>
            </Link>
          </p>
        </section>
      </main>
    </Layout>
  );
}
