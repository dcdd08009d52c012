import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { findProgram } from '../notebooks/lab/programs';
import { whichSandbox } from '../notebooks/lab/sandbox';
import { loadPages } from './lib/project';
import { loadRecipes, rowsOfPaste } from './lib/recipes/load';
import { type Pasted, type PasteOptions, pasteRecipe } from './lib/recipes/paste';
import { type Recipe, readRecipes } from './lib/recipes/recipe';
import { checkRecipes } from './lib/recipes/shellcheck';
import { type Way, ways, waysOf } from './lib/recipes/shells';
import { stopsOf } from './lib/recipes/stop';

const { recipes, noted } = loadRecipes();
const [bash] = ways as [Way];

/** Pastes side by side, as many at a time as `npm run recipes` does. */
function pool(): (recipe: Recipe, way: Way, options?: PasteOptions) => Promise<Pasted> {
  const places = availableParallelism() * 2;
  const waiting: (() => void)[] = [];
  let free = places;
  before(async () => {
    if ((await whichSandbox()).kind === 'host') free = 1; // they share its ports
  });
  return async (recipe, way, options) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((go) => waiting.push(go));
    const pasted = await pasteRecipe(recipe, way, options);
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
    return pasted;
  };
}

describe('each recipe shows what its page says, and what it shows agrees with the note', { concurrency: true }, () => {
  const paste = pool();
  for (const recipe of recipes)
    for (const way of waysOf(recipe))
      test(`${recipe.id}, ${way.name}`, async () => {
        const pasted = await paste(recipe, way);
        assert.equal(pasted.problem?.message ?? pasted.missing, undefined);
        for (const { id, verdict, noted: says, because } of rowsOfPaste(recipe, way, pasted, noted))
          assert.equal(verdict, says, `${id}: ${because}`);
      });
});

describe('a recipe that is broken off leaves nothing behind', { concurrency: true }, () => {
  const paste = pool();
  for (const [at, recipe] of recipes.entries()) {
    // Each recipe at two places, others for others; npm run recipes -- --all-ways --break-off has all of them.
    const shells = waysOf(recipe).filter(({ name, shell, by }) => name === shell || by === 'as a script');
    for (const half of [0, 1]) {
      const way = shells[(at * 2 + half) % shells.length];
      const stops = way === undefined ? [] : stopsOf(recipe, way);
      const stop = stops[(at * 2 + half * Math.floor(stops.length / 2)) % stops.length];
      if (stop === undefined || way === undefined) continue;
      test(`${recipe.id}, ${way.name}, step ${stop.at} ${stop.when}, by ${stop.by}`, async () => {
        const { problem, missing } = await paste(recipe, way, { stop });
        assert.equal(problem?.message ?? missing, undefined);
      });
    }
  }
});

test('shellcheck has nothing to say of any of them', { skip: findProgram('shellcheck') === undefined }, async () => {
  assert.equal((await checkRecipes(loadPages())).complaint, '');
});

/** Pastes a recipe written for the test, and gives what it is told. */
async function told(body: string, way = bash, within = 2): Promise<string> {
  const text = `\n:::recipe[Bad]{id="bad" shows="a.b" within="${within}" shells="bash zsh dash"}\n${body}:::\n`;
  const [recipe] = readRecipes([{ file: 'docs/bad.md', text }]);
  assert.ok(recipe);
  const { problem } = await pasteRecipe(recipe, way);
  return problem?.message ?? 'nothing wrong';
}

const fence = (info: string, content: string) => `\`\`\`${info}\n${content}\n\`\`\`\n\n`;

describe('what a page says wrongly is told with file, line and remedy', { concurrency: true }, () => {
  test('another line', async () => {
    const message = await told(fence('sh', 'echo one; echo two') + fence('text', 'one\nthree'));
    assert.match(message, /^docs\/bad\.md:9: recipe "bad", in bash: the page says `three`, the terminal `two`\n/);
  });

  test('a line that the page does not say', async () => {
    const message = await told(fence('sh', 'echo one'));
    assert.match(message, /^docs\/bad\.md:3: recipe "bad", in bash: the page says nothing more, the terminal `one`/);
  });

  test('output that never comes', async () => {
    const message = await told(fence('sh', '( sleep 60 )') + fence('text', 'one'));
    assert.match(message, /^docs\/bad\.md:8: .*the page says `one`, the terminal nothing more/);
  });

  test('a command that does not end by itself', async () => {
    const message = await told(fence('sh', '( sleep 60 )'));
    assert.match(
      message,
      /^docs\/bad\.md:3: .*no prompt came back in Terminal 1 within 2 s; it shows nothing; a command that ends by itself/,
    );
  });

  test('a command that waits for input', async () => {
    const message = await told(fence('sh', '( cat >/dev/null )'));
    assert.match(
      message,
      /^docs\/bad\.md:3: .*no prompt came back .*`cat` \(\d+\) waits for input; give it < \/dev\/null/,
    );
  });

  test('a quote that is never closed', async () => {
    assert.match(await told(fence('sh', "echo 'one")), /a quote, a parenthesis or a here-document is never closed/);
  });

  test('the same name for two values', async () => {
    const code = '( echo $$ )\n( sh -c "echo \\$\\$" )';
    assert.match(
      await told(fence('sh', code) + fence('text', '{pid a}\n{pid a}')),
      /the page says `\d+`, the terminal `\d+`/,
    );
  });

  test('something that runs on', async () => {
    const message = await told(fence('sh', '( sleep 60 & )'));
    assert.match(message, /^docs\/bad\.md:2: .*it leaves something behind: process \d+ \(sleep 60\); trap/);
  });

  test('a file', async () => {
    const message = await told(fence('sh', 'echo one >>notes.txt'));
    assert.match(message, /^docs\/bad\.md:2: .*it leaves something behind: the file \S+work\/notes\.txt/);
  });

  for (const shell of ['bash', 'zsh', 'dash'])
    test(`a variable that it sets, in ${shell}`, async () => {
      const way = ways.find(({ name }) => name === shell);
      const message = await told(fence('sh', 'read -r mine </dev/null'), way);
      assert.match(message, /^docs\/bad\.md:2: .*it changes the shell of Terminal 1:\n {4}\+ mine/);
    });

  test('output that comes late, when the page has no more to say', async () => {
    const late =
      'd=$(mktemp -d /tmp/bad.XXXXXX) && cd "$d" || exit\ntrap \'rm -rf "$d"\' EXIT\necho one\nuntil [ -e two ]; do sleep 0.1; done\necho two';
    const body = `${fence('sh', `(\n${late}\n)`)}${fence('text', 'one')}**Terminal 2**\n\n${fence('sh', '( cd /tmp/bad.*/ && touch two )')}`;
    const message = await told(body);
    assert.match(
      message,
      /^docs\/bad\.md:3: .*at the end Terminal 1 shows what the page does not say:\n {4}two; say it in a text fence/,
    );
  });
});

test('what the host lacks makes a recipe inconclusive, and says what to install', async () => {
  const [first] = recipes;
  assert.ok(first);
  const pasted = await pasteRecipe({ ...first, needs: ['no-such-package'] }, bash);
  assert.equal(pasted.missing, 'needs no-such-package (apt-get install no-such-package)');
  for (const { verdict, because } of rowsOfPaste(first, bash, pasted, noted)) {
    assert.equal(verdict, 'inconclusive');
    assert.match(because, /apt-get install no-such-package/);
  }
});

after(() => assert.ok(recipes.length >= 15));
