/** What pages are made of, and what is wrong with them: each plugin on a text of its own, with the project's own claims. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT } from '../../scripts/lib/project';
import { claims } from './claims';
import { code } from './code';
import { rawText } from './raw-text';
import { recipe } from './recipe';
import { recorded } from './recorded';
import { type Node, plainText, type Transformer } from './tree';

/** The page after these plugins, read as Docusaurus reads it. */
async function page(text: string, plugins: (() => Transformer)[], name = 'docs/x.md'): Promise<Node> {
  const [{ unified }, { default: parse }, { default: directives }, { default: gfm }] = await Promise.all([
    import('unified'),
    import('remark-parse'),
    import('remark-directive'),
    import('remark-gfm'),
  ]);
  const processor = unified().use(parse).use(directives).use(gfm);
  const tree = processor.parse(text) as unknown as Node;
  for (const plugin of plugins) await plugin()(tree, { path: join(PROJECT, name), value: text });
  return tree;
}

const fails = (text: string, plugins: (() => Transformer)[], message: RegExp, name?: string) =>
  assert.rejects(page(text, plugins, name), { message });

test('what looks like a tag, or like a directive, stays text', async () => {
  const text = 'It is <defunct>, has a <pid>; key:value[0] and a:b and **x:y[`z`]** and {si_code=SI_USER}.';
  assert.equal(plainText(await page(text, [rawText])), text.replace(/[*`]/g, ''));
  const own = await page('Press <kbd>Ctrl-C</kbd>', [rawText]);
  assert.match(JSON.stringify(own), /"type":"html","value":"<kbd>"/);
});

test('a tag that nobody knows stays text at the beginning of a paragraph too', async () => {
  assert.equal(plainText(await page('<pid> of it', [rawText])), '<pid> of it');
});

test('a misspelt directive is an error that names the nearest', () =>
  fails('\n:::clam{id="a.b"}\nx\n:::\n', [rawText], /^docs\/x\.md:2: unknown directive "clam"; did you mean "claim"/));

test('a directive with two colons is an error', () =>
  fails('::claim{id="a.b"}\n', [rawText], /^docs\/x\.md:1: "::claim" has two colons; a block opens with three/));

test('an element as MDX has it is an error', () =>
  fails('<Claim id="a.b"/>\n', [rawText], /^docs\/x\.md:1: <Claim\/> is no element of plain Markdown/));

test('a claim that is not there is an error that names the nearest', () =>
  fails(
    'x\n\n:::claim{id="httpd.children-di"}\nx\n:::\n',
    [claims],
    /^docs\/x\.md:3: unknown claim "httpd\.children-di"; did you mean "httpd\.children-die"/,
  ));

test('a copy of a recipe that is not there is an error that names the nearest', () =>
  fails(
    'x\n\n:::recipe[A title]{of="kill-a-scrip"}\n```sh\nls\n```\n:::\n',
    [recipe],
    /^docs\/x\.md:3: unknown recipe "kill-a-scrip"; did you mean "kill-a-script"/,
  ));

test('a fence in a language that nobody knows is an error', () =>
  fails('x\n\n```basic\n10 PRINT\n```\n', [code], /^docs\/x\.md:3: unknown language "basic"; did you mean "bash"/));

test('a notebook without a record is an error', () =>
  fails('x\n', [recorded], /^notebooks\/nobody\.md:1: there is no notebook of this name/, 'notebooks/nobody.md'));

test('a page of a notebook that has not all its cells is an error', () =>
  fails(
    '# Zombies\n',
    [recorded],
    /^notebooks\/zombies\.md:1: cell ".*" does not stand in this page/,
    'notebooks/zombies.md',
  ));

test('a recipe is terminals with what is pasted and what is shown, and links to what it shows', async () => {
  const text = ':::recipe[A title]{of="kill-httpd"}\n**Terminal 2**\n\n```sh\nls\n```\n\n```text\nx\n```\n:::\n';
  const [made] = (await page(text, [recipe, code])).children ?? [];
  assert.equal(made?.name, 'Recipe');
  assert.deepEqual(
    made?.children?.map(({ name }) => name),
    ['Terminal'],
  );
  assert.deepEqual(
    made?.children?.[0]?.children?.map(({ name }) => name),
    ['CodeBlock', 'CodeBlock'],
  );
  const shows = (made?.attributes as { name: string; value: { value: string } }[]).find(({ name }) => name === 'shows');
  assert.match(shows?.value.value ?? '', /"verdict":"confirmed"/);
});
