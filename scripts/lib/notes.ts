/**
 * The claims of the notes. A claim's text and verdict stand once, in a directive of a note in docs/:
 *
 *   :::claim{id="scripts.child-survives" origin="source" verdict="confirmed" reach="Linux"}
 *   When a script is killed, the command that it runs in the foreground lives on.
 *   :::
 *
 * The first paragraph is the claim; what follows is the note's own.
 */
import { z } from 'zod';
import { type Directive, readMarkdown, refuse, SourceError } from './markdown';
import { nearest, suggestion, unknown } from './nearest';

export const ORIGINS = ['source', 'ours'] as const;
export const VERDICTS = ['confirmed', 'refuted', 'depends', 'inconclusive'] as const;

/** Directives that Docusaurus knows by itself (its admonitions), and ours. */
export const ADMONITIONS = ['note', 'tip', 'info', 'warning', 'danger', 'caution'];
export const DIRECTIVES = ['claim', 'recipe', ...ADMONITIONS];

export type Origin = (typeof ORIGINS)[number];
export type Verdict = (typeof VERDICTS)[number];

export interface Claim {
  /** `topic.kebab-words` */
  readonly id: string;
  /** From the source that the notes check, or added by us. */
  readonly origin: Origin;
  /** What the note says; whether it holds is for the findings to say. */
  readonly verdict: Verdict;
  /** How far it reaches: POSIX, Linux, this kernel, this program. */
  readonly reach: string;
  /** The id of the claim that this one puts right. */
  readonly corrects?: string;
  /** One falsifiable sentence, as Markdown on one line. */
  readonly text: string;
  readonly file: string;
  /** Of the opening line, from 1. */
  readonly line: number;
}

export interface NoteFile {
  readonly file: string;
  readonly text: string;
}

const CLAIM_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*$/;

const filled = z.string().regex(/\S/);
const Attributes = {
  id: z.string().regex(CLAIM_ID),
  origin: z.enum(ORIGINS),
  verdict: z.enum(VERDICTS),
  reach: filled,
  corrects: z.string().regex(CLAIM_ID).optional(),
};
const REMEDIES: Record<string, string> = {
  id: 'write id="topic.kebab-words", such as id="scripts.child-survives"',
  origin: `write one of origin="${ORIGINS.join('", "')}"`,
  verdict: `write one of verdict="${VERDICTS.join('", "')}"`,
  reach: 'write reach="POSIX", "Linux" or whatever it holds for',
  corrects: 'write the id of the claim that it puts right',
};

/** Reads the claims of all notes, in their order; throws SourceErrors with every problem in them. */
export function readNotes(files: readonly NoteFile[]): Claim[] {
  const problems: SourceError[] = [];
  const claims: Claim[] = [];
  for (const { file, text } of files) {
    const { blocks, problems: malformed } = readMarkdown(text, file, 'note');
    problems.push(...malformed);
    for (const block of blocks) {
      if (block.kind !== 'directive') continue;
      if (block.name === 'claim') claims.push(...readClaim(block, file, problems));
      else if (!DIRECTIVES.includes(block.name)) {
        const problem = `unknown directive "${block.name}"`;
        problems.push(new SourceError(file, block.line, problem, suggestion(block.name, DIRECTIVES)));
      }
    }
  }
  problems.push(...repeated(claims), ...dangling(claims));
  refuse(problems);
  return claims;
}

function readClaim(block: Directive, file: string, problems: SourceError[]): Claim[] {
  const { attributes, line, text, label } = block;
  const named = attributes.id ? `claim "${attributes.id}"` : 'this claim';
  const wrong: SourceError[] = [];
  const say = (problem: string, remedy: string) => wrong.push(new SourceError(file, line, problem, remedy));
  const known = Object.keys(Attributes);
  for (const key of Object.keys(attributes)) {
    if (!known.includes(key)) say(`${named} has the unknown attribute "${key}"`, suggestion(key, known));
  }
  for (const [key, shape] of Object.entries(Attributes)) {
    const value = attributes[key];
    if (shape.safeParse(value).success) continue;
    const meant =
      value === undefined ? [] : nearest(value, key === 'verdict' ? VERDICTS : key === 'origin' ? ORIGINS : []);
    const remedy = meant[0] === undefined ? (REMEDIES[key] ?? '') : `did you mean ${key}="${meant[0]}"?`;
    say(value === undefined ? `${named} has no ${key}` : `${named} has ${key}="${value}"`, remedy);
  }
  if (label !== undefined) say(`${named} has a title in brackets`, 'write the claim as the first paragraph');
  if (text === '') say(`${named} says nothing`, 'write one sentence that can be false as its first paragraph');
  problems.push(...wrong);
  const { data } = z.object(Attributes).safeParse(attributes);
  return wrong.length === 0 && data ? [{ ...data, text, file, line }] : [];
}

function repeated(claims: readonly Claim[]): SourceError[] {
  const first = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const earlier = first.get(claim.id);
    if (earlier === undefined) {
      first.set(claim.id, claim);
      return [];
    }
    const problem = `claim id "${claim.id}" is used twice (first at ${earlier.file}:${earlier.line})`;
    return [new SourceError(claim.file, claim.line, problem, 'a claim stands once; give one another id')];
  });
}

function dangling(claims: readonly Claim[]): SourceError[] {
  const ids = claims.map((claim) => claim.id);
  return claims.flatMap(({ id, corrects, file, line }) => {
    if (corrects === undefined || (corrects !== id && ids.includes(corrects))) return [];
    const problem =
      corrects === id
        ? `claim "${id}" corrects itself`
        : `claim "${id}" corrects an ${unknown('claim', corrects, ids)}`;
    return [new SourceError(file, line, problem, REMEDIES.corrects)];
  });
}
