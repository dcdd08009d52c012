import Link from '@docusaurus/Link';
import Translate from '@docusaurus/Translate';
import useBaseUrl from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';
import type { Verdict as Word } from '../../notebooks/lab/judge';
import Verdict from './Verdict';

interface Properties {
  name: string;
  host: string;
  recorded: string;
  claims: { id: string; verdict: Word; note: { title: string; href: string } }[];
}

/** Above a notebook: how to get it and run it, the host that it was recorded on, and the claims that it tests. */
export default function NotebookHead({ name, host, recorded, claims }: Properties): ReactNode {
  const file = useBaseUrl(`/notebooks/${name}.ipynb`);
  const source = useBaseUrl(`/notebooks/${name}.md`);
  return (
    <aside className="notebook-head">
      <p>
        <a href={file} download>
          {name}.ipynb
        </a>{' '}
        <a href={source} download>
          {name}.md
        </a>{' '}
        <span className="quiet">
          <Translate id="notebook.recorded" values={{ recorded, host }}>
            {'Recorded {recorded}. {host}'}
          </Translate>
        </span>
      </p>
      <details>
        <summary>
          <Translate id="notebook.open">Run it yourself</Translate>
        </summary>
        <p>
          <Translate
            id="notebook.run"
            values={{ reproduce: <code>npm run reproduce -- {name}</code>, jupyter: <code>npm run jupyter</code> }}
          >
            {
              'In a checkout of the project, {reproduce} runs it and judges its claims; {jupyter} opens all notebooks in Jupyter.'
            }
          </Translate>{' '}
          <Translate
            id="notebook.vscode"
            values={{ path: <code>JUPYTER_PATH=$PWD/.cache/jupyter/share/jupyter</code> }}
          >
            {'In VS Code: set {path} before starting it, open the .ipynb, and choose the kernel TypeScript.'}
          </Translate>
        </p>
      </details>
      <details>
        <summary>
          <Translate id="notebook.claims" values={{ count: claims.length }}>
            {'The {count} claims that it tests'}
          </Translate>
        </summary>
        <ul className="claim-list">
          {claims.map(({ id, verdict, note }) => (
            <li key={id}>
              <Verdict of={verdict} /> <Link to={note.href}>{id}</Link>
            </li>
          ))}
        </ul>
      </details>
    </aside>
  );
}
