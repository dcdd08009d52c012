/**
 * Jupytext's explicit cells, a block rule for markdown-it (jupytext/docs/formats-markdown.md):
 *
 *   open  = "<!-- #" ( "region" | "md" | "markdown" | "raw" ) info "-->"
 *   close = "<!-- #end" the-same-name "-->"
 *
 * Both stand alone on their lines at the left margin, at top level. What stands between them is the cell's source, whatever
 * it holds: no block begins or ends there, and the first closing line ends it. A fence at the left margin inside a region
 * is therefore prose, and an unclosed one does no harm.
 */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import type { Problem } from './markdown';

const OPEN = /^<!--[ \t]*#(region|markdown|md|raw)(?![\w-])(.*)-->[ \t]*$/;

/** The name and the metadata text of an opening line, if it is one. */
export function readRegionOpen(line: string): { name: string; info: string } | undefined {
  const [match, name = '', info = ''] = OPEN.exec(line) ?? [];
  return match === undefined ? undefined : { name, info: info.trim() };
}

/** Does this line close a region of that name? */
export function isRegionClose(line: string, name: string): boolean {
  return new RegExp(`^<!--[ \\t]*#end${name}[ \\t]*-->[ \\t]*$`).test(line);
}

/** A `MarkdownIt` plugin: token `region` (markup: name, info: metadata text, content: source). */
export function region(md: MarkdownIt): void {
  md.block.ruler.before('fence', 'region', rule);
}

function rule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  // Inside a list or a quote it is a comment like any other. The rule need not end a paragraph: a comment does that anyway.
  if (silent || state.level > 0) return false;
  const open = readRegionOpen(lineAt(state, startLine));
  if (!open) return false;
  let line = startLine + 1;
  while (line < endLine && !isRegionClose(lineAt(state, line), open.name)) line += 1;
  if (line >= endLine) {
    const problems = (state.env as unknown as { problems: Problem[] }).problems;
    const remedy = `end it with a line <!-- #end${open.name} -->`;
    problems.push({ line: startLine, problem: `<!-- #${open.name} --> is never closed`, remedy });
    return false;
  }
  const token = state.push('region', '', 0);
  token.markup = open.name;
  token.info = open.info;
  token.content = state.getLines(startLine + 1, line, 0, true);
  token.map = [startLine, line + 1];
  state.line = line + 1;
  return true;
}

function lineAt(state: StateBlock, line: number): string {
  return state.src.slice(state.bMarks[line], state.eMarks[line]);
}
