/** A claim in a note becomes its rendered form: what the note says, and what the record says of it. */
import { unknown } from '../../scripts/lib/nearest';
import { loadContent } from '../site/content';
import { evidencePicture } from '../site/lifelines';
import { component, type Node, type Transformer, walk, wrong } from './tree';

export function claims(): Transformer {
  return async (tree, page) => {
    const { claims: known, notebooks } = await loadContent();
    const pictured = new Set<string>();
    walk(tree, (node) => {
      if (node.type !== 'containerDirective' || node.name !== 'claim') return undefined;
      const id = (node.attributes as Record<string, string>).id ?? '';
      const claim = known.get(id);
      if (claim === undefined) {
        const [problem = '', remedy] = unknown('claim', id, [...known.keys()]).split('; ');
        throw wrong(page, node, problem, remedy);
      }
      // The first arm that it cites, once a page: more would be the same picture again.
      const [first] = claim.arms;
      const history = first && notebooks.get(claim.notebook.name)?.histories.get(first.arm)?.history;
      const of = `${claim.notebook.name} ${first?.arm}`;
      const picture = history === undefined || pictured.has(of) ? undefined : evidencePicture(history, claim);
      if (picture !== undefined) pictured.add(of);
      return [component('Claim', { claim, picture }, node.children as Node[])];
    });
  };
}
