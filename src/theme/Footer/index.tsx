import Link from '@docusaurus/Link';
import Translate from '@docusaurus/Translate';
import useBaseUrl from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';

export default function Footer(): ReactNode {
  return (
    <footer className="site-foot">
      <Link to="/how-a-verdict-is-made">
        <Translate id="foot.verdict">How a verdict is made</Translate>
      </Link>
      <Link to="/how-it-works">
        <Translate id="foot.works">How it works</Translate>
      </Link>
      <Link to="/add-an-experiment">
        <Translate id="foot.experiment">Add an experiment</Translate>
      </Link>
      <Link to="/source">
        <Translate id="foot.source">The source</Translate>
      </Link>
      <a href={useBaseUrl('/llms.txt')}>llms.txt</a>
    </footer>
  );
}
