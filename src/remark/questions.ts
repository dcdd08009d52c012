/** The questions that a note answers, `*Questions: …*` below its title: what people type is found by them first. */
import { plainText, type Transformer } from './tree';

export function questions(): Transformer {
  return (tree) => {
    for (const node of tree.children ?? []) {
      const [only] = node.children ?? [];
      if (node.type !== 'paragraph' || only?.type !== 'emphasis' || !/^Questions?:/.test(plainText(only))) continue;
      node.data = { ...node.data, hProperties: { className: 'questions', 'data-pagefind-weight': '7' } };
    }
  };
}
