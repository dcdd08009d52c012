/**
 * Container directives, a block rule for markdown-it, in the syntax of remark-directive, which Docusaurus uses:
 *
 *   open   = ":::" ":"* name [ "[" label "]" ] [ "{" attributes "}" ]
 *   close  = as many colons as the opening, or more
 *   attributes = ( key "=" ( '"' value '"' | "'" value "'" | word ) | key )*        on the same line
 *
 * The first line of colons that is long enough closes, wherever it stands: micromark looks for it before it looks for code.
 * So an inner directive has fewer colons than the outer one. The shorthand `{#id .class}` is refused: `{#a.b}` would be
 * the id `a` and the class `b`. What Docusaurus would print as plain colons is reported instead.
 */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import type { Problem } from './markdown';

export type Attributes = Readonly<Record<string, string>>;

/** A `MarkdownIt` plugin: tokens `directive_open` (info: name, content: body, meta: label and attributes) and `directive_close`. */
export function directive(md: MarkdownIt): void {
  md.block.ruler.before('fence', 'directive', rule, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
}

const OPEN = /^(:{3,})([A-Za-z][\w-]*)(?:\[((?:[^\]\\]|\\.)*)\])?(\{.*\})?[ \t]*$/;

function rule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const text = lineAt(state, startLine);
  if (!text.startsWith('::') || isCode(state, startLine)) return false;
  const problems = (state.env as unknown as { problems: Problem[] }).problems;
  const match = OPEN.exec(text);
  if (!match) {
    if (!silent) explain(text, startLine, problems);
    return false;
  }
  if (silent) return true;

  const [, colons = '', name = '', label, braces = '{}'] = match;
  const end = findClose(state, startLine, endLine, colons, problems);
  if (end === endLine) {
    const problem = `${colons}${name} is never closed`;
    problems.push({ line: startLine, problem, remedy: `end it with a line "${colons}"` });
  }
  const { attributes, wrong } = readAttributes(braces.slice(1, -1), state.md.utils.unescapeAll);
  if (wrong) problems.push({ line: startLine, ...wrong });

  const { parentType, lineMax } = state;
  state.parentType = 'container';
  state.lineMax = end;
  const open = state.push('directive_open', 'div', 1);
  open.info = name;
  open.markup = colons;
  open.meta = { label, attributes };
  open.map = [startLine, Math.min(end + 1, endLine)];
  open.content = state.getLines(startLine + 1, end, state.sCount[startLine] ?? 0, false);
  state.md.block.tokenize(state, startLine + 1, end);
  state.push('directive_close', 'div', -1);
  state.parentType = parentType;
  state.lineMax = lineMax;
  state.line = Math.min(end + 1, endLine);
  return true;
}

/** The line that closes, or `endLine`; says so when an inner directive would be cut short by it. */
function findClose(state: StateBlock, startLine: number, endLine: number, colons: string, problems: Problem[]): number {
  for (let line = startLine + 1; line < endLine; line++) {
    const text = lineAt(state, line);
    if (text !== '' && (state.sCount[line] ?? 0) < state.blkIndent) return line;
    if (isCode(state, line)) continue;
    const inner = OPEN.exec(text)?.[1];
    if (inner !== undefined && inner.length >= colons.length) {
      const outer = `the directive it stands in (opened at line ${startLine + 1})`;
      const remedy = `give the outer one ${inner.length + 1} colons, at both its ends`;
      problems.push({ line, problem: `"${text.trimEnd()}" has as many colons as ${outer}`, remedy });
    }
    const close = /^(:{3,})[ \t]*$/.exec(text)?.[1];
    if (close !== undefined && close.length >= colons.length) return line;
  }
  return endLine;
}

interface Wrong {
  problem: string;
  remedy: string;
}

const REFERENCE = /&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z][a-z0-9]{1,31});/gi;

/** Reads `key="value" key='value' key=value key`, up to what is wrong. Character references (`&quot;`) stand for their character. */
function readAttributes(
  source: string,
  decode: (reference: string) => string,
): { attributes: Attributes; wrong?: Wrong } {
  const attributes: [string, string][] = [];
  const done = (wrong?: Wrong) => ({ attributes: Object.fromEntries(attributes), wrong });
  const next =
    /[ \t]*(?:([A-Za-z_:][\w:.-]*)(?:[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`{}]+)))?(?=[ \t]|$)|([#.][^\s{}]*))/y;
  while (source.slice(next.lastIndex).trim() !== '') {
    const from = next.lastIndex;
    const match = next.exec(source);
    const rest = source.slice(from).trim();
    if (!match) return done({ problem: `cannot read the attributes from \`${rest}\` on`, remedy: 'write key="value"' });
    const [, key, double, single, word, shorthand] = match;
    if (shorthand !== undefined) {
      const problem = `the shorthand {${shorthand}} splits at every dot and number sign`;
      return done({ problem, remedy: `write ${shorthand[0] === '#' ? 'id' : 'class'}="${shorthand.slice(1)}"` });
    }
    if (key === undefined) continue;
    if (attributes.some(([earlier]) => earlier === key)) {
      return done({ problem: `attribute "${key}" is given twice`, remedy: 'remove one of them' });
    }
    attributes.push([key, (double ?? single ?? word ?? '').replace(REFERENCE, decode)]);
  }
  return done();
}

/** Says why a line that begins with colons is no directive. */
function explain(text: string, line: number, problems: Problem[]): void {
  const [, colons = '', rest = ''] = /^(:+)(.*)$/s.exec(text) ?? [];
  const say = (problem: string, remedy: string) => problems.push({ line, problem, remedy });
  const shown = text.trimEnd();
  const name = /^[ \t]*([A-Za-z][\w-]*)/.exec(rest)?.[1];
  if (rest.trim() === '') {
    if (colons.length > 2)
      say(`"${shown}" closes nothing`, 'remove it, or open a directive with as many colons above it');
  } else if (name === undefined) {
    if (colons.length > 2) say(`"${shown}" is no directive`, 'write :::name{key="value"}');
  } else if (colons.length === 2) {
    if (rest.startsWith(name)) say(`"${shown}" has two colons`, `a block opens with three: :::${name}`);
  } else if (/^[ \t]/.test(rest)) say(`"${shown}" has a space before the name`, `write ${colons}${name}`);
  else if (/^[^{[]*[ \t]+\{/.test(rest)) say(`"${shown}" has a space before the brace`, `write ${colons}${name}{…}`);
  else if (rest.includes('{'))
    say(
      `the braces of "${shown}" do not close on this line`,
      'write all attributes on one line, and nothing after them',
    );
  else say(`"${shown}" has text after the name`, `write a title in brackets: ${colons}${name}[Title]`);
}

function lineAt(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
}

/** Indented by four columns or more, a line is code (CommonMark 4.4). */
function isCode(state: StateBlock, line: number): boolean {
  return (state.sCount[line] ?? 0) - state.blkIndent >= 4;
}
