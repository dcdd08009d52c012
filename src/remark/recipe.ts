/**
 * A recipe: fences to paste into one terminal or two, between them what the terminals show.
 *
 *   :::recipe[Title]{id="kill-a-script" shows="scripts.child-survives" shells="bash zsh" needs="gcc"}
 *   **Terminal 1**        a paragraph that is nothing but bold says where the following fences go
 *   ```sh … ```           one paste; can be copied
 *   ```text … ```         what this terminal shows since then
 *   :::
 *
 * With `of="ID"` for `id` and `shows` it is a copy of the recipe ID, which stands in a note; its recording stands there alone.
 */
import { unknown } from '../../scripts/lib/nearest';
import { loadContent } from '../site/content';
import { codeBlock } from './code';
import { component, type Node, type Page, plainText, type Transformer, walk, wrong } from './tree';

export function recipe(): Transformer {
  return async (tree, page) => {
    const { claims, recipes } = await loadContent();
    walk(tree, (node) => {
      if (node.type !== 'containerDirective' || node.name !== 'recipe') return undefined;
      const { id, of } = node.attributes as Record<string, string>;
      const named = id ?? of ?? '';
      const data = recipes.get(named);
      const [problem = '', remedy] = unknown('recipe', named, [...recipes.keys()]).split('; ');
      if (data === undefined) throw wrong(page, node, problem, remedy);
      const shows = data.shows.flatMap((claim) => {
        const shown = claims.get(claim);
        return shown === undefined ? [] : [{ id: claim, verdict: shown.verdict, href: shown.note.href }];
      });
      const steps = (node.children ?? []).filter((child) => !isLabel(child));
      const { title, shells, needs, script, recording } = data;
      const place = of === undefined ? { recording } : { note: data.href };
      const properties = { id: named, title, shows, shells, needs, script, ...place };
      return [component('Recipe', properties, inTerminals(steps, page))];
    });
  };
}

const isLabel = (node: Node) => (node.data as { directiveLabel?: boolean } | undefined)?.directiveLabel === true;

/** The terminal that a paragraph names, if it is nothing but bold. */
function terminalOf({ type, children = [] }: Node): string | undefined {
  const [only] = children;
  return type === 'paragraph' && children.length === 1 && only?.type === 'strong' ? plainText(only) : undefined;
}

function inTerminals(steps: Node[], page: Page): Node[] {
  const blocks: Node[] = [];
  let open: Node | undefined;
  for (const step of steps) {
    const terminal = terminalOf(step);
    if (terminal !== undefined) {
      open = component('Terminal', { name: terminal });
      blocks.push(open);
    } else if (step.type === 'code') {
      if (open === undefined) {
        open = component('Terminal', {});
        blocks.push(open);
      }
      open.children?.push(codeBlock(step, page, step.lang === 'text' ? { expected: 'yes' } : {}));
    } else {
      open = undefined;
      blocks.push(step);
    }
  }
  return blocks;
}
