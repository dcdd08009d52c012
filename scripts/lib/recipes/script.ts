/**
 * A recipe as a script to be downloaded, made of the same fences: `bash NAME.sh TERMINAL` does what the page has pasted into
 * that terminal. Before a paste it says what another terminal has to show by then, and asks for the Enter key; and it says
 * when the reader is to press another key, or to close or resize the window.
 *
 * An interactive bash reads it from its standard input, as if it were typed, with the terminal as standard input of the pastes:
 * so it has jobs, tells of them, and hangs them up when its window is closed, and a killed child is no line of the script's.
 * (`bash -i NAME.sh` neither tells of jobs nor hangs them up.) It reads none of the reader's start-up files, and writes no history.
 */
import type { PatternLine } from './pattern';
import type { Recipe, Shown, Step } from './recipe';
import type { Way } from './shells';

type Paste = Step & { do: 'paste' };

/** A paste as the script has it. */
interface Turn {
  readonly paste: Paste;
  /** Whether it is the first in its terminal. */
  readonly place: 'first' | 'later';
  /** What the script says before it waits for the Enter key; the first paste of a recipe goes without. */
  readonly enter: readonly string[];
  /** What it says of what the reader is to do by hand while the paste runs, or after it. */
  readonly byHand: readonly string[];
  /** What of that is done to the shell itself, which has to wait for it. */
  readonly after: 'nothing' | 'the end of input' | 'the hang-up';
}

/** How a script waits for it. A hang-up ends its input too, before the signal is there: what would be hung up is waited for. */
const endings: Record<Turn['after'], string> = {
  nothing: '',
  'the end of input': 'read -r _ || exit\n',
  'the hang-up': 'read -r _\nwait\n',
};

/** The part to which belongs what a script itself says: no claim is judged by it. */
const OWN = 'the script';

/** The text of the script. The fences stand in it byte for byte. */
export function scriptOf(recipe: Recipe): string {
  const turns = turnsOf(recipe);
  const terminals = [...new Set(recipe.steps.map(({ terminal }) => terminal))];
  const how =
    terminals.length === 1
      ? `#   bash ${recipe.id}.sh`
      : terminals.map((terminal) => `#   bash ${recipe.id}.sh ${terminal}      in terminal ${terminal}`).join('\n');
  const needs = recipe.needs.length === 0 ? '' : `# Needs the packages ${recipe.needs.join(', ')}.\n`;
  const branch = (terminal: number) =>
    `${terminal})\n${turns
      .filter(({ paste }) => paste.terminal === terminal)
      .map(written)
      .join('')};;\n`;
  return `#!/bin/bash
# ${recipe.id}: ${recipe.title}
# Made of ${recipe.file}, which says what is to be seen.
#
${how}
${needs}case $- in
*i*) ;;
*) HISTFILE='' PS1='' PS2='' exec bash --norc --noediting +H -i -s -- "$@" <"$0" ;;
esac
case \${1:-${terminals[0]}} in
${terminals.map(branch).join('')}*)
echo "There is no terminal $1; there are: ${terminals.join(', ')}."
;;
esac </dev/tty
exit 2>/dev/null
`;
}

function written({ paste, enter, byHand, after }: Turn): string {
  const say = (lines: readonly string[]) => (lines.length === 0 ? '' : `cat <<'SAID'\n${lines.join('\n')}\nSAID\n`);
  const wait = enter.length === 0 ? '' : 'read -r _\n';
  return [say(enter), wait, say(byHand), paste.code, endings[after]].join('');
}

/**
 * The recipe of one who has the script: its steps are to start the script in each terminal, and then to do as it says. What is
 * shown is what the page says, with what the script says in between.
 */
export function asScript(recipe: Recipe): Recipe {
  const turns = turnsOf(recipe);
  const steps: Step[] = [];
  for (const step of recipe.steps) {
    const turn = turns.find(({ paste }) => paste === step);
    if (turn === undefined) {
      steps.push({ ...step, shows: [...step.shows] });
      continue;
    }
    const { terminal, part, line } = step;
    const own = (lines: readonly string[]) => (lines.length === 0 ? [] : [said(recipe, line, lines)]);
    const shows = [...own(turn.byHand), ...step.shows];
    const before = steps.filter((other) => other.terminal === terminal).pop();
    const start = { do: 'paste', terminal, part, line, code: `bash ${recipe.id}.sh ${terminal}\n` } as const;
    if (turn.place === 'later') before?.shows.push(...own(turn.enter));
    else steps.push({ ...start, shows: turn.enter.length === 0 ? shows : own(turn.enter) });
    if (turn.enter.length > 0) steps.push({ do: 'press', key: 'Enter', terminal, part, line, shows });
  }
  return { ...recipe, steps };
}

/** The recipe as it is done in this way: pasted, or as one who has the script does it. */
export const inThisWay = (recipe: Recipe, way: Way): Recipe => (way.by === 'as a script' ? asScript(recipe) : recipe);

function said({ file }: Recipe, line: number, texts: readonly string[]): Shown {
  const lines = texts.map((text): PatternLine => ({ any: 'no', source: text, line, pieces: [text] }));
  return { part: OWN, pattern: { file, line, lines } };
}

function turnsOf({ steps }: Recipe): Turn[] {
  return steps.flatMap((paste, at) => {
    if (paste.do !== 'paste') return [];
    const { terminal } = paste;
    const place = steps.slice(0, at).some((other) => other.terminal === terminal) ? 'later' : 'first';
    const own = steps.slice(at + 1).filter((other) => other.terminal === terminal && other.do !== 'look');
    const next = own.findIndex((other) => other.do === 'paste');
    const acts = next < 0 ? own : own.slice(0, next);
    const last = acts.findIndex((act) => endedBy(act) !== 'nothing'); // the script says nothing of what comes after it
    const byHand = (last < 0 ? acts : acts.slice(0, last + 1)).flatMap((act) =>
      when(steps[steps.indexOf(act) - 1], terminal, asked(act)),
    );
    const enter = when(steps[at - 1], terminal, 'press Enter.');
    return [{ paste, place, enter, byHand, after: endedBy(acts[last]) }];
  });
}

function endedBy(step: Step | undefined): Turn['after'] {
  if (step?.do === 'close') return 'the hang-up';
  return step?.do === 'press' && step.key === 'Ctrl-D' ? 'the end of input' : 'nothing';
}

function asked(step: Step): string {
  if (step.do === 'press') return `press ${step.key} here.`;
  return step.do === 'close' ? 'close this window.' : 'resize this window.';
}

/** `When terminal 1 shows … press Enter.`: what the step `before` shows or is, as seen from `terminal`. */
function when(before: Step | undefined, terminal: number, then: string): string[] {
  if (before === undefined) return [];
  const where = before.terminal === terminal ? 'this terminal' : `terminal ${before.terminal}`;
  const lines = before.shows.flatMap(({ pattern }) => pattern.lines).map(({ source }) => `    ${source}`);
  if (lines.length > 0) return [`When ${where} shows`, ...lines, then];
  if (before.terminal === terminal) return [`Then ${then}`];
  if (before.do === 'press') return [`When ${before.key} has been pressed in ${where}, ${then}`];
  const done = { paste: 'is through', look: 'is through', close: 'is closed', resize: 'has been resized' }[before.do];
  return [`When ${where} ${done}, ${then}`];
}
