import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** One file of the page, as it is sent. */
export interface PageAsset {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Strong, in quotes. */
  readonly etag: string;
}

/** The first document of the page; the other files have its folder in their paths. */
export const pageDocument = 'index.html';

const contentTypes: Readonly<Partial<Record<string, string>>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The same place seen from `src/page/` and from `dist/page/`. */
const assetsFolder = join(import.meta.dirname, '..', '..', 'assets');

/** Reads every file of the page, by name. Only these can ever be asked for: no path leads to a file. */
export function readPageAssets(folder: string = assetsFolder): ReadonlyMap<string, PageAsset> {
  const assets = new Map<string, PageAsset>();
  for (const name of readdirSync(folder)) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    const digest = createHash('sha256').update(bytes).digest('base64url');
    assets.set(name, { bytes, contentType, etag: `"${digest}"` });
  }
  return assets;
}
