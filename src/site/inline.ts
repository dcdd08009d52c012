/** A claim's sentence as HTML: it is one line of Markdown with code and emphasis, and nothing else. */
import { escapeHtml } from './highlight';

export function inlineHtml(markdown: string): string {
  return markdown
    .split(/(`+[^`]+`+)/)
    .map((part) => {
      const [, code] = /^`+([^`]+)`+$/.exec(part) ?? [];
      if (code !== undefined) return `<code>${escapeHtml(code.trim())}</code>`;
      return escapeHtml(part)
        .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
        .replace(/\*([^*]+)\*/g, '<em>$1</em>');
    })
    .join('');
}
