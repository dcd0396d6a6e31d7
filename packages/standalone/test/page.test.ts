import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAuthorization } from './auth-keys.js';
import {
  examplePath,
  guestKeyOf,
  readGuest,
  startPageServer,
  type PageServer,
} from './browser/page-server.js';

const assetsFolder = fileURLToPath(new URL('../assets/', import.meta.url));
const assetNames = readdirSync(assetsFolder).filter((name) => /\.(?:html|css|js|svg)$/.test(name));
const tokenPattern = /page" content="[\w-]{43}"/;
const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

let server: PageServer;

beforeAll(async () => {
  server = await startPageServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function get(path: string, options: RequestInit = {}): Promise<Response> {
  return fetch(server.url + path, options);
}

/** Not by fetch, which has headers of its own. */
function ask(path: string, headers: Readonly<Record<string, string>>): Promise<{ text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(server.url + path, { headers }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (piece: string) => (text += piece));
      answer.on('end', () => {
        resolve({ text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function basic(authKey: string): RequestInit {
  return { headers: { authorization: toAuthorization(authKey) } };
}

describe('the page', () => {
  it('is what browsers get at the root, and programs get JSON', async () => {
    const page = await get('/', asBrowser);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = readFileSync(`${assetsFolder}index.html`, 'utf8');
    expect((await page.text()).replace(tokenPattern, 'page" content=""')).toBe(html);

    const system = await get('/');
    expect(system.headers.get('content-type')).toBe('application/json');
    expect(await system.json()).toMatchObject({ description: 'OpenWhisk' });
    const json = await get('/', { headers: { accept: 'application/json, text/plain, */*' } });
    expect(json.headers.get('content-type')).toBe('application/json');
    // Caches must not give one what belongs to the other.
    expect(page.headers.get('vary')).toBe('Accept');
    expect(system.headers.get('vary')).toBe('Accept');
  });

  it.each(assetNames.filter((name) => name !== 'index.html'))(
    'serves %s with its type, and with headers under which nothing foreign runs',
    async (name) => {
      const answer = await get(`/page/${name}`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(readFileSync(assetsFolder + name, 'utf8'));
      const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
      expect(answer.headers.get('content-type')).toContain(
        type[name.split('.').at(-1) as keyof typeof type],
      );
      expectStrict(answer.headers);
    },
  );

  it('has strict headers at the root too', async () => {
    expectStrict((await get('/', asBrowser)).headers);
  });

  it('has a token for whoever opens it, and for no script', async () => {
    const page = await get('/', asBrowser);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.has('etag')).toBe(false);
    expect(page.headers.has('access-control-allow-origin')).toBe(false);
    for (const [mode, destination, hasToken] of [
      ['navigate', 'document', true],
      ['navigate', 'iframe', false],
      ['no-cors', 'empty', false],
    ] as const) {
      const { text } = await ask('/', {
        ...asBrowser.headers,
        'sec-fetch-mode': mode,
        'sec-fetch-dest': destination,
      });
      expect([mode, destination, tokenPattern.test(text)]).toEqual([mode, destination, hasToken]);
    }
  });

  it('is not sent again to who has its files', async () => {
    const first = await get('/page/main.js');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    for (const known of [etag, `"other", W/${etag}`]) {
      const again = await get('/page/main.js', { headers: { 'if-none-match': known } });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(etag);
      expectStrict(again.headers);
      expect(await again.text()).toBe('');
    }
    const changed = await get('/page/main.js', { headers: { 'if-none-match': '"x"' } });
    expect(changed.status).toBe(200);
  });

  it.each([
    '/page/',
    '/page/tsconfig.json',
    '/page/index.html',
    '/page/../package.json',
    '/page/..%2fpackage.json',
    '/page/%2e%2e/package.json',
    '/page/main.js/',
    '/page/__proto__',
  ])('has nothing at %s', async (path) => {
    expect((await get(path, asBrowser)).status).toBe(404);
  });

  it('answers HEAD without a body', async () => {
    const answer = await get('/page/main.js', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });

  it('cannot be taken over by a script that a web action answers', async () => {
    await server.deploy('worker', readGuest('echo'), {
      annotations: [{ key: 'web-export', value: true }],
      parameters: [
        { key: 'headers', value: { 'Service-Worker-Allowed': '/', 'x-kept': 'yes' } },
        { key: 'body', value: 'addEventListener("fetch", () => {})' },
      ],
    });
    const answer = await get('/api/v1/web/guest/default/worker.http');
    expect(answer.headers.get('x-kept')).toBe('yes');
    expect(answer.headers.has('service-worker-allowed')).toBe(false);
  });

  it('is kept from pages of a foreign name', async () => {
    const answer = await get('/page/data/start', { headers: { origin: 'http://evil.example' } });
    expect(answer.status).toBe(403);
  });
});

describe('the files of the page', () => {
  it.each(assetNames)('name no other place in %s', (name) => {
    const text = readFileSync(assetsFolder + name, 'utf8').replaceAll('http://www.w3.org/', '');
    expect(text).not.toMatch(/(?:https?:|wss?:)?\/\/[a-z0-9-]+\.[a-z]/i);
  });

  it.each(assetNames.filter((name) => name.endsWith('.js')))(
    'never parse HTML or code in %s',
    (name) => {
      const text = readFileSync(assetsFolder + name, 'utf8');
      expect(text).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b|new Function|setAttribute\('on/,
      );
    },
  );

  it('load each other and nothing else', () => {
    const document = readFileSync(`${assetsFolder}index.html`, 'utf8');
    const named = [...document.matchAll(/(?:src|href)="\/page\/([^"]+)"/g)].map(([, name]) => name);
    const imported = assetNames
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => [
        ...readFileSync(assetsFolder + name, 'utf8').matchAll(
          /^import .*?'\.\/([^']+)';$|^\} from '\.\/([^']+)';$/gm,
        ),
      ])
      .map(([, one, other]) => one ?? other);
    const used = new Set([...named, ...imported, 'index.html']);
    expect([...used].toSorted()).toEqual(assetNames.toSorted());
  });

  it('agree with their types', { timeout: 180_000 }, () => {
    const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
    const check = spawnSync(process.execPath, [compiler, '-p', assetsFolder], { encoding: 'utf8' });
    expect(check.stdout + check.stderr).toBe('');
    expect(check.status).toBe(0);
  });
});

describe('what the page is told', () => {
  it('has the published key of guest, limits and kinds, and is not kept', async () => {
    const answer = await get('/page/data/start');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      guestKey: guestKeyOf(server.services),
      listLimitMax: server.services.config.api.listLimitMax,
      codeBytesMax: server.services.config.api.codeBytesMax,
      kinds: ['wasm:0.1'],
    });
  });

  it('lacks a key of the own that guest was given', async () => {
    await using other = await startPageServer();
    const { users } = other.services;
    users.remove('guest');
    expect(await (await fetch(`${other.url}/page/data/start`)).json()).not.toHaveProperty(
      'guestKey',
    );
    users.create({ subject: 'guest' });
    expect(await (await fetch(`${other.url}/page/data/start`)).json()).not.toHaveProperty(
      'guestKey',
    );
  });

  it('lacks the key when other machines can reach the server', async () => {
    await using open = await startPageServer({ 'server.host': '0.0.0.0' });
    expect(await (await fetch(`${open.url}/page/data/start`)).json()).not.toHaveProperty(
      'guestKey',
    );
  });

  it('has how large the code of each action is, for its owner', async () => {
    const add = readFileSync(examplePath('add/build/add.wasm'));
    await server.call('PUT', 'packages/math', {});
    await server.deploy('math/add', add);
    await server.deploy('plain', add);
    await server.call('PUT', 'actions/both', {
      exec: { kind: 'sequence', components: ['/_/plain', '/_/math/add'] },
    });
    const owner = basic(guestKeyOf(server.services));
    const sizes = await (await get('/page/data/code-sizes', owner)).json();
    expect(sizes).toEqual(
      expect.arrayContaining([
        { name: 'math/add', codeBytes: add.length },
        { name: 'plain', codeBytes: add.length },
        { name: 'both' },
      ]),
    );
    const page = (await (
      await get('/page/data/code-sizes?limit=2&skip=1', owner)
    ).json()) as unknown[];
    expect(page).toEqual((sizes as unknown[]).slice(1, 3));
    const one = await get('/page/data/code-sizes?name=math%2Fadd', owner);
    expect(await one.json()).toEqual([{ name: 'math/add', codeBytes: add.length }]);
  });

  it('is refused to others', async () => {
    expect((await get('/page/data/code-sizes')).status).toBe(401);
    expect((await get('/page/data/code-sizes', basic('a:b'))).status).toBe(401);
    const owner = basic(guestKeyOf(server.services));
    for (const [query, status] of [
      ['name=missing', 404],
      ['name=a%2Fb%2Fc', 400],
      ['name=', 400],
      ['name=%3Cb%3E', 400],
      ['limit=100000', 400],
    ] as const) {
      expect((await get(`/page/data/code-sizes?${query}`, owner)).status).toBe(status);
    }
  });
});

function expectStrict(headers: Headers): void {
  const policy = (headers.get('content-security-policy') ?? '').split('; ');
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]),
  );
  expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  const sandbox = policy.find((each) => each.startsWith('sandbox')) ?? '';
  expect(sandbox).toMatch(/^sandbox .*allow-scripts/);
  expect(sandbox).not.toContain('same-origin');
}
