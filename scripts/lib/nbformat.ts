/**
 * The file format of Jupyter notebooks, nbformat 4.5 (nbformat.readthedocs.io, "The Notebook file format"): its shape, a
 * reader with places in its errors, and a writer whose bytes are those of Python's `nbformat.write`.
 */
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CELL_ID, repeatedIds } from './cell-id';
import { MetadataShape, sortKeys } from './cell-metadata';
import { jsonErrorOffset } from './json-error';
import { refuse, SourceError } from './source-error';

const Lines = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (Array.isArray(text) ? text.join('') : text));
const Dictionary = z.record(z.string(), z.json());
const Count = z.number().int().nonnegative().nullable();
const common = { id: z.string().regex(CELL_ID), metadata: MetadataShape, source: Lines };

const OutputShape = z.discriminatedUnion('output_type', [
  z.looseObject({ output_type: z.literal('stream'), name: z.string(), text: Lines }),
  z.looseObject({ output_type: z.literal('display_data'), data: Dictionary, metadata: Dictionary }),
  z.looseObject({
    output_type: z.literal('execute_result'),
    data: Dictionary,
    metadata: Dictionary,
    execution_count: Count,
  }),
  z.looseObject({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const CellShape = z.discriminatedUnion('cell_type', [
  z.looseObject({ ...common, cell_type: z.literal('code'), outputs: z.array(OutputShape), execution_count: Count }),
  z.looseObject({ ...common, cell_type: z.literal('markdown'), attachments: Dictionary.optional() }),
  z.looseObject({ ...common, cell_type: z.literal('raw'), attachments: Dictionary.optional() }),
]);

const IpynbShape = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.literal(5),
  metadata: Dictionary,
  cells: z.array(CellShape),
});

/** A notebook file. Sources and stream texts are one string here (lists of lines on disk); unknown keys are kept. */
export type Ipynb = z.infer<typeof IpynbShape>;
export type IpynbCell = z.infer<typeof CellShape>;
export type IpynbOutput = z.infer<typeof OutputShape>;

const RESTORE = 'take back the committed one (git checkout), or record it again (npm run record)';

/** Reads an .ipynb; throws SourceErrors where it is not JSON, not nbformat 4.5, or has a cell id twice. */
export function readIpynb(text: string, file: string): Ipynb {
  const json = parseJson(text, file);
  const version = z.looseObject({ nbformat: z.number(), nbformat_minor: z.number() }).safeParse(json).data;
  if (version?.nbformat !== 4 || version.nbformat_minor !== 5) {
    const what = version ? `nbformat ${version.nbformat}.${version.nbformat_minor}` : 'no Jupyter notebook';
    throw new SourceError(file, 1, `this is ${what}, not nbformat 4.5`, RESTORE);
  }
  const checked = IpynbShape.safeParse(json);
  const issues = checked.error?.issues ?? [];
  const lineOf = issues.length > 0 ? linesByPath(text) : () => 1;
  refuse(
    issues.map(({ path, message }) => {
      return new SourceError(
        file,
        lineOf(path),
        `${path.join('.')} is not as nbformat 4.5 has it: ${message}`,
        RESTORE,
      );
    }),
  );
  const ipynb = checked.data as Ipynb;
  if (
    repeatedIds(
      ipynb.cells.map(({ id }) => ({ id, line: 1 })),
      file,
    ).length > 0
  ) {
    const line = linesByPath(text);
    refuse(
      repeatedIds(
        ipynb.cells.map(({ id }, at) => ({ id, line: line(['cells', at, 'id']) })),
        file,
      ),
    );
  }
  return ipynb;
}

/** The file's text as Jupyter writes it: keys sorted, indented by one space, texts as lists of lines, a final newline. */
export function serializeIpynb(ipynb: Ipynb): string {
  const cells = ipynb.cells.map((cell) => ({
    ...cell,
    source: pythonLines(cell.source),
    ...(cell.cell_type === 'code' ? { outputs: cell.outputs.map(splitOutput) } : {}),
    ...('attachments' in cell && cell.attachments ? { attachments: splitAttachments(cell.attachments) } : {}),
  }));
  return `${JSON.stringify(sortKeys({ ...ipynb, cells }), null, 1)}\n`;
}

function splitOutput(output: IpynbOutput): unknown {
  if (output.output_type === 'stream') return { ...output, text: pythonLines(output.text) };
  return output.output_type === 'error' ? output : { ...output, data: splitBundle(output.data as Bundle) };
}

function splitAttachments(attachments: object): unknown {
  return Object.fromEntries(Object.entries(attachments).map(([name, bundle]) => [name, splitBundle(bundle as Bundle)]));
}

type Bundle = { readonly [mime: string]: unknown };

/** As nbformat's rwbase.py: texts, SVG and JavaScript become lists of lines, JSON and the like stay as they are. */
function splitBundle(bundle: Bundle): Bundle {
  const entries = Object.entries(bundle).map(([mime, value]) => {
    const isJson = /^application\/(?:.*\+)?json$/.test(mime);
    const joined = !isJson && Array.isArray(value) ? value.join('') : value;
    const isText = mime.startsWith('text/') || mime === 'image/svg+xml' || mime === 'application/javascript';
    return [mime, isText && typeof joined === 'string' ? pythonLines(joined) : joined];
  });
  return Object.fromEntries(entries);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts the file, group and record separators as line ends
const AFTER_PYTHON_LINE = /(?<=[\n\v\f\x1c-\x1e\x85\u2028\u2029]|\r(?!\n))/;

/** Lines with their endings, as Python's `str.splitlines(True)` has them. */
function pythonLines(text: string): string[] {
  return text === '' ? [] : text.split(AFTER_PYTHON_LINE);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const offset = jsonErrorOffset(text) ?? text.length;
    const line = text.slice(0, offset).split('\n').length;
    const found = text
      .slice(offset)
      .split(/[\r\n]/)[0]
      ?.slice(0, 24);
    const remedy = found?.startsWith('<<<<<<<') ? `it holds a merge conflict; ${RESTORE}` : RESTORE;
    throw new SourceError(file, line, found ? `not JSON from \`${found}\` on` : 'the JSON ends too early', remedy);
  }
}

/** The line of a value in a JSON text, by its path; for a path that is not there, of the nearest part that is. JSON is YAML. */
function linesByPath(text: string): (path: readonly PropertyKey[]) => number {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lineCounter.linePos(node.range[0]).line;
    }
    return 1;
  };
}
