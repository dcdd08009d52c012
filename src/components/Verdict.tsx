import { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import type { Verdict as Word } from '../../notebooks/lab/judge';

/** A verdict is a word, a shape and a colour, so that none of the three has to be seen. */
const shapes: Record<Word, string> = { confirmed: '●', refuted: '✕', depends: '◐', inconclusive: '○' };

const words = (): Record<Word, string> => ({
  confirmed: translate({ id: 'verdict.confirmed', message: 'confirmed' }),
  refuted: translate({ id: 'verdict.refuted', message: 'refuted' }),
  depends: translate({ id: 'verdict.depends', message: 'depends' }),
  inconclusive: translate({ id: 'verdict.inconclusive', message: 'inconclusive' }),
});

export default function Verdict({ of }: { of: Word }): ReactNode {
  return (
    <span className={`verdict ${of}`}>
      <span className="shape" aria-hidden="true">
        {shapes[of]}
      </span>{' '}
      {words()[of]}
    </span>
  );
}
