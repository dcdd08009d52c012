/**
 * Cell metadata as Jupytext writes it after the language of a fence or the name of a region:
 *
 *   metadata = ( key "=" JSON | key )*  |  JSON object         a key alone has the value null
 *   key      = [A-Za-z0-9_.-]+
 *
 * Jupytext also takes Python literals; we take JSON only, so that there is one way to write a value.
 */
import { z } from 'zod';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Metadata = { readonly [key: string]: Json };

/** The keys of which nbformat 4.5 says what their values are; any others may be there as well. */
export const MetadataShape = z.looseObject({
  name: z.string().regex(/^.+$/).optional(),
  tags: z
    .array(z.string().regex(/^[^,]+$/))
    .refine((tags) => new Set(tags).size === tags.length, 'the same tag twice')
    .optional(),
  jupyter: z.looseObject({}).optional(),
  collapsed: z.boolean().optional(),
  scrolled: z.union([z.boolean(), z.literal('auto')]).optional(),
  execution: z.record(z.string(), z.string()).optional(),
});

export type MetadataReading = { metadata: Metadata; wrong?: undefined } | { metadata?: undefined; wrong: string };

const KEY = /[A-Za-z0-9_.-]+/y;

/** Reads metadata. With `title`, words before the first `key=` are the value of `title`, as in a region's opening line. */
export function readMetadata(source: string, title: 'title' | 'no title' = 'no title'): MetadataReading {
  const entries: [string, Json][] = [];
  let rest = source.trim();
  if (title === 'title') {
    const words = /^(?:(?![\w.-]+=|\.|\{)\S+(?:\s+|$))+/.exec(rest)?.[0] ?? '';
    if (words !== '') entries.push(['title', words.trim()]);
    rest = rest.slice(words.length);
  }
  if (rest.startsWith('{')) {
    const value = readJson(rest);
    if (value === undefined || typeof value !== 'object') return { wrong: `\`${rest}\` is not a JSON object` };
    return { metadata: Object.fromEntries([...entries, ...Object.entries(value as Metadata)]) };
  }
  while (rest !== '') {
    KEY.lastIndex = 0;
    const key = KEY.exec(rest)?.[0];
    if (key === undefined) return { wrong: `\`${rest}\` begins with no key` };
    if (entries.some(([earlier]) => earlier === key)) return { wrong: `the key "${key}" is given twice` };
    rest = rest.slice(key.length);
    if (!rest.startsWith('=')) {
      if (rest !== '' && !/^\s/.test(rest)) return { wrong: `\`${key}${rest}\` is not key=value` };
      entries.push([key, null]);
    } else {
      const length = jsonLength(rest.slice(1));
      const value = readJson(rest.slice(1, 1 + length));
      if (value === undefined) return { wrong: `the value of "${key}" is not JSON: \`${rest.slice(1, 1 + length)}\`` };
      entries.push([key, value]);
      rest = rest.slice(1 + length);
    }
    rest = rest.trimStart();
  }
  return { metadata: Object.fromEntries(entries) };
}

/** Writes metadata on one line, without what would end a backtick fence's info string or an HTML comment. */
export function writeMetadata(metadata: Metadata): string {
  const entries = Object.entries(metadata);
  const plain = entries.every(([key]) => /^[A-Za-z0-9_.-]+$/.test(key));
  const text = plain
    ? entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')
    : JSON.stringify(metadata);
  // Inside strings only, since JSON has these characters nowhere else; Python counts U+0085 and the like as line ends.
  return text.replace(/[`>\u0080-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The same JSON value, whatever the order of its keys? */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
}

/** The value with the keys of all its objects in order, as Python's `json.dumps(sort_keys=True)` has them. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** How far the JSON value reaches with which a text begins: a bracketed value to its bracket, a string to its quote. */
function jsonLength(text: string): number {
  let depth = 0;
  const token = /"(?:[^"\\]|\\.)*"|[[{]|[\]}]|[^\s"[\]{}]+|\s+|./gsy;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [part] = match;
    if (depth === 0 && /^\s/.test(part)) return match.index;
    if (/^[[{]$/.test(part)) depth += 1;
    if (/^[\]}]$/.test(part)) depth -= 1;
  }
  return text.length;
}
