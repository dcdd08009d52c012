/** The media types that a notebook's outputs carry beside what people read. */
export const media = {
  history: 'application/vnd.procnotes.history+json',
  findings: 'application/vnd.procnotes.findings+json',
  /** Of which history a picture is. */
  lifeline: 'application/vnd.procnotes.lifeline+json',
} as const;

/** One thing shown, in several forms of which the reader's program takes the best: a Jupyter MIME bundle. */
export type Bundle = { 'text/plain': string; 'text/html'?: string; [medium: string]: unknown };

/** What a running notebook tells the command that runs it: where it is, and what it shows. */
export type Message =
  | { tell: 'cell'; id: string }
  | { tell: 'arm'; experiment: string; arm: string; state: 'begins' | 'is over' }
  | { tell: 'shown'; bundle: Bundle }
  | { tell: 'error'; message: string; stack: string; expected: 'yes' | 'no' }
  | { tell: 'done' };

/** Where output goes: to Jupyter, to the command that runs the notebook, or to the terminal. */
type Place = 'jupyter' | 'command' | 'terminal';

type DisplayData = (content: { data: object; metadata: object; transient: object }, update: boolean) => void;

/** tslab's `display` takes one media type at a time; a bundle has to go by what stands behind it (pinned: tslab 1.0.22). */
function jupyterDisplay(): DisplayData | undefined {
  if (!process.argv.includes('kernel')) return undefined;
  const { lastWriteDisplayData } = require('tslab/dist/jupyter') as { lastWriteDisplayData: DisplayData | null };
  return lastWriteDisplayData ?? undefined;
}

function place(): Place {
  if (process.send !== undefined && process.env.PROCNOTES_RUN === '1') return 'command';
  return jupyterDisplay() === undefined ? 'terminal' : 'jupyter';
}

/** Tells the command that runs this notebook, if there is one. */
export function tell(message: Message): void {
  if (place() === 'command') process.send?.(message);
}

/** Puts a bundle before whoever looks. */
export function put(bundle: Bundle): void {
  const where = place();
  if (where === 'jupyter') jupyterDisplay()?.({ data: bundle, metadata: {}, transient: {} }, false);
  else if (where === 'command') tell({ tell: 'shown', bundle });
  else console.log(bundle['text/plain']);
}
