/**
 * A notebook's page: after each code cell what its record shows. Cells and record have to agree; where they do not, the
 * build fails with the line of the .md (content.ts compares them).
 */
import { codeCells } from '../../scripts/lib/notebook';
import { loadContent } from '../site/content';
import { outputsOf } from '../site/outputs';
import { codeBlock } from './code';
import { component, type Node, nameOf, sortOf, type Transformer, wrong } from './tree';

export function recorded(): Transformer {
  return async (tree, page) => {
    if (sortOf(page) !== 'notebook') return;
    const { notebooks, claims } = await loadContent();
    const data = notebooks.get(nameOf(page));
    if (data === undefined) throw wrong(page, tree, 'there is no notebook of this name', 'name it as in notebooks/');
    const cells = codeCells(data.notebook);
    let next = 0;
    const spliced: Node[] = [];
    for (const node of tree.children ?? []) {
      const cell = node.type === 'code' && node.lang === 'typescript' ? cells[next] : undefined;
      if (cell === undefined || cell.source !== node.value) {
        spliced.push(node);
        continue;
      }
      next += 1;
      const record = data.record.cells.find(({ id }) => id === cell.id);
      const outputs = record?.cell_type === 'code' ? outputsOf(record.outputs, claims, data) : [];
      spliced.push(codeBlock(node, page, { cell: cell.id }), component('Outputs', { cell: cell.id, outputs }));
    }
    const left = cells[next];
    if (left !== undefined) {
      throw wrong(
        page,
        tree,
        `cell "${left.id}" does not stand in this page`,
        'keep code cells as they are in notebooks/',
      );
    }
    const { title, host, recorded: date, claims: ids } = data;
    const shown = ids.flatMap((id) => claims.get(id) ?? []).map(({ id, verdict, note }) => ({ id, verdict, note }));
    const head = component('NotebookHead', { name: nameOf(page), title, host, recorded: date, claims: shown });
    const heading = spliced.findIndex(
      ({ type, depth, name }) => (type === 'heading' && depth === 1) || name === 'header',
    );
    spliced.splice(heading + 1, 0, head);
    tree.children = spliced;
  };
}
