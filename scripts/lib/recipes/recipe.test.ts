import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadPages } from '../project';
import { loadRecipes, mismatches } from './load';
import { readRecipes } from './recipe';
import { fillRecipes, uncopied } from './sheet';

const fence = (info: string, content: string) => `\`\`\`${info}\n${content}\n\`\`\`\n\n`;
const recipe = (body: string, attributes = 'id="look" shows="a.b"', title = '[Look]') =>
  `# A note\n\n:::recipe${title}{${attributes}}\n${body}:::\n`;
const read = (text: string) => readRecipes([{ file: 'docs/a.md', text }], ['a.b', 'a.c']);
const ls = fence('sh', 'ls');

test('a recipe is its attributes, its steps, and what each shows', () => {
  const text = recipe(
    `${fence('sh part="one"', 'sleep 1\necho {x}'.replace('{x}', 'hi'))}${fence('text', 'hi')}${fence('text part="two"', '{pid a}')}` +
      `Some prose.\n\n**Terminal 2**\n\n${ls}**Terminal 1**: press Ctrl-C\n\n${fence('text', '^C')}**Terminal 2**: close the window\n\n**Terminal 1**\n\n${fence('text', '…')}`,
    'id="look" shows="a.b a.c" shells="bash dash" needs="gcc" within="30"',
  );
  const [only] = read(text);
  assert.deepEqual(
    [only?.id, only?.title, only?.claims, only?.shells, only?.needs, only?.within, only?.line],
    ['look', 'Look', ['a.b', 'a.c'], ['bash', 'dash'], ['gcc'], 30, 3],
  );
  assert.deepEqual(
    only?.steps.map((step) => [step.terminal, step.do, step.part, step.shows.map(({ part }) => part)]),
    [
      [1, 'paste', 'one', ['one', 'two']],
      [2, 'paste', 'two', []],
      [1, 'press', 'two', ['two']],
      [2, 'close', 'two', []],
      [1, 'look', 'two', ['two']],
    ],
  );
});

test('a recipe without parts has one, named as it is', () => {
  assert.deepEqual(
    read(recipe(ls))[0]?.steps.map(({ part }) => part),
    ['look'],
  );
});

describe('what is wrong with a recipe is said with place and remedy', () => {
  for (const [what, text, message] of [
    [
      'no id',
      recipe(ls, 'shows="a.b"'),
      'docs/a.md:3: this recipe has no id of lower-case words; write id="kill-a-script"',
    ],
    [
      'no title',
      recipe(ls, undefined, ''),
      'docs/a.md:3: recipe "look" has no title; write :::recipe[What one sees]{…}',
    ],
    [
      'no claim',
      recipe(ls, 'id="look"'),
      'docs/a.md:3: recipe "look" shows no claim; write shows="scripts.child-survives"',
    ],
    [
      'an unknown claim',
      recipe(ls, 'id="look" shows="a.d"'),
      'docs/a.md:3: recipe "look" shows an unknown claim "a.d"; did you mean "a.b" or "a.c"? (there are: a.b, a.c)',
    ],
    [
      'an unknown shell',
      recipe(ls, 'id="look" shows="a.b" shells="bash zhs"'),
      'docs/a.md:3: recipe "look" names an unknown shell "zhs"; did you mean "zsh"? (there are: bash, zsh, dash)',
    ],
    [
      'an attribute misspelt',
      recipe(ls, 'id="look" shows="a.b" need="gcc"'),
      'docs/a.md:3: recipe "look" has the unknown attribute "need"; did you mean "needs"? (there are: id, shows, shells, needs, within)',
    ],
    ['nothing to paste', recipe('Look.\n'), 'docs/a.md:3: recipe "look" has nothing to paste; write a fence ```sh'],
    [
      'a terminal that is never opened',
      recipe(`${ls}**Terminal 2**\n\n${fence('text', 'x')}`),
      'docs/a.md:10: Terminal 2 is never opened; paste something into it first, under **Terminal 2**',
    ],
    [
      'a terminal that has been closed',
      recipe(`${ls}**Terminal 1**: close the window\n\n${ls}`),
      'docs/a.md:10: Terminal 1 has been closed; paste something into it first, under **Terminal 1**',
    ],
    [
      'a terminal out of order',
      recipe(`**Terminal 2**\n\n${ls}`),
      'docs/a.md:6: Terminal 2 comes before Terminal 1; number terminals as they are opened',
    ],
    [
      'something that nobody can do',
      recipe(`${ls}**Terminal 1**: press Ctrl-\n`),
      'docs/a.md:8: cannot do "press Ctrl-" at a terminal; write "press Ctrl-C", "resize the window" or "close the window"',
    ],
    [
      'another fence',
      recipe(`${ls}${fence('console', 'x')}`),
      'docs/a.md:8: a recipe has no fence "console"; write ```sh (what is pasted) or ```text (what is shown), with part="NAME" if it begins a part',
    ],
    [
      'a part that begins late',
      recipe(`${ls}${fence('sh part="two"', 'ls')}`),
      'docs/a.md:4: the first paste has no part, a later one has; write part="NAME" on the first one too',
    ],
    [
      'a prompt',
      recipe(fence('sh', '$ ls')),
      'docs/a.md:5: a prompt stands before the command: `$ ls`; write the command alone',
    ],
    [
      'an unknown pattern',
      recipe(`${ls}${fence('text', '{pdi}')}`),
      'docs/a.md:9: unknown pattern {pdi}; did you mean "pid"? (there are: pid, port, tty, time, number, path, word); write {{ for a brace',
    ],
    [
      'an id twice',
      `${recipe(ls)}\n${recipe(ls)}`,
      'docs/a.md:12: recipe id "look" is used twice (first at docs/a.md:3); give one another id',
    ],
  ] as const)
    test(what, () =>
      assert.throws(
        () => read(text),
        (error: Error) => assert.equal(error.message.split('\n')[0], message) ?? true,
      ),
    );
});

test('a recipe and its judge have to fit each other', () => {
  const recipes = read(recipe(ls));
  const claim = { effect: () => ({ answer: 'unseen', because: '' }) as const, treatment: ['look'], control: ['loko'] };
  assert.deepEqual(
    mismatches(recipes, { look: { 'a.c': claim }, cook: {} }).map(({ message }) => message),
    [
      'docs/a.md:3: nothing judges "a.b" of recipe "look"; add it to notebooks/claims/recipes.ts',
      'docs/a.md:3: recipe "look" does not say that it shows "a.c"; add it to shows',
      'docs/a.md:3: recipe "look" has no part "loko"; did you mean "look"? (there are: look)',
      'notebooks/claims/recipes.ts:1: there is no recipe "cook"; did you mean "look"? (there are: look)',
    ],
  );
});

test('a copy of a recipe becomes what the note has, and stays so', () => {
  const recipes = read(recipe(ls));
  const sheet = '# Sheet\n\n:::recipe{of="look"}\n:::\n\nEnd.\n';
  const filled = fillRecipes(sheet, 'docs/s.md', recipes);
  assert.equal(filled, `# Sheet\n\n:::recipe[Look]{of="look" shells="bash"}\n${ls.trim()}\n\n:::\n\nEnd.\n`);
  assert.equal(fillRecipes(filled, 'docs/s.md', recipes), filled);
});

test('a copy of no recipe is refused with its place and the nearest', () => {
  assert.throws(() => fillRecipes('x\n\n:::recipe{of="lok"}\n:::\n', 'docs/s.md', read(recipe(ls))), {
    message: 'docs/s.md:3: unknown recipe "lok"; did you mean "look"? (there are: look)',
  });
});

test('the cheat sheet has all of them', () => {
  const sheet = loadPages().filter(({ file }) => file === 'docs/cheat-sheet.md');
  assert.deepEqual(uncopied(sheet, loadRecipes().recipes), []);
});
