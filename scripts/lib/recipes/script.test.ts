import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRecipes } from './load';
import { type Recipe, readRecipes } from './recipe';
import { asScript, scriptOf } from './script';

const { recipes } = loadRecipes();

function read(body: string): Recipe {
  const text = `# Note\n\n:::recipe[Two]{id="two" shows="a.b"}\n${body}\n:::\n`;
  const [recipe] = readRecipes([{ file: 'docs/a.md', text }]);
  assert.ok(recipe);
  return recipe;
}

const fence = (info: string, content: string) => `\`\`\`${info}\n${content}\n\`\`\`\n`;
const two = `${fence('sh', 'ls')}
${fence('text', 'one {pid a}')}
**Terminal 2**

${fence('sh', 'true')}
**Terminal 1**

${fence('text', "it's two")}
**Terminal 2**

${fence('sh', 'cat')}
**Terminal 2**: press Ctrl-C
`;

/** What the script does in a terminal, line by line. */
function branch(recipe: Recipe, terminal: number): string[] {
  const lines = scriptOf(recipe).split('\n');
  const begin = lines.indexOf(`${terminal})`) + 1;
  return lines.slice(begin, lines.indexOf(';;', begin));
}

test('it has the pastes of its recipe in it, byte for byte', () => {
  for (const one of recipes)
    for (const step of one.steps)
      if (step.do === 'paste') assert.ok(scriptOf(one).includes(`\n${step.code}`), `${one.id}, line ${step.line}`);
});

test('the first paste of a recipe waits for nothing', () => {
  assert.deepEqual(branch(read(two), 1), ['ls']);
});

test('a later paste waits for what another terminal shows, in the words of the page', () => {
  const lines = branch(read(two), 2);
  assert.deepEqual(lines.slice(0, 7), [
    "cat <<'SAID'",
    'When terminal 1 shows',
    '    one {pid a}',
    'press Enter.',
    'SAID',
    'read -r _',
    'true',
  ]);
  assert.deepEqual(lines.slice(7, 13), [
    "cat <<'SAID'",
    'When terminal 1 shows',
    "    it's two",
    'press Enter.',
    'SAID',
    'read -r _',
  ]);
});

test('what is to be done by hand is said before the paste to which it is done', () => {
  const lines = branch(read(two), 2);
  assert.deepEqual(lines.slice(13), ["cat <<'SAID'", 'Then press Ctrl-C here.', 'SAID', 'cat']);
});

test('who has the script starts it in each terminal, and presses Enter before each later paste', () => {
  const { steps } = asScript(read(two));
  assert.deepEqual(
    steps.map(
      (step) => `${step.terminal}: ${step.do === 'paste' ? step.code : step.do === 'press' ? step.key : step.do}`,
    ),
    ['1: bash two.sh 1\n', '2: bash two.sh 2\n', '2: Enter', '1: look', '2: Enter', '2: Ctrl-C'],
  );
});
