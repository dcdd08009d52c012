/**
 * The cheat sheet has copies of the notes' recipes, and they are generated. What is written
 *
 *   :::recipe{of="kill-a-script"}
 *   :::
 *
 * gets the recipe's title, needs and body, byte for byte, and stays as the note has it.
 */
import { type Directive, readMarkdown, refuse, SourceError } from '../markdown';
import { unknown } from '../nearest';
import type { Recipe } from './recipe';

/** The page with its copies of recipes as they should be. Throws SourceErrors for a copy of no recipe. */
export function fillRecipes(text: string, file: string, recipes: readonly Recipe[]): string {
  const problems: SourceError[] = [];
  let filled = '';
  let last = 0;
  for (const copy of copies(text, file)) {
    const recipe = recipes.find(({ id }) => id === copy.attributes.of);
    if (recipe === undefined) {
      const ids = recipes.map(({ id }) => id);
      problems.push(new SourceError(file, copy.line, unknown('recipe', copy.attributes.of ?? '', ids)));
      continue;
    }
    filled += text.slice(last, copy.start) + copyOf(recipe);
    last = copy.end;
  }
  refuse(problems);
  return filled + text.slice(last);
}

function copies(text: string, file: string): Directive[] {
  const { blocks } = readMarkdown(text, file, 'note');
  return blocks.filter(
    (block): block is Directive =>
      block.kind === 'directive' && block.name === 'recipe' && block.attributes.of !== undefined,
  );
}

function copyOf({ id, title, shells, needs, body }: Recipe): string {
  const wants = needs.length === 0 ? '' : ` needs="${needs.join(' ')}"`;
  return `:::recipe[${title}]{of="${id}" shells="${shells.join(' ')}"${wants}}\n${body}\n:::`;
}

/** The recipes that no page has a copy of. */
export function uncopied(pages: readonly { file: string; text: string }[], recipes: readonly Recipe[]): Recipe[] {
  const copied = new Set(pages.flatMap(({ file, text }) => copies(text, file).map(({ attributes }) => attributes.of)));
  return recipes.filter(({ id }) => !copied.has(id));
}
