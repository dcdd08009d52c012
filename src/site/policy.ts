/**
 * The content security policy of a page, as a meta element at the top of its head (Content Security Policy Level 3, 3.3).
 * Scripts: the site's own files, and inline ones by the hash of what they hold. `wasm-unsafe-eval` is for the search, which is
 * compiled to WebAssembly; it allows no eval(). Styles: own files only.
 */
import { createHash } from 'node:crypto';

export function withPolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g)]
    .filter(([, attributes = '']) => !/type="?application\/(?:ld\+)?json/.test(attributes))
    .map(([, , code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  const policy = [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...new Set(hashes)].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "media-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(
    /<head>\s*/,
    (head) => `${head}<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
  );
}
