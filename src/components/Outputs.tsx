import Link from '@docusaurus/Link';
import Translate, { translate } from '@docusaurus/Translate';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import type { Verdict as Word } from '../../notebooks/lab/judge';
import type { Output } from '../site/outputs';
import Lifeline from './Lifeline';
import Verdict from './Verdict';

/** What a cell showed when the notebook was recorded. */
export default function Outputs({ cell, outputs }: { cell: string; outputs: Output[] }): ReactNode {
  if (outputs.length === 0) return null;
  return (
    <section
      className="outputs"
      aria-label={translate({ id: 'outputs.label', message: 'What cell {cell} showed' }, { cell })}
    >
      {outputs.map((output, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a record does not change while it is looked at
        <One key={at} output={output} />
      ))}
    </section>
  );
}

function One({ output }: { output: Output }) {
  switch (output.kind) {
    case 'text':
      return <Pre text={output.text} />;
    case 'error':
      return <Pre text={output.text} />;
    case 'html':
      // biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/sanitise.ts
      return <div className="html" dangerouslySetInnerHTML={{ __html: output.html }} />;
    case 'history':
      return <History {...output} />;
    case 'lifeline':
      return <Lifeline data={output.lifeline} unfolded="yes" />;
    case 'findings':
      return <Findings {...output} />;
  }
}

// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
const Pre = ({ text }: { text: string }) => <pre tabIndex={0}>{text}</pre>;

function History({ arm, anchor, count, box, html, lifeline }: Extract<Output, { kind: 'history' }>) {
  const links = useBrokenLinks();
  links.collectAnchor(anchor);
  for (let n = 1; n <= count; n += 1) links.collectAnchor(`${anchor}-${n}`);
  return (
    <details className="history" id={anchor}>
      <summary>
        <strong>{arm}</strong>{' '}
        <span className="quiet">
          <Translate id="outputs.history" values={{ count, box }}>
            {'{count} observations; {box}'}
          </Translate>
        </span>
      </summary>
      {lifeline && <Lifeline data={lifeline} />}
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/outputs.ts, which escapes */}
      <ol className="cited" dangerouslySetInnerHTML={{ __html: html }} />
    </details>
  );
}

function Findings({ claims }: Extract<Output, { kind: 'findings' }>) {
  return (
    <ul className="findings">
      {claims.map(({ id, verdict, because, href }) => (
        <li key={id}>
          <Verdict of={verdict as Word} /> <Link to={href}>{id}</Link>
          <p className="because">{because}</p>
        </li>
      ))}
    </ul>
  );
}
