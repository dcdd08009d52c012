/** A link into the ledger, `[zombie.slot ● confirmed](ledger.md#zombie-slot)`, has its verdict in the verdict's colour. */
import { component, plainText, type Transformer, text, walk } from './tree';

const SHAPES: Record<string, string> = { '●': 'confirmed', '✕': 'refuted', '◐': 'depends', '○': 'inconclusive' };

export function verdictLinks(): Transformer {
  return (tree) =>
    walk(tree, (node) => {
      const [, id, shape = ''] = (node.type === 'link' && /^(\S+) ([●✕◐○]) \w+$/.exec(plainText(node))) || [];
      const of = SHAPES[shape];
      if (id === undefined || of === undefined) return undefined;
      const verdict = { ...component('Verdict', { of }), type: 'mdxJsxTextElement' };
      return [{ ...node, children: [{ type: 'inlineCode', value: id }, text(' '), verdict] }];
    });
}
