/** A folder of built pages over HTTP, as a static host serves it: `/name` is `name.html`. For tests and measurements. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.cast': 'application/x-asciicast',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ipynb': 'application/x-ipynb+json',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.sh': 'application/x-sh',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

/** The file that an address means; undefined where there is none. `base` begins and ends with a slash. */
export function fileFor(folder: string, address: string, base = '/'): string | undefined {
  if (!address.startsWith(base)) return undefined;
  const path = normalize(decodeURIComponent(address.slice(base.length)));
  if (path.startsWith('..')) return undefined;
  const candidates = [join(folder, path), join(folder, `${path}.html`), join(folder, path, 'index.html')];
  return candidates.find((file) => existsSync(file) && statSync(file).isFile());
}

export interface Served {
  /** `http://127.0.0.1:PORT/base/` */
  address: string;
  close(): Promise<void>;
}

/** Serves on loopback, at a port that the kernel chooses, compressed as a host does it. */
export async function serve(folder: string, base = '/'): Promise<Served> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = fileFor(folder, pathname, base);
    const sent = file ?? join(folder, '404.html');
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': TYPES[extname(sent)] ?? 'application/octet-stream',
      'content-encoding': 'gzip',
    });
    response.end(gzipSync(readFileSync(sent)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${port}${base}`, close };
}
