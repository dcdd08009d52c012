/**
 * A recipe as a script to be downloaded, made of the same fences: `bash NAME.sh TERMINAL` does what the page has pasted into
 * that terminal, and asks for the Enter key where the page has another terminal go first.
 */
import type { Recipe, Step } from './recipe';

/** The text of the script. The fences stand in it byte for byte. */
export function scriptOf(recipe: Recipe): string {
  const terminals = [...new Set(recipe.steps.map(({ terminal }) => terminal))];
  const how =
    terminals.length === 1
      ? `#   bash ${recipe.id}.sh`
      : terminals.map((terminal) => `#   bash ${recipe.id}.sh ${terminal}      in terminal ${terminal}`).join('\n');
  const needs = recipe.needs.length === 0 ? '' : `# Needs the packages ${recipe.needs.join(', ')}.\n`;
  return `#!/bin/bash
# ${recipe.id}: ${recipe.title}
# Made of ${recipe.file}, which says what is to be seen.
#
${how}
${needs}set -m
next() {
  printf '%s\\n' "$1, then press Enter."
  read -r _
}
case \${1:-${terminals[0]}} in
${terminals.map((terminal) => branch(recipe.steps, terminal)).join('')}*)
echo "There is no terminal $1."
;;
esac
`;
}

function branch(steps: readonly Step[], terminal: number): string {
  const lines = steps.flatMap((step, at) => {
    if (step.terminal !== terminal) return [];
    const others = steps.slice(0, at).filter((other) => other.do !== 'look');
    const before = others[others.length - 1];
    const wait = before !== undefined && before.terminal !== terminal ? [`next ${waiting(before)}\n`] : [];
    if (step.do === 'paste') return [...wait, step.code];
    if (step.do === 'look') return [];
    return [...wait, `next '${asked(step)}'\n`];
  });
  return `${terminal})\n${lines.join('')};;\n`;
}

const waiting = (step: Step) => `'Wait for terminal ${step.terminal}'`;

function asked(step: Step): string {
  if (step.do === 'press') return `Press ${step.key}`;
  return step.do === 'close' ? 'Close this window' : 'Resize this window';
}
