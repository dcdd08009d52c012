/**
 * The YAML header of a notebook, as Jupytext writes it: what stands under `jupyter:` is the metadata of the .ipynb; other
 * keys (`title`, …) are the .md's own and kept as they are. The header is kept as text, comments and all, and data is read
 * from it.
 */
import { isMap, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type Metadata, sameJson, sortKeys } from './cell-metadata';
import { SourceError } from './source-error';

/** `text` holds both `---` lines, without the last one's ending; `data` is all of it. */
export interface Header {
  readonly text: string;
  readonly data: Metadata;
}

/** The kernel that a notebook of this project names (tslab's own kernelspec). */
export const KERNELSPEC = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };

const REMEDY = 'write kernelspec: {display_name: TypeScript, language: typescript, name: tslab} under jupyter:';

const Shape = z.looseObject({
  jupyter: z.looseObject({
    kernelspec: z.looseObject({
      name: z.literal('tslab'),
      display_name: z.string(),
      language: z.literal('typescript').optional(),
    }),
    jupytext: z
      .looseObject({ text_representation: z.looseObject({ format_name: z.literal('markdown').optional() }).optional() })
      .optional(),
    procnotes: z.undefined('is kept for the .ipynb').optional(),
  }),
});

/** Reads the header's text; `problems` say line and remedy. */
export function readHeader(text: string | undefined, file: string): { header: Header; problems: SourceError[] } {
  if (text === undefined) {
    const problem = 'there is no YAML header, or its second --- line is missing';
    const remedy = `begin the file with\n${plainHeader({ kernelspec: KERNELSPEC })}`;
    return { header: { text: '', data: {} }, problems: [new SourceError(file, 1, problem, remedy)] };
  }
  const { document, lines } = parseYaml(text);
  const at = (offset: number) => lines.linePos(offset).line + 1;
  const wrong = [...document.errors, ...document.warnings].map(({ pos, message }) => {
    const said = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '');
    return new SourceError(file, at(pos[0]), `the header is not YAML: ${said}`, 'mend the YAML');
  });
  if (wrong.length > 0) return { header: { text, data: {} }, problems: wrong };
  const data = toJson(document);
  const checked = Shape.safeParse(data);
  const problems = (checked.error?.issues ?? []).map(({ path, message }) => {
    // The nearest part of the path that there is has the line.
    const known = path.map((_, index) => path.slice(0, path.length - index)).find((part) => document.hasIn(part));
    const node = known && (document.getIn(known, true) as { range?: [number, number, number] } | undefined);
    const line = node?.range ? at(node.range[0]) : 1;
    return new SourceError(file, line, `the header's ${path.join('.') || 'top'}: ${message}`, REMEDY);
  });
  const ok = typeof data === 'object' && data !== null && !Array.isArray(data);
  return { header: { text, data: ok ? (data as Metadata) : {} }, problems };
}

/** What stands under `jupyter:`. */
export function jupyterMetadata(header: Header): Metadata {
  const { jupyter } = header.data;
  return typeof jupyter === 'object' && jupyter !== null && !Array.isArray(jupyter) ? jupyter : {};
}

/** The header that says this metadata and no more; keys in order, as Jupyter itself sorts them. */
export function plainHeader(metadata: Metadata): string {
  return `---\n${stringify(sortKeys({ jupyter: metadata }), { lineWidth: 0, version: '1.2' })}---`;
}

/**
 * A header for this .ipynb metadata that keeps as much as possible of an earlier one: its very text when it says the same,
 * else its text with the changed values set. Metadata that the earlier header does not name stays in the .ipynb only
 * (as Jupytext does it); without an earlier header it is `jupytext` and `kernelspec` that are written.
 */
export function mergeHeader(earlier: string | undefined, metadata: Metadata): string {
  if (earlier !== undefined) {
    const { document } = parseYaml(earlier);
    const data = document.errors.length === 0 ? toJson(document) : undefined;
    const jupyter = isMap(document.contents) ? jupyterMetadata({ text: earlier, data: data as Metadata }) : {};
    const changed = Object.keys(jupyter).filter((key) => !sameJson(jupyter[key], metadata[key]));
    if (Object.keys(jupyter).length > 0 && changed.length === 0) return earlier;
    if (Object.keys(jupyter).length > 0) {
      for (const key of changed) {
        if (metadata[key] === undefined) document.deleteIn(['jupyter', key]);
        else document.setIn(['jupyter', key], document.createNode(metadata[key]));
      }
      return `---\n${document.toString({ lineWidth: 0 })}---`;
    }
  }
  const { jupytext, kernelspec } = metadata;
  return plainHeader({
    ...(jupytext === undefined ? {} : { jupytext }),
    ...(kernelspec === undefined ? {} : { kernelspec }),
  });
}

function parseYaml(text: string) {
  const lines = new LineCounter();
  const inner = text.replace(/^[^\n\r]*(\r\n|\n|\r)/, '').replace(/---[ \t]*\r?$/, '');
  return { document: parseDocument(inner, { lineCounter: lines, version: '1.2' }), lines };
}

/** What the YAML says, as JSON has it: `.nan` is null, dates are strings. */
function toJson(document: ReturnType<typeof parseYaml>['document']): unknown {
  try {
    return JSON.parse(JSON.stringify(document.toJS() ?? null));
  } catch {
    return null;
  }
}
