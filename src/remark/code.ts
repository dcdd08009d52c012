/** Fences become highlighted code; a fence of shell commands can be copied, byte for byte. */
import { highlight } from '../site/highlight';
import { component, type Node, type Page, type Transformer, walk, wrong } from './tree';

export function code(): Transformer {
  return (tree, page) =>
    walk(tree, (node) => {
      if (node.type !== 'code') return undefined;
      return [codeBlock(node, page)];
    });
}

/** The block of a fence, or of an indented one. Throws a SourceError for a language that nobody knows. */
export function codeBlock(node: Node, page: Page, more: Record<string, unknown> = {}): Node {
  const language = node.lang ?? 'text';
  const value = node.value ?? '';
  const copy = language === 'sh' || language === 'bash' ? 'yes' : undefined;
  return component('CodeBlock', { html: highlighted(node, page, value, language), language, copy, ...more });
}

/** With the final line ending that belongs to a fence's content (CommonMark 4.5). */
function highlighted(node: Node, page: Page, value: string, language: string): string {
  try {
    return highlight(value === '' ? '' : `${value}\n`, language);
  } catch (error) {
    const [problem = '', remedy] = (error as Error).message.split('; ');
    throw wrong(page, node, problem, remedy);
  }
}
