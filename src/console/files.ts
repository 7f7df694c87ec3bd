import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The page loads what stands beside it, speaks to its own origin, and runs nothing that stands in a document. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const NO_PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Watchfire console</title>' +
  '<p>The page of the console is not built here; its API answers at <a href="/api/openapi.json">/api/openapi.json</a>.</p></html>\n';

const compress = promisify(brotliCompress);

type File = Readonly<{ body: Buffer; packed: Buffer; type: string }>;

/** The built page: `index.html`, and `assets/` with names that change with what is in them. */
export class Files {
  readonly #folder: string | null;
  readonly #read = new Map<string, Promise<File | null>>();

  /** @param folder where it stands; null: it is not built */
  constructor(folder: string | null) {
    this.#folder = folder;
  }

  /** @returns false for what is none of its files */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const asset = /^\/(assets\/[\w.-]+|favicon\.svg)$/.exec(pathname)?.[1];
    // Pages have addresses of their own, which one document shows.
    const name = asset ?? (/^\/(?:[\w-]+(?:\/[^.]*)?)?$/.test(pathname) ? 'index.html' : null);
    if (name === null) return false;
    const file = this.#folder === null ? null : await this.#file(this.#folder, name);
    if (file === null && (asset !== undefined || this.#folder !== null)) return false;
    const { body, packed, type } = file ?? { body: Buffer.from(NO_PAGE), packed: null, type: TYPES['.html'] ?? '' };
    const isPacked = packed !== null && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
    response.writeHead(200, {
      ...HEADERS,
      'content-type': type,
      'cache-control': asset?.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      ...(isPacked && { 'content-encoding': 'br' }),
    });
    response.end(method === 'HEAD' ? undefined : isPacked ? packed : body);
    return true;
  }

  async #file(folder: string, name: string): Promise<File | null> {
    const known = this.#read.get(name);
    if (known !== undefined) return await known;
    const reading = read(path.join(folder, name));
    this.#read.set(name, reading);
    const file = await reading;
    // Names that are no files must not fill it.
    if (file === null) this.#read.delete(name);
    return file;
  }
}

async function read(file: string): Promise<File | null> {
  const type = TYPES[path.extname(file)];
  if (type === undefined) return null;
  try {
    const body = await readFile(file);
    const packed = await compress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 7 } });
    return { body, packed, type };
  } catch {
    return null;
  }
}
