/** The ledger's page: each topic's table becomes rows that can be filtered and linked to. The page itself is generated. */
import { type ClaimData, loadContent } from '../site/content';
import { inlineHtml } from '../site/inline';
import { component, type Node, nameOf, plainText, sortOf, type Transformer, wrong } from './tree';

export function ledger(): Transformer {
  return async (tree, page) => {
    if (sortOf(page) !== 'note' || nameOf(page) !== 'ledger') return;
    const { claims } = await loadContent();
    const entries = [...claims.values()];
    let topic: string | undefined;
    const children: Node[] = [];
    for (const node of tree.children ?? []) {
      if (node.type === 'heading' && node.depth === 2) {
        if (topic === undefined) children.push(component('LedgerFilter', { claims: entries.map(brief) }));
        topic = plainText(node);
        const rows = entries.filter(({ id }) => id.startsWith(`${topic}.`));
        if (rows.length === 0) throw wrong(page, node, `no claim begins with "${topic}."`, 'npm run ledger');
        children.push(component('LedgerTopic', { topic }, [node, component('LedgerRows', { claims: rows.map(row) })]));
      } else if (topic === undefined || node.type !== 'table') children.push(node);
    }
    tree.children = children;
  };
}

const brief = ({ id, origin, verdict, reach }: ClaimData) => ({ id, origin, verdict, reach });

const row = ({ id, anchor, text, verdict, origin, reach, because, corrects, note, notebook, cell }: ClaimData) => ({
  id,
  anchor,
  html: inlineHtml(text),
  verdict,
  origin,
  reach,
  because,
  corrects,
  note,
  notebook,
  cell,
});
