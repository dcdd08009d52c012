import Link from '@docusaurus/Link';
import Layout from '@theme/Layout';
import type { ReactNode } from 'react';

export default function Home(): ReactNode {
  return (
    <Layout description="Unix process notes that prove themselves: every statement a claim, every claim an experiment on a real Linux host.">
      <main className="home">
        <h1>Unix process notes that prove themselves</h1>
        <Link to="/notes">The notes</Link>
      </main>
    </Layout>
  );
}
