import { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import type { LifelineData } from '../site/lifelines';

/**
 * The picture of a history, for a wide screen and for a narrow one. With a script (client/lifeline.ts) a slider moves through it, and a
 * table beside it shows the processes of that moment; without, it is the picture.
 */
export default function Lifeline({ data, unfolded }: { data: LifelineData; unfolded?: 'yes' }): ReactNode {
  const { wide, narrow, steps, lives } = data;
  return (
    <figure
      className="lifeline"
      data-lifeline={JSON.stringify({ steps, lives })}
      data-unfolded={unfolded}
      data-label={translate({ id: 'lifeline.slider', message: 'Moment' })}
      data-open={translate({ id: 'lifeline.open', message: 'Step through it' })}
    >
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by notebooks/lab/lifeline/svg.ts, which escapes */}
      <div className="wide" dangerouslySetInnerHTML={{ __html: wide }} />
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made by notebooks/lab/lifeline/svg.ts, which escapes */}
      <div className="narrow" dangerouslySetInnerHTML={{ __html: narrow }} />
    </figure>
  );
}
