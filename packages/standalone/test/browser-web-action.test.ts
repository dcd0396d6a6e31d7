import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { toAuthorization } from './auth-keys.js';
import { findChromium, openPage, startBrowser } from './browser/chromium.js';
import { guestKeyOf, startPageServer, type PageServer } from './browser/page-server.js';
import { constantGuest } from './web-fixture.js';

const executable = findChromium();

/** What a page of an attacker would try from our origin; it shows what it got. */
const tries = `
const found = {};
try { found.key = sessionStorage.getItem('wasmwhisk.auth-key'); } catch (error) { found.key = error.name; }
const ask = async (path) => {
  try { return (await fetch(path, { headers: { authorization: KEY } })).status; }
  catch (error) { return error.name; }
};
found.api = await ask('/api/v1/namespaces');
found.web = await ask('/api/v1/web/guest/default/spy.json');
document.querySelector('output').textContent = JSON.stringify(found);
`;

interface Found {
  readonly key: string;
  readonly api: string | number;
  readonly web: string | number;
}

async function foundBy(page: Page): Promise<Found> {
  const output = page.locator('output:not(:empty)');
  return JSON.parse((await output.textContent()) ?? '') as Found;
}

async function deploySpy(server: PageServer): Promise<string> {
  const key = toAuthorization(guestKeyOf(server.services));
  const script = tries.replace('KEY', JSON.stringify(key));
  const html = `<!doctype html><output></output><script type="module">${script}</script>`;
  const annotations = [{ key: 'web-export', value: true }];
  await server.deploy('spy', await constantGuest(JSON.stringify({ html })), { annotations });
  return `${server.url}/api/v1/web/guest/default/spy.html`;
}

describe.skipIf(executable === undefined)(
  `a page of a web action in a browser (${executable ?? 'skipped: no chromium on PATH'})`,
  { timeout: 120_000 },
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await startBrowser(executable ?? '');
    });

    afterAll(async () => {
      await browser.close();
    });

    async function visit(settings: Readonly<Record<string, string>> = {}): Promise<Found> {
      const server = await startPageServer(settings);
      onTestFinished(() => server[Symbol.asyncDispose]());
      const spy = await deploySpy(server);
      const { page } = await openPage(browser, server.url);
      // In the tab where our own page has just kept its key.
      await page.goto(spy);
      return foundBy(page);
    }

    it('runs its scripts, but neither finds our key nor reaches the REST API', async () => {
      const found = await visit();
      expect(found.key).toBe('SecurityError');
      expect(found.api).toBe('TypeError');
      // Web actions answer every page.
      expect(found.web).toBe(200);
    });

    it('shares the origin where the operator wants it so', async () => {
      const found = await visit({ 'api.webSandbox': 'false' });
      expect(found.api).toBe(200);
    });
  },
);
