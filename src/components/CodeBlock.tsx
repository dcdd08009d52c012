import Translate, { translate } from '@docusaurus/Translate';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import { cellAnchor } from '../site/addresses';

interface Properties {
  html: string;
  language: string;
  /** It can be copied. */
  copy?: 'yes';
  /** The id of the notebook's cell that it is. */
  cell?: string;
  /** It is what a terminal shows, not what is typed. */
  expected?: 'yes';
}

/** Highlighted code. What the button copies is the text of the `code` element: the fence, byte for byte. */
export default function CodeBlock({ html, language, copy, cell, expected }: Properties): ReactNode {
  const anchor = cell === undefined ? undefined : cellAnchor(cell);
  const links = useBrokenLinks();
  if (anchor !== undefined) links.collectAnchor(anchor);
  return (
    <div className={`code${expected ? ' expected' : ''}${cell === undefined ? '' : ' cell'}`} id={anchor}>
      {cell !== undefined && (
        <a className="cell-id" href={`#${anchor}`}>
          {cell}
        </a>
      )}
      {copy && (
        <button
          type="button"
          className="copy"
          data-copy=""
          data-done={translate({ id: 'code.copied', message: 'Copied' })}
        >
          <Translate id="code.copy">Copy</Translate>
        </button>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard */}
      <pre tabIndex={0} data-language={language}>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by site/highlight.ts, which escapes */}
        <code dangerouslySetInnerHTML={{ __html: html }} />
      </pre>
    </div>
  );
}
