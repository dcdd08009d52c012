import type { Band, Mark, Stroke } from './lifeline-canvas';
import { type Label, type } from './lifeline-labels';
import type { Picture } from './lifeline-layout';
import { description } from './lifeline-words';

/**
 * `inherit`: on a page, in the page's own ink. `paper`: by itself, where nobody says what is behind it; it brings a white ground.
 */
export type Ink = 'inherit' | 'paper';

/** Three hues that stand out from white and from #1b1b1d by more than 3:1 (WCAG 2.2, 1.4.11); none is all that tells two things apart. */
export const hues = { signal: '#cc5a3a', zombie: '#8a6fd1', adoption: '#3f7fbf' } as const;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Text as XML has it: what XML 1.0 cannot hold at all (section 2.2) is left out. */
export const xml = (text: string): string =>
  text.replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '').replace(/[&<>"]/g, (c) => escapes[c] ?? c);

/** px, to a tenth. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** A number made from a text, so that two pictures on one page have other ids (FNV-1a). */
export function idOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** What is around every picture of this project: a name and a description for who does not see it, one font, one ink. */
export function frame(
  {
    width,
    height,
    title,
    desc,
    ink,
    id,
  }: { width: number; height: number; title: string; desc: string; ink: Ink; id: string },
  body: string[],
): string {
  const color = ink === 'paper' ? ' color="#1b1b1d"' : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t${id} d${id}"${color} font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${type.size}">`,
    `<title id="t${id}">${xml(title)}</title>`,
    `<desc id="d${id}">${xml(desc)}</desc>`,
    ...(ink === 'paper' ? [`<rect width="${width}" height="${height}" fill="#fff"/>`] : []),
    ...body.filter((line) => line !== ''),
    '</svg>',
  ].join('\n');
}

/** Writes a picture as SVG: presentation attributes only, no style, no script, nothing from outside. */
export function lifelineSvg(picture: Picture, ink: Ink = 'inherit'): string {
  const { width, height, scene } = picture;
  const { experiment, arm } = scene.lifeline;
  const title = `Lifeline of “${arm}”`;
  const id = idOf(`${experiment}\n${arm}\n${width}`);
  return frame({ width, height, title, desc: description(scene), ink, id }, [
    bandsOf(picture.bands),
    ...Object.entries(strokeStyles).map(([kind, style]) => strokesOf(picture.strokes, kind, style)),
    marksOf(picture.marks),
    ...labelsOf(picture.labels),
  ]);
}

function bandsOf(bands: Band[]): string {
  return bands
    .map(({ kind, x, y, width, height }) =>
      kind === 'session'
        ? `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="3" fill="currentColor" fill-opacity="0.05"/>`
        : `<path d="M${px(x + 3)} ${px(y + 3)}h-3v${px(height - 6)}h3" fill="none" stroke="currentColor" stroke-opacity="0.45"/>`,
    )
    .join('\n');
}

const strokeStyles: Record<Exclude<Stroke['kind'], 'many'> | 'many', string> = {
  axis: 'stroke="currentColor" stroke-opacity="0.5"',
  act: 'stroke="currentColor" stroke-opacity="0.6"',
  tear: 'stroke="currentColor" stroke-opacity="0.35"',
  kernel: 'stroke="currentColor" stroke-opacity="0.5"',
  fork: 'stroke="currentColor" stroke-opacity="0.45"',
  kin: 'stroke="currentColor" stroke-opacity="0.6" stroke-linecap="round" stroke-dasharray="0.1 4"',
  unsure: 'stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-dasharray="0.1 4"',
  life: 'stroke="currentColor" stroke-width="1.5"',
  socket: 'stroke="currentColor" stroke-width="1.5" stroke-dasharray="7 3"',
  many: 'stroke="currentColor"',
  zombie: `stroke="${hues.zombie}" stroke-width="7" stroke-dasharray="1.4 2.6"`,
  adoption: `stroke="${hues.adoption}" stroke-width="1.2" stroke-dasharray="5 2"`,
  signal: `stroke="${hues.signal}" stroke-width="1.2"`,
  dropped: `stroke="${hues.signal}" stroke-width="1.2" stroke-dasharray="2.5 2.5"`,
};

function strokesOf(strokes: Stroke[], kind: string, style: string): string {
  const d = strokes
    .filter((stroke) => stroke.kind === kind)
    .map(pathOf)
    .join('');
  return d === '' ? '' : `<path d="${d}" fill="none" ${style}/>`;
}

function pathOf({ kind, x0, y0, x1, y1 }: Stroke): string {
  const line = (dy: number) => `M${px(x0)} ${px(y0 + dy)}${y0 === y1 ? `H${px(x1)}` : `V${px(y1)}`}`;
  if (kind === 'many') return `${line(-1.5)}${line(1.5)}`;
  if (kind !== 'tear') return line(0);
  const teeth = Array.from({ length: Math.max(1, Math.floor((y1 - y0) / 6)) }, (_, i) => `l${i % 2 === 0 ? 3 : -3} 6`);
  return `M${px(x0 - 1.5)} ${px(y0)}${teeth.join('')}`;
}

const stroked = (d: string, colour = 'currentColor', width = 1.5) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;

function markOf({ kind, x, y, towards }: Mark): string {
  const at = `M${px(x)} ${px(y)}`;
  const head = (open: 'open' | 'closed') => {
    const back = towards === 'up' ? 7 : -7;
    const d = `${at}l-3.5 ${back}h7z`;
    return open === 'open'
      ? `<path d="${d}" fill="none" stroke="${hues.signal}" stroke-width="1.2"/>`
      : `<path d="${d}" fill="${hues.signal}"/>`;
  };
  switch (kind) {
    case 'fork':
      return stroked(`M${px(x)} ${px(y - 3.5)}v7`);
    case 'exec':
      return `<path d="M${px(x - 2)} ${px(y - 4)}l5 4l-5 4z" fill="currentColor"/>`;
    case 'exit':
      return `<circle cx="${px(x)}" cy="${px(y)}" r="3" fill="currentColor"/>`;
    case 'killed':
      return stroked(`M${px(x - 3.5)} ${px(y - 3.5)}l7 7m0 -7l-7 7`, 'currentColor', 1.8);
    case 'gone':
      return stroked(`M${px(x)} ${px(y - 5)}v10`);
    case 'lost':
      return stroked(`M${px(x - 3)} ${px(y - 3)}l6 6m0 -6l-6 6`, hues.signal, 1.4);
    case 'adopted':
      return `<path d="M${px(x)} ${px(y - 4)}l4 4l-4 4l-4 -4z" fill="none" stroke="${hues.adoption}" stroke-width="1.4"/>`;
    case 'subreaper':
      return stroked(`M${px(x - 4)} ${px(y - 4)}v4a4 4 0 0 0 8 0v-4`, hues.adoption, 1.4);
    case 'taken':
      return head('closed');
    case 'ignored':
      return head('open');
    case 'sent':
      return `<circle cx="${px(x)}" cy="${px(y)}" r="1.8" fill="${hues.signal}"/>`;
  }
}

function marksOf(marks: Mark[]): string {
  return [...new Set(marks.map(markOf))].join('\n');
}

const roles: Record<Label['role'], string> = {
  title: ' font-weight="600"',
  name: '',
  signal: ` fill="${hues.signal}"`,
  fact: ' fill-opacity="0.8"',
  time: ' fill-opacity="0.75"',
  band: ' fill-opacity="0.7" font-style="italic"',
  act: ' fill-opacity="0.8"',
  note: ' fill-opacity="0.75"',
};

/** Labels in groups of one role; a shortened one says the whole when it is pointed at. */
function labelsOf(labels: Label[]): string[] {
  return (Object.keys(roles) as Label['role'][]).map((role) => {
    const texts = labels.filter((label) => label.role === role).map(labelOf);
    const fill = roles[role].includes(' fill="') ? '' : ' fill="currentColor"';
    return texts.length === 0 ? '' : `<g${fill}${roles[role]}>\n${texts.join('\n')}\n</g>`;
  });
}

function labelOf({ x, y, width, text, full, anchor }: Label): string {
  const whole = full === undefined ? '' : `<title>${xml(full)}</title>`;
  const at = anchor === 'end' ? `x="${px(x + width)}" text-anchor="end"` : `x="${px(x)}"`;
  return `<text ${at} y="${px(y + 10)}">${whole}${xml(text)}</text>`;
}
