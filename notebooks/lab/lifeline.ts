import type { History } from './history';
import { layOut } from './lifeline-layout';
import type { Lifeline } from './lifeline-model';
import { lifelineOf } from './lifeline-reader';
import { sceneOf } from './lifeline-scene';
import { type Ink, lifelineSvg } from './lifeline-svg';
import { lifelineText } from './lifeline-text';
import { type Bundle, media } from './outlet';

/** The lifelines of a history's processes, to be shown: `show(lifeline(history))`. */
export function lifeline(history: History): Lifeline {
  return lifelineOf(history.record);
}

/** A lifeline as SVG, for a width in px. Pure: the same lifeline and width give the same text. */
export function lifelinePicture(of: Lifeline, width: number, ink: Ink = 'inherit'): string {
  return lifelineSvg(layOut(sceneOf(of), width), ink);
}

/** px: what a notebook's column has room for. */
export const notebookWidth = 960;

/**
 * A picture on paper of its own, and the text form. There is no HTML on purpose: a picture there would be sanitised out of a notebook
 * that Jupyter does not trust yet, and nothing be left; of this bundle such a notebook shows the text. Jupyter puts an SVG into an
 * `img`, which no style of the page reaches: so it has ink and paper with it, and one width, to be scrolled or shrunk. A page that
 * wants it wide and narrow, in its own ink, has the history, which the medium `lifeline` names, and `lifelinePicture`.
 */
export function lifelineBundle(of: Lifeline): Bundle {
  return {
    'text/plain': lifelineText(sceneOf(of)),
    'image/svg+xml': lifelinePicture(of, notebookWidth, 'paper'),
    [media.lifeline]: { experiment: of.experiment, arm: of.arm },
  };
}
