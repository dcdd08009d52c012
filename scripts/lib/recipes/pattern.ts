/**
 * What a recipe says that a terminal shows: the lines of a `text` fence. They stand there as they appear, but for
 *
 *   {pid a.sh}   what varies: a kind, and a name where there are several of it
 *   …            alone on its line: any lines, also none
 *   {{           a brace
 *
 * The same braces stand for the same value wherever in the recipe they stand, in whichever terminal; two PIDs of different
 * names differ. Runs of blanks match runs of blanks, and blanks at either end of a line do not count.
 */
import { suggestion } from '../nearest';
import { SourceError } from '../source-error';

/** What each kind matches, and how a person would say it. */
export const kinds: Record<string, { regex: string; said: string }> = {
  pid: { regex: '[1-9]\\d*', said: 'a PID' },
  port: { regex: '[1-9]\\d{3,4}', said: 'a port' },
  tty: { regex: '(?:pts/\\d+|tty\\w+)', said: 'a terminal, as ps names it' },
  time: { regex: '\\d+:\\d\\d(?::\\d\\d)?(?:[.,]\\d+)?', said: 'a time' },
  number: { regex: '-?\\d+(?:\\.\\d+)?', said: 'a number' },
  path: { regex: '/[^\\s:;,]*', said: 'an absolute path' },
  word: { regex: '\\S+', said: 'a word' },
};

/** `{kind name}`; the name is empty where there is none. */
export interface Slot {
  readonly kind: string;
  readonly name: string;
}

export type Piece = string | Slot;

export type PatternLine =
  | { readonly any: 'no'; readonly source: string; readonly line: number; readonly pieces: readonly Piece[] }
  | { readonly any: 'yes'; readonly source: string; readonly line: number };

export interface Pattern {
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly lines: readonly PatternLine[];
}

/** What the slots of a recipe stand for so far, by `kind name`. */
export type Bindings = ReadonlyMap<string, string>;

export const slotText = ({ kind, name }: Slot): string => `{${name === '' ? kind : `${kind} ${name}`}}`;

/** Reads the content of a `text` fence whose first line is `line` of `file`; puts what is wrong with it into `problems`. */
export function readPattern(content: string, file: string, line: number, problems: SourceError[]): Pattern {
  const sources = content === '' ? [] : content.replace(/\n$/, '').split('\n');
  const lines = sources.map((source, index): PatternLine => {
    if (source.trim() === '…') return { any: 'yes', source, line: line + index };
    return { any: 'no', source, line: line + index, pieces: readPieces(source, file, line + index, problems) };
  });
  return { file, line, lines };
}

function readPieces(source: string, file: string, line: number, problems: SourceError[]): Piece[] {
  const pieces: Piece[] = [];
  const say = (problem: string, remedy: string) => problems.push(new SourceError(file, line, problem, remedy));
  const text = (more: string) => {
    const last = pieces.length - 1;
    if (typeof pieces[last] === 'string') pieces[last] += more;
    else pieces.push(more);
  };
  for (const [found, slot] of source.trim().matchAll(/\{\{|\{([^{}]*)\}|\{|[^{]+/g)) {
    if (found === '{{') text('{');
    else if (slot === undefined && found === '{') {
      say(`"{" is never closed in \`${source.trim()}\``, 'close it, as in {pid a.sh}, or write {{ for a brace');
      text('{');
    } else if (slot === undefined) text(found);
    else {
      const [, kind = '', name = ''] = /^(\S*)\s*(.*)$/.exec(slot.trim()) ?? [];
      if (kinds[kind] === undefined) {
        say(`unknown pattern ${found}`, `${suggestion(kind, Object.keys(kinds))}; write {{ for a brace`);
        text(found);
      } else pieces.push({ kind, name });
    }
  }
  return pieces;
}

const keyOf = ({ kind, name }: Slot) => `${kind} ${name}`;
const literal = (text: string) =>
  text
    .split(/[ \t]+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[ \\t]+');

/** What a line binds, given what is bound already; undefined where it does not match. */
export function matchLine(pieces: readonly Piece[], shown: string, bound: Bindings): Bindings | undefined {
  const groups = new Map<string, { index: number; slot: Slot }>();
  const source = pieces.map((piece) => {
    if (typeof piece === 'string') return literal(piece);
    const known = bound.get(keyOf(piece));
    if (known !== undefined) return `${literal(known)}(?!${tail(piece)})`;
    const group = groups.get(keyOf(piece));
    if (group !== undefined) return `\\${group.index}(?!${tail(piece)})`;
    groups.set(keyOf(piece), { index: groups.size + 1, slot: piece });
    return `(${kinds[piece.kind]?.regex})(?!${tail(piece)})`;
  });
  const match = new RegExp(`^[ \\t]*${source.join('')}[ \\t]*$`).exec(shown);
  if (match === null) return undefined;
  const now = new Map(bound);
  for (const [key, { index, slot }] of groups) {
    const value = match[index] ?? '';
    const namesakes = [...now].filter(([other]) => other.startsWith('pid '));
    if (slot.kind === 'pid' && namesakes.some(([, other]) => other === value)) return undefined;
    now.set(key, value);
  }
  return now;
}

/** A number is not the beginning of a longer one. */
const tail = ({ kind }: Slot) => (kind === 'pid' || kind === 'port' || kind === 'number' ? '\\d' : '$^');

/** What the lines shown bind, all of them matched; undefined where they do not match. */
export function matchLines(
  lines: readonly PatternLine[],
  shown: readonly string[],
  bound: Bindings,
): Bindings | undefined {
  const [first, ...rest] = lines;
  if (first === undefined) return shown.length === 0 ? bound : undefined;
  if (first.any === 'yes') {
    for (let skipped = 0; skipped <= shown.length; skipped++) {
      const now = matchLines(rest, shown.slice(skipped), bound);
      if (now !== undefined) return now;
    }
    return undefined;
  }
  const [line, ...others] = shown;
  const now = line === undefined ? undefined : matchLine(first.pieces, line, bound);
  return now && matchLines(rest, others, now);
}

/**
 * Several patterns one after another: what they bind, and up to which line each of them goes; undefined where they do not
 * match all that is shown.
 */
export function matchAll(
  patterns: readonly (readonly PatternLine[])[],
  shown: readonly string[],
  bound: Bindings,
): { bound: Bindings; ends: number[] } | undefined {
  const [first, ...rest] = patterns;
  if (first === undefined) return shown.length === 0 ? { bound, ends: [] } : undefined;
  for (let end = 0; end <= shown.length; end++) {
    const now = matchLines(first, shown.slice(0, end), bound);
    const others = now && matchAll(rest, shown.slice(end), now);
    if (others !== undefined) return { bound: others.bound, ends: [end, ...others.ends.map((other) => other + end)] };
  }
  return undefined;
}

/** The lines of what a terminal printed: without those that are blank at its beginning and its end. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines[lines.length - 1] === '') lines.pop();
  while (lines[0] === '') lines.shift();
  return lines;
}

/** What a pattern line looks like with what is bound filled in. */
function filled(line: PatternLine, bound: Bindings): string {
  if (line.any === 'yes') return line.source;
  return line.pieces
    .map((piece) => (typeof piece === 'string' ? piece : (bound.get(keyOf(piece)) ?? slotText(piece))))
    .join('');
}

/** Where page and terminal part: the pattern line (undefined: the page has no more), what stands there, and how they compare. */
export interface Difference {
  readonly line: number;
  readonly text: string;
}

/** The first difference between page and terminal, in words, with both in full; undefined where there is none. */
export function difference(pattern: Pattern, shown: readonly string[], bound: Bindings): Difference | undefined {
  if (matchLines(pattern.lines, shown, bound) !== undefined) return undefined;
  let good = 0;
  // The longest beginning of the pattern that some beginning of what is shown matches.
  let reached = 0;
  let known = bound;
  for (let count = 0; count <= pattern.lines.length; count++) {
    for (let upTo = 0; upTo <= shown.length; upTo++) {
      const now = matchLines(pattern.lines.slice(0, count), shown.slice(0, upTo), bound);
      if (now === undefined) continue;
      [good, reached, known] = [count, upTo, now];
      break;
    }
  }
  const wanted = pattern.lines[good];
  const there = shown[reached];
  const says = wanted === undefined ? 'nothing more' : `\`${filled(wanted, known).trim()}\``;
  const what = there === undefined ? 'nothing more' : `\`${there.trim()}\``;
  const list = [
    ...pattern.lines.map((line, at) => `    ${at === good ? '>' : ' '} page      ${line.source}`),
    ...shown.map((line, at) => `    ${at === reached ? '>' : ' '} terminal  ${line}`),
  ];
  const line = wanted?.line ?? pattern.lines[pattern.lines.length - 1]?.line ?? pattern.line;
  return { line, text: `the page says ${says}, the terminal ${what}\n${list.join('\n')}` };
}
