import Translate, { translate } from '@docusaurus/Translate';
import { useBaseUrlUtils } from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';
import type { RecordingData } from '../site/recordings';

/**
 * A recorded run, its terminals side by side. With a script (client/recording.ts) it can be played and moved through; its frames are
 * fetched when it comes near. Without, it is the recordings to download.
 */
export default function Recording({ title, recording }: { title: string; recording: RecordingData }): ReactNode {
  const { frames, terminals, recorded, host } = recording;
  const { withBaseUrl } = useBaseUrlUtils();
  return (
    <figure
      className="recording"
      aria-label={translate({ id: 'recording.label', message: 'Recorded run: {title}' }, { title })}
      data-recording={withBaseUrl(frames)}
      data-play={translate({ id: 'recording.play', message: 'Play' })}
      data-pause={translate({ id: 'recording.pause', message: 'Pause' })}
      data-paste={translate({ id: 'recording.paste', message: 'paste' })}
      data-press={translate({ id: 'recording.press', message: 'press {key}' })}
      data-resize={translate({ id: 'recording.resize', message: 'resize the window' })}
      data-close={translate({ id: 'recording.close', message: 'close the window' })}
      data-more={translate({ id: 'recording.more', message: '{terminal} shows more' })}
      data-missing={translate({ id: 'recording.missing', message: 'The recording could not be fetched.' })}
    >
      <figcaption>
        <strong>
          <Translate id="recording.title">Recorded run</Translate>
        </strong>{' '}
        <span className="player">
          <Translate id="recording.pace">The times are those of the run; played, a step takes 0.35 to 2 s.</Translate>
        </span>
      </figcaption>
      <div className="player">
        <div className="screens">
          {terminals.map(({ name }) => (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
            <div key={name} className="screen" role="group" aria-label={name}>
              <p className="screen-name">
                {name}{' '}
                <span className="screen-closed">
                  <Translate id="recording.closed">closed</Translate>
                </span>
              </p>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard */}
              <pre tabIndex={0} />
            </div>
          ))}
        </div>
        <div className="controls">
          <button type="button" disabled>
            <Translate id="recording.play">Play</Translate>
          </button>
          <input
            type="range"
            min="0"
            max="0"
            defaultValue="0"
            disabled
            aria-label={translate({ id: 'recording.slider', message: 'Step of the recording' })}
          />
        </div>
        <p className="caption" />
      </div>
      <p className="claim-facts">
        <Translate id="recording.files">Recording:</Translate>{' '}
        {terminals.map(({ name, cast }, at) => (
          <span key={name}>
            {at > 0 && ', '}
            <a href={withBaseUrl(cast)} download>
              {name}
            </a>
          </span>
        ))}{' '}
        <Translate id="recording.recorded" values={{ recorded, host }}>
          {'(.cast, for asciinema), made {recorded}. {host}'}
        </Translate>
      </p>
    </figure>
  );
}
