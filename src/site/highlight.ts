/** Code as HTML with classes, made at build time; colours come from CSS variables, so that dark mode needs no script. */
import Prism from 'prismjs';
import { unknown } from '../../scripts/lib/nearest';
import 'prismjs/components/prism-bash';
import 'prismjs/components/prism-c';
import 'prismjs/components/prism-diff';
import 'prismjs/components/prism-ini';
import 'prismjs/components/prism-json';
import 'prismjs/components/prism-markdown';
import 'prismjs/components/prism-typescript';
import 'prismjs/components/prism-yaml';

/** What a fence may call its language, and the grammar that this means; `none` is not highlighted. */
const LANGUAGES: Record<string, string> = {
  c: 'c',
  console: 'none',
  diff: 'diff',
  ini: 'ini',
  json: 'json',
  markdown: 'markdown',
  md: 'markdown',
  sh: 'bash',
  bash: 'bash',
  text: 'none',
  ts: 'typescript',
  typescript: 'typescript',
  yaml: 'yaml',
};

/** Throws an Error that names the nearest language where this one is not known. */
export function highlight(code: string, language: string): string {
  const grammar = LANGUAGES[language];
  if (grammar === undefined) throw new Error(unknown('language', language, Object.keys(LANGUAGES)));
  const rules = Prism.languages[grammar];
  return rules === undefined ? escapeHtml(code) : Prism.highlight(code, rules, grammar);
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
