/**
 * A recipe: fences to paste into one terminal or two, between them what the terminals show.
 *
 *   :::recipe[Title]{id="kill-a-script" shows="scripts.child-survives" shells="bash zsh" needs="gcc"}
 *   **Terminal 1**        a paragraph that is nothing but bold says where the following fences go
 *   ```sh … ```           one paste; can be copied
 *   ```text … ```         what this terminal shows since then
 *   :::
 */
import { unknown } from '../../scripts/lib/nearest';
import { loadContent } from '../site/content';
import { codeBlock } from './code';
import { component, type Node, type Page, plainText, type Transformer, walk, wrong } from './tree';

export function recipe(): Transformer {
  return async (tree, page) => {
    const { claims } = await loadContent();
    walk(tree, (node) => {
      if (node.type !== 'containerDirective' || node.name !== 'recipe') return undefined;
      const { id, shows = '', shells = '', needs = '' } = node.attributes as Record<string, string>;
      if (id === undefined) throw wrong(page, node, 'this recipe has no id', 'write id="kebab-words"');
      const shown = words(shows).map((claim) => {
        const data = claims.get(claim);
        const [problem = '', remedy] = unknown('claim', claim, [...claims.keys()]).split('; ');
        if (data === undefined) throw wrong(page, node, `recipe "${id}" shows an ${problem}`, remedy);
        return { id: claim, verdict: data.verdict, href: data.note.href };
      });
      const title = (node.children ?? []).find(isLabel);
      const steps = (node.children ?? []).filter((child) => !isLabel(child));
      const properties = {
        id,
        title: title && plainText(title),
        shows: shown,
        shells: words(shells),
        needs: words(needs),
      };
      return [component('Recipe', properties, inTerminals(steps, page))];
    });
  };
}

const words = (list: string) => list.split(/\s+/).filter((word) => word !== '');

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
