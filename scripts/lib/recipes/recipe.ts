/**
 * The recipes of the notes: shell commands to be pasted into a terminal, or into several, and what these then show.
 *
 *   :::recipe[Kill the script]{id="kill-a-script" shows="scripts.child-survives" shells="bash zsh"}
 *   **Terminal 1**              where the fences that follow go; Terminal 1 where nothing is said
 *   ```sh                       one paste; sh part="NAME" begins an arm of the experiment
 *   ```text                     what that terminal shows since then, and what is waited for before the recipe goes on;
 *                               text part="NAME": what is shown from here on is of another arm
 *   **Terminal 1**: press Ctrl-C            a key, or: close the window; or: resize the window
 *   :::
 *
 * A `text` under a terminal without `sh` before it says what that terminal has come to show meanwhile; several after one
 * another are shown one after another. Other paragraphs are the note's own. The patterns in `text` are those of pattern.ts.
 */
import { keyBytes } from '../../../notebooks/lab/terminal';
import { type Block, type Directive, type Fence, readMarkdown, refuse, SourceError } from '../markdown';
import { suggestion } from '../nearest';
import type { NoteFile } from '../notes';
import { lintPaste } from './lint';
import { type Pattern, readPattern } from './pattern';

export const SHELLS = ['bash', 'zsh', 'dash'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a terminal shows, and of which part that is. */
export interface Shown {
  readonly part: string;
  readonly pattern: Pattern;
}

/** What is done at a terminal, and what it then shows, in this order: nothing where `shows` is empty. */
export type Step = { terminal: number; part: string; line: number; shows: Shown[] } & (
  | { do: 'paste'; code: string }
  | { do: 'press'; key: string }
  | { do: 'close' }
  | { do: 'resize' }
  | { do: 'look' }
);

export interface Recipe {
  readonly id: string;
  /** What it lets one see, in a few words: its heading on the cheat sheet. */
  readonly title: string;
  /** The claims that it lets one see. */
  readonly claims: readonly string[];
  readonly shells: readonly Shell[];
  /** Debian packages, beyond what is essential. */
  readonly needs: readonly string[];
  /** The longest that a step may take, in seconds. */
  readonly within: number;
  readonly steps: readonly Step[];
  readonly file: string;
  readonly line: number;
  /** What stands between the opening and the closing line, byte for byte. */
  readonly body: string;
}

const ATTRIBUTES = ['id', 'shows', 'shells', 'needs', 'within'];
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Reads the recipes of all notes; throws SourceErrors with every problem in them. A recipe with `of` is a copy: see sheet.ts. */
export function readRecipes(files: readonly NoteFile[], claims?: readonly string[]): Recipe[] {
  const problems: SourceError[] = [];
  const recipes: Recipe[] = [];
  for (const { file, text } of files) {
    const { blocks } = readMarkdown(text, file, 'note');
    for (const block of blocks) {
      if (block.kind !== 'directive' || block.name !== 'recipe' || block.attributes.of !== undefined) continue;
      const inner = blocks.filter((other) => other.parent === block);
      recipes.push(readRecipe(block, inner, file, problems));
    }
  }
  const first = new Map<string, Recipe>();
  for (const recipe of recipes) {
    const earlier = first.get(recipe.id);
    const problem = `recipe id "${recipe.id}" is used twice (first at ${earlier?.file}:${earlier?.line})`;
    if (earlier) problems.push(new SourceError(recipe.file, recipe.line, problem, 'give one another id'));
    first.set(recipe.id, recipe);
    for (const claim of recipe.claims)
      if (claims && !claims.includes(claim)) {
        const unknown = `recipe "${recipe.id}" shows an unknown claim "${claim}"`;
        problems.push(new SourceError(recipe.file, recipe.line, unknown, suggestion(claim, claims)));
      }
  }
  refuse(problems);
  return recipes;
}

function readRecipe(block: Directive, inner: Block[], file: string, problems: SourceError[]): Recipe {
  const { attributes, line, label = '' } = block;
  const { id = '', shows = '', shells = 'bash', needs = '', within = '20' } = attributes;
  const named = id === '' ? 'this recipe' : `recipe "${id}"`;
  const say = (problem: string, remedy: string, at = line) => problems.push(new SourceError(file, at, problem, remedy));
  for (const key of Object.keys(attributes))
    if (!ATTRIBUTES.includes(key)) say(`${named} has the unknown attribute "${key}"`, suggestion(key, ATTRIBUTES));
  if (!ID.test(id)) say(`${named} has no id of lower-case words`, 'write id="kill-a-script"');
  if (label === '') say(`${named} has no title`, 'write :::recipe[What one sees]{…}');
  if (words(shows).length === 0) say(`${named} shows no claim`, 'write shows="scripts.child-survives"');
  if (!(Number(within) > 0)) say(`${named} has within="${within}"`, 'write a number of seconds');
  for (const shell of words(shells))
    if (!SHELLS.includes(shell as Shell)) say(`${named} names an unknown shell "${shell}"`, suggestion(shell, SHELLS));
  if (!words(shells).includes('bash')) say(`${named} leaves out bash`, 'write shells="bash …": most readers have it');
  const steps = readSteps(inner, id, file, problems);
  if (!steps.some((step) => step.do === 'paste')) say(`${named} has nothing to paste`, 'write a fence ```sh');
  return {
    id,
    title: label,
    claims: words(shows),
    shells: words(shells) as Shell[],
    needs: words(needs),
    within: Number(within),
    steps,
    file,
    line,
    body: block.body,
  };
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

/** `sh part="control"`: what it is, and its part; undefined where it is neither, or says something else. */
function readInfo({ info }: Fence): { is: 'sh' | 'text'; part: string } | undefined {
  const [match, is, part = ''] = /^(sh|text)(?:\s+part="([^"]+)")?$/.exec(info) ?? [];
  return match === undefined ? undefined : { is: is === 'sh' ? 'sh' : 'text', part };
}

function readSteps(inner: Block[], id: string, file: string, problems: SourceError[]): Step[] {
  const steps: Step[] = [];
  const opened = new Map<number, 'open' | 'closed'>();
  let terminal = 1;
  let part = '';
  let last: Step | undefined; // that a text may belong to
  const say = (at: number, problem: string, remedy: string) =>
    problems.push(new SourceError(file, at, problem, remedy));
  for (const block of inner) {
    if (block.kind === 'paragraph') {
      const heading = readHeading(block.content);
      if (heading === undefined) continue;
      const action = heading.action === '' ? undefined : readAction(heading.action);
      terminal = heading.terminal;
      last = undefined;
      if (action === 'unknown')
        say(
          block.line,
          `cannot do "${heading.action}" at a terminal`,
          'write "press Ctrl-C", "resize the window" or "close the window"',
        );
      else if (action !== undefined) {
        if (opened.get(terminal) !== 'open') say(block.line, ...neverOpened(terminal, opened));
        if (action.do === 'close') opened.set(terminal, 'closed');
        last = { terminal, part, line: block.line, shows: [], ...action };
        steps.push(last);
      }
    } else if (block.kind === 'fence') {
      const info = readInfo(block);
      if (info === undefined) {
        const remedy = 'write ```sh (what is pasted) or ```text (what is shown), with part="NAME" if it begins a part';
        say(block.line, `a recipe has no fence "${block.info}"`, remedy);
        continue;
      }
      if (info.part !== '') part = info.part;
      if (info.is === 'sh') {
        if (opened.get(terminal) === 'closed') say(block.line, ...neverOpened(terminal, opened));
        if (terminal > 1 && !opened.has(terminal - 1)) {
          const problem = `Terminal ${terminal} comes before Terminal ${terminal - 1}`;
          say(block.line, problem, 'number terminals as they are opened');
        }
        opened.set(terminal, 'open');
        problems.push(...lintPaste(block.content, id, file, block.line + 1));
        last = { do: 'paste', terminal, part, line: block.line, code: block.content, shows: [] };
        steps.push(last);
      } else {
        if (!opened.has(terminal)) say(block.line, ...neverOpened(terminal, opened));
        if (last === undefined) {
          last = { do: 'look', terminal, part, line: block.line, shows: [] };
          steps.push(last);
        }
        last.shows.push({ part, pattern: readPattern(block.content, file, block.line + 1, problems) });
      }
    }
  }
  const parts = [...steps, ...steps.flatMap(({ shows }) => shows)].map((one) => one.part);
  if (!parts.includes('')) return steps;
  if (parts.some((one) => one !== ''))
    say(steps[0]?.line ?? 1, 'the first paste has no part, a later one has', 'write part="NAME" on the first one too');
  return steps.map((step) => ({ ...step, part: id, shows: step.shows.map((shown) => ({ ...shown, part: id })) }));
}

function neverOpened(terminal: number, opened: Map<number, string>): [string, string] {
  const problem = opened.has(terminal) ? 'has been closed' : 'is never opened';
  return [`Terminal ${terminal} ${problem}`, `paste something into it first, under **Terminal ${terminal}**`];
}

function readHeading(paragraph: string): { terminal: number; action: string } | undefined {
  const match = /^\*\*Terminal (\d+)\*\*(?::\s*([\s\S]*))?$/.exec(paragraph.trim());
  return match === null ? undefined : { terminal: Number(match[1]), action: match[2]?.trim() ?? '' };
}

function readAction(action: string): { do: 'press'; key: string } | { do: 'close' } | { do: 'resize' } | 'unknown' {
  if (/^close the window\.?$/.test(action)) return { do: 'close' };
  if (/^resize the window\.?$/.test(action)) return { do: 'resize' };
  const [, key] = /^press (\S+?)\.?$/.exec(action) ?? [];
  try {
    if (key !== undefined && keyBytes(key)) return { do: 'press', key };
  } catch {
    // no such key
  }
  return 'unknown';
}
