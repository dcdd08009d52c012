import Link from '@docusaurus/Link';
import { useDoc } from '@docusaurus/plugin-content-docs/client';
import Translate, { translate } from '@docusaurus/Translate';
import DocItemContent from '@theme/DocItem/Content';
import DocItemPaginator from '@theme/DocItem/Paginator';
import LastUpdated from '@theme/LastUpdated';
import type { ReactNode } from 'react';

/** A page: its text, where to go from here, and at the side what stands in it. */
export default function DocItemLayout({ children }: { children: ReactNode }): ReactNode {
  const { metadata, frontMatter } = useDoc();
  const { editUrl, lastUpdatedAt, permalink } = metadata;
  const name = String((frontMatter as { page?: string }).page ?? '');
  return (
    <>
      <main className={`page page-${name}`}>
        {/* Notes answer questions; notebooks and lists are found too, behind them. */}
        <article data-pagefind-weight={/\/(?:notebooks\/[^/]+|ledger|source|notes)$/.test(permalink) ? '0.2' : '1'}>
          <DocItemContent>{children}</DocItemContent>
        </article>
        <p className="page-foot">
          <a href={`${permalink}.md`}>
            <Translate id="page.markdown">This page as Markdown</Translate>
          </a>
          {editUrl && (
            <Link to={editUrl}>
              <Translate id="page.edit">Edit it</Translate>
            </Link>
          )}
          {lastUpdatedAt && <LastUpdated lastUpdatedAt={lastUpdatedAt} />}
        </p>
        <DocItemPaginator />
      </main>
      <Contents />
    </>
  );
}

function Contents() {
  const { toc } = useDoc();
  const shown = toc.filter(({ level }) => level <= 3);
  if (shown.length < 2) return null;
  const label = translate({ id: 'page.contents', message: 'On this page' });
  return (
    <nav className="contents" aria-label={label}>
      <p>{label}</p>
      <ul>
        {shown.map(({ id, value, level }) => (
          <li key={id} className={`level-${level}`}>
            {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by Docusaurus from the page's own headings */}
            <a href={`#${id}`} dangerouslySetInnerHTML={{ __html: value }} />
          </li>
        ))}
      </ul>
    </nav>
  );
}
