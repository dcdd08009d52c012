/**
 * A notebook: `notebooks/NAME.md`, in Jupytext's Markdown format (jupytext/docs/formats-markdown.md, format 1.3).
 *
 *   notebook = header gap ( cell gap )*
 *   header   = "---" YAML "---"                                           (notebook-header.ts)
 *   cell     = code | explicit | prose
 *   code     = "```" "`"* "typescript" metadata  source  "```" "`"*       with id="…" among the metadata
 *   explicit = "<!-- #region" metadata "-->" source "<!-- #endregion -->" a markdown cell (also #md, #markdown)
 *            | "<!-- #raw" metadata "-->" source "<!-- #endraw -->"       a raw cell
 *   prose    = what else there is, up to the next cell or two blank lines a markdown cell
 *   gap      = blank lines
 *   metadata = ( key=JSON )*                                              (cell-metadata.ts)
 *
 * All as CommonMark sees it: a code cell is a fence of backticks at the left margin, at top level, whose first word is
 * `typescript`. A fence of tildes, an indented one, one inside a list, a quote, an HTML block or a longer fence is prose, and
 * so is ```` ```typescript .noeval ````. Two blank lines inside a list or a fence do not part it. Where Jupytext itself would
 * see other cells, reading warns.
 *
 * A code cell says its id. A markdown or raw cell says it, in an explicit opening line, only when it is not the derived one
 * (cell-id.ts).
 *
 * Reader and writer are twins: `writeNotebook(readNotebook(text, file)) === text`. What a cell cannot say (an odd gap, a
 * longer fence, CRLF) is its layout. The writer reads back what it wrote and, where a cell would come back changed, lets go
 * of layout or makes the cell explicit, so that cells from anywhere survive.
 */
import type { Metadata } from './cell-metadata';
import { splitLines } from './markdown';
import type { Header } from './notebook-header';
import { scanNotebook } from './notebook-reader';
import { writeNotebook } from './notebook-writer';
import { refuse, type SourceError } from './source-error';

export { writeNotebook } from './notebook-writer';

/** How a cell stands in the text. What is not there is as the writer does it by itself. */
export interface CellLayout {
  /** The opening line with its ending; `''` for prose. */
  readonly open?: string;
  /** What follows the source: a line's ending and the closing line without its own; `''` for prose. */
  readonly close?: string;
  /** The ending of the last line and the blank lines up to the next cell. */
  readonly after?: string;
}

export interface Cell {
  readonly type: 'code' | 'markdown' | 'raw';
  readonly id: string;
  /** Without the ending of its last line; LF only, unless the file mixes line endings. */
  readonly source: string;
  /** Without the id. */
  readonly metadata: Metadata;
  /** The line of the .md on which the source starts, from 1. */
  readonly line: number;
  readonly layout: CellLayout;
}

export interface NotebookLayout {
  /** Every line ends with CRLF. */
  readonly eol?: '\r\n';
  /** The ending of the header and the blank lines up to the first cell. */
  readonly after?: string;
}

export interface Notebook {
  readonly file: string;
  readonly header: Header;
  readonly cells: readonly Cell[];
  readonly layout: NotebookLayout;
  /** Where Jupytext would see other cells than we do. */
  readonly warnings: readonly SourceError[];
}

/** Reads a notebook; throws SourceErrors with every problem in it. */
export function readNotebook(text: string, file: string): Notebook {
  const { notebook, problems } = scanNotebook(text, file);
  refuse(problems);
  return notebook;
}

/** The code cells, each with the line on which its code starts. */
export function codeCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter((cell) => cell.type === 'code');
}

/** The notebook with another source for some cells, by id (what a formatter changes), and with the lines that it then has. */
export function withSources(notebook: Notebook, sources: ReadonlyMap<string, string>): Notebook {
  const cells = notebook.cells.map((cell) => ({ ...cell, source: sources.get(cell.id) ?? cell.source }));
  return readNotebook(writeNotebook({ ...notebook, cells }), notebook.file);
}

/**
 * One TypeScript module with the code of all cells, every line where it is in the .md, so that what tsc or a stack trace
 * says of the module holds for the .md. The lines of prose are empty.
 */
export function cellsAsModule(notebook: Notebook): string {
  let module = '';
  for (const cell of codeCells(notebook)) {
    const line = splitLines(module).length + 1;
    // To TypeScript these two end a line as well; to CommonMark and to editors they do not.
    const code = cell.source.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    module += `${'\n'.repeat(cell.line - line)}${code}\n`;
  }
  return `${module}export {};\n`;
}
