import type { Mark, Stroke } from './lifeline-canvas';

/** One sign and what it means: strokes and marks about a place 0, 0, within 8 px to each side. */
export interface Sign {
  strokes: Stroke[];
  marks: Mark[];
  text: string;
}

const level = (kind: Stroke['kind'], x0 = -8, x1 = 8): Stroke => ({ kind, x0, y0: 0, x1, y1: 0 });
const mark = (kind: Mark['kind'], x = 0, y = 0, towards?: Mark['towards']): Mark => ({
  kind,
  x,
  y,
  ...(towards === undefined ? {} : { towards }),
});
const coming = (kind: Mark['kind'], stroke: Stroke['kind']): Pick<Sign, 'marks' | 'strokes'> => ({
  strokes: [{ kind: stroke, x0: 0, y0: -6, x1: 0, y1: 4 }],
  marks: [mark(kind, 0, 5, 'down')],
});

/** Every sign that could need a word, and by what in a picture one knows that it is there. */
const signs: (Sign & { when: (Mark | Stroke)['kind'] })[] = [
  { when: 'many', strokes: [level('many')], marks: [], text: 'several alike' },
  { when: 'socket', strokes: [level('socket')], marks: [], text: 'a socket' },
  { when: 'unsure', strokes: [level('unsure')], marks: [], text: 'not seen' },
  { when: 'exit', strokes: [level('life', -8, 0)], marks: [mark('exit')], text: 'exits' },
  { when: 'killed', strokes: [level('life', -8, 0)], marks: [mark('killed')], text: 'killed' },
  { when: 'zombie', strokes: [level('zombie')], marks: [], text: 'zombie' },
  { when: 'gone', strokes: [], marks: [mark('gone')], text: 'waited for' },
  { when: 'taken', ...coming('taken', 'signal'), text: 'signal' },
  { when: 'ignored', ...coming('ignored', 'signal'), text: 'not delivered' },
  { when: 'lost', ...coming('lost', 'dropped'), text: 'dropped' },
  {
    when: 'adopted',
    strokes: [{ kind: 'adoption', x0: 0, y0: -6, x1: 0, y1: 4 }],
    marks: [mark('adopted', 0, 3)],
    text: 'new parent',
  },
  { when: 'subreaper', strokes: [level('life')], marks: [mark('subreaper')], text: 'adopts from here on' },
];

/** The signs that a picture has. */
export function legendFor(strokes: readonly Stroke[], marks: readonly Mark[]): Sign[] {
  const used = new Set<string>([...strokes, ...marks].map(({ kind }) => kind));
  return signs.filter(({ when }) => used.has(when));
}
