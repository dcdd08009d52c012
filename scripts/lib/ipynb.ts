/**
 * Between a notebook (`NAME.md`) and its .ipynb. What the .md says, the .ipynb says too; what only the .ipynb can hold
 * (outputs, execution counts, what Jupyter keeps about itself) comes from the former record.
 *
 * Our own keys stand under `procnotes` in the metadata of the notebook and of cells. `procnotes.layout` is how the .md was
 * written, where that is not what the writer does by itself; usually it is not there.
 */
import { z } from 'zod';
import { CELL_ID, withDerivedIds } from './cell-id';
import { type Metadata, sameJson } from './cell-metadata';
import type { Ipynb, IpynbCell } from './nbformat';
import { type Cell, type CellLayout, type Notebook, readNotebook } from './notebook';
import { jupyterMetadata, mergeHeader, plainHeader } from './notebook-header';
import { defaultBefore, layoutsToRemember, writeNotebook } from './notebook-writer';
import { refuse, SourceError } from './source-error';

export { type Ipynb, type IpynbCell, type IpynbOutput, readIpynb, serializeIpynb } from './nbformat';

/** What Jupyter notes in a cell's metadata for itself (jupytext/cell_metadata.py): it is no part of the .md. */
const JUPYTER_OWN = ['autoscroll', 'collapsed', 'scrolled', 'trusted', 'execution', 'ExecuteTime'];

const CellLayoutShape = z.object({ open: z.string(), close: z.string(), after: z.string() }).partial();
const LayoutShape = z.object({ eol: z.literal('\r\n'), after: z.string(), header: z.string() }).partial();
const Ours = z.looseObject({ layout: z.unknown() }).partial();

/**
 * The .ipynb of a notebook. A code cell with the id and the source of one in the former record keeps that one's outputs and
 * execution count; any other has none.
 */
export function toIpynb(notebook: Notebook, former?: Ipynb): Ipynb {
  const { header, cells, layout } = notebook;
  const remembered = layoutsToRemember(cells);
  const records = new Map(former?.cells.map((cell) => [cell.id, cell]));
  const oddHeader = header.text === plainHeader(jupyterMetadata(header)) ? {} : { header: header.text };
  const { after, ...eol } = layout;
  const oddAfter = after === undefined || after === defaultBefore(cells) ? {} : { after };
  const metadata = {
    ...former?.metadata,
    ...jupyterMetadata(header),
    procnotes: ours(former?.metadata, { ...eol, ...oddAfter, ...oddHeader }),
  };
  return {
    ...former,
    nbformat: 4,
    nbformat_minor: 5,
    metadata: present(metadata),
    cells: cells.map((cell, at) => {
      const record = records.get(cell.id);
      const kept = record?.cell_type === cell.type && record.source === cell.source ? record : undefined;
      return toIpynbCell(cell, remembered[at] ?? {}, kept);
    }),
  } as Ipynb;
}

function toIpynbCell(cell: Cell, layout: CellLayout, record: IpynbCell | undefined): IpynbCell {
  const own = Object.entries(record?.metadata ?? {}).filter(([key]) => JUPYTER_OWN.includes(key));
  const metadata = present({ ...cell.metadata, ...Object.fromEntries(own), procnotes: ours(record?.metadata, layout) });
  const common = { ...record, id: cell.id, metadata, source: cell.source };
  if (cell.type !== 'code') return { ...common, cell_type: cell.type } as IpynbCell;
  const { outputs, execution_count } = record?.cell_type === 'code' ? record : { outputs: [], execution_count: null };
  return { ...common, cell_type: 'code', outputs, execution_count } as IpynbCell;
}

/**
 * The notebook that an .ipynb holds, with the lines of the .md `file` as it would be written. What the .ipynb does not say of
 * header and layout is taken from the former .md. Throws SourceErrors for what Markdown cannot hold: attached files, and an
 * explicit cell that holds its own closing line.
 */
export function fromIpynb(ipynb: Ipynb, file: string, former?: Notebook): Notebook {
  const problems: SourceError[] = [];
  const refused = (problem: string, remedy: string) => problems.push(new SourceError(file, 1, problem, remedy));
  const cells = readCells(ipynb);
  const ids = new Set<string>();
  for (const [at, { id }] of cells.entries()) {
    const { attachments = {} } = ipynb.cells[at] as { attachments?: object };
    const names = Object.keys(attachments).join(', ');
    if (names !== '')
      refused(`cell "${id}" has attached files (${names})`, 'save them beside the notebook and link to them');
    if (ids.has(id)) refused(`cell id "${id}" is used twice in the .ipynb`, 'give one another id');
    ids.add(id);
  }
  refuse(problems);

  const own = LayoutShape.safeParse(layoutOf(ipynb.metadata)).data ?? {};
  const formerLayouts = new Map(
    layoutsToRemember(former?.cells ?? []).map((layout, at) => [former?.cells[at]?.id, layout] as const),
  );
  const { header: headerText = former?.header.text, ...layout } = { ...oddLayout(former), ...own };
  const text = writeNotebook({
    file,
    header: { text: mergeHeader(headerText, ipynb.metadata as Metadata), data: {} },
    cells: cells.map((cell) => ({ ...cell, layout: { ...formerLayouts.get(cell.id), ...cell.layout } })),
    layout,
    warnings: [],
  });
  return readNotebook(text, file);
}

/**
 * The .ipynb with the ids of markdown cells as they would be derived, where their own are random (Jupyter's eight hexadecimal
 * digits or a UUID) or were derived for another place. Nothing refers to the id of a markdown cell, and one that is said needs
 * marker lines in the .md. Ids that somebody chose stay.
 */
export function withoutRandomIds(ipynb: Ipynb): Ipynb {
  const random = /^(?:[0-9a-f]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|before-.+|end|end-\d+)$/;
  const bare = ipynb.cells.map(({ id, cell_type: type }) => ({
    type,
    id: type === 'markdown' && random.test(id) ? '' : id,
  }));
  const ids = withDerivedIds(bare);
  return { ...ipynb, cells: ipynb.cells.map((cell, at) => ({ ...cell, id: ids[at] ?? cell.id })) };
}

export type Sameness = { readonly same: true } | { readonly same: false; readonly difference: SourceError };

/**
 * Are an .ipynb's cells those of the .md? Compared are type, source and metadata of all cells, and the ids of code cells
 * (nothing refers to the others). The first difference is named by its place in the .md.
 */
export function sameSource(notebook: Notebook, ipynb: Ipynb): Sameness {
  const recorded = readCells(ipynb);
  const differ = (line: number, problem: string): Sameness => {
    const remedy = `record it again (npm run record), or bring it back from Jupyter (npm run notebook -- pull)`;
    return { same: false, difference: new SourceError(notebook.file, line, problem, remedy) };
  };
  for (const [at, cell] of notebook.cells.entries()) {
    const other = recorded[at];
    const name = `${cell.type} cell "${cell.id}"`;
    if (!other) return differ(cell.line, `${name} is not in the .ipynb`);
    if (other.type !== cell.type || (cell.type === 'code' && other.id !== cell.id)) {
      return differ(cell.line, `${name} is ${other.type} cell "${other.id}" in the .ipynb`);
    }
    if (other.source !== cell.source) {
      const theirs = other.source.split('\n');
      const lines = cell.source.split('\n');
      const first = lines.findIndex((line, index) => line !== theirs[index]);
      return differ(cell.line + (first === -1 ? lines.length - 1 : first), `${name} reads otherwise in the .ipynb`);
    }
    if (!sameJson(other.metadata, cell.metadata)) return differ(cell.line, `${name} has other metadata in the .ipynb`);
  }
  const [extra] = recorded.slice(notebook.cells.length);
  if (!extra) return { same: true };
  return differ(notebook.cells.at(-1)?.line ?? 1, `after this cell the .ipynb has another, "${extra.id}"`);
}

/**
 * The cells of an .ipynb as a notebook has them. Jupytext, opening our .md, puts the id of a fence into the metadata and gives
 * the cell a random one: the id in the metadata is the one that counts.
 */
function readCells(ipynb: Ipynb): Cell[] {
  return ipynb.cells.map((cell) => {
    const { id: said, procnotes: _, ...rest } = cell.metadata as Metadata;
    const metadata = Object.fromEntries(Object.entries(rest).filter(([key]) => !JUPYTER_OWN.includes(key)));
    const id = typeof said === 'string' && CELL_ID.test(said) ? said : cell.id;
    const layout = CellLayoutShape.safeParse(layoutOf(cell.metadata)).data ?? {};
    return { type: cell.cell_type, id, source: cell.source, metadata, line: 1, layout };
  });
}

function layoutOf(metadata: object): unknown {
  return oursIn(metadata).layout ?? {};
}

function oursIn(metadata: { readonly procnotes?: unknown }): z.infer<typeof Ours> {
  return Ours.safeParse(metadata.procnotes).data ?? {};
}

/** `procnotes` with this layout and the former record's other keys; undefined when it would be empty. */
function ours(former: object | undefined, layout: object): object | undefined {
  const { layout: _, ...others } = oursIn(former ?? {});
  const all = Object.keys(layout).length > 0 ? { ...others, layout } : others;
  return Object.keys(all).length > 0 ? all : undefined;
}

function oddLayout(notebook: Notebook | undefined): z.infer<typeof LayoutShape> {
  if (!notebook) return {};
  const { after, ...eol } = notebook.layout;
  return after === undefined || after === defaultBefore(notebook.cells) ? eol : { ...eol, after };
}

function present(entries: Record<string, unknown>): Ipynb['metadata'] {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Ipynb['metadata'];
}
