/** A claim in a note becomes its rendered form: what the note says, and what the record says of it. */
import { unknown } from '../../scripts/lib/nearest';
import { loadContent } from '../site/content';
import { component, type Node, type Transformer, walk, wrong } from './tree';

export function claims(): Transformer {
  return async (tree, page) => {
    const { claims: known } = await loadContent();
    walk(tree, (node) => {
      if (node.type !== 'containerDirective' || node.name !== 'claim') return undefined;
      const id = (node.attributes as Record<string, string>).id ?? '';
      const claim = known.get(id);
      if (claim === undefined) {
        const [problem = '', remedy] = unknown('claim', id, [...known.keys()]).split('; ');
        throw wrong(page, node, problem, remedy);
      }
      return [component('Claim', { claim }, node.children as Node[])];
    });
  };
}
