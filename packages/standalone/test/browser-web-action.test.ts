import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { toAuthorization } from './auth-keys.js';
import { findChromium, openPage, startBrowser } from './browser/chromium.js';
import { guestKeyOf, startPageServer, type PageServer } from './browser/page-server.js';
import { constantGuest } from './web-fixture.js';

const executable = findChromium();
const folder = '/api/v1/web/guest/default';
const spyText = readFileSync(new URL('browser/spy.mjs', import.meta.url), 'utf8');

/** What the attempts of `browser/spy.mjs` led to, by name. */
type Found = Readonly<Record<string, string>>;

/** Makes the web actions `spy`, a page of an attacker, and `worker`, its script. */
async function deploySpy(server: PageServer): Promise<void> {
  const authorization = toAuthorization(guestKeyOf(server.services));
  const script =
    `const AUTHORIZATION = ${JSON.stringify(authorization)};\n` +
    `const WORKER = ${JSON.stringify(`${folder}/worker`)};\n${spyText}`;
  const html = `<!doctype html><output></output><script type="module">${script.replaceAll('</script>', '<\\/script>')}</script>`;
  await deployAnswer(server, 'spy', { body: html });
  await deployAnswer(server, 'worker', {
    headers: {
      'content-type': 'text/javascript',
      'service-worker-allowed': '/',
      'access-control-allow-origin': '*',
    },
    body: script,
  });
}

async function deployAnswer(server: PageServer, name: string, answer: object): Promise<void> {
  const annotations = [{ key: 'web-export', value: true }];
  await server.deploy(name, await constantGuest(JSON.stringify(answer)), { annotations });
}

async function foundBy(page: Page): Promise<Found> {
  const output = page.locator('output:not(:empty)');
  return JSON.parse((await output.textContent()) ?? '') as Found;
}

/** A page of ours on which somebody signed in with a key that is not public. */
async function signedIn(
  browser: Browser,
  server: PageServer,
): Promise<{ page: Page; key: string }> {
  const { authKey: key } = server.services.users.create({ subject: 'ada-lovelace' });
  const { page } = await openPage(browser, server.url);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Auth key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByText('ada-lovelace', { exact: true }).waitFor();
  return { page, key };
}

describe.skipIf(executable === undefined)(
  `a hostile web action in a browser (${executable ?? 'skipped: no chromium on PATH'})`,
  { timeout: 120_000 },
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await startBrowser(executable ?? '');
    });

    afterAll(async () => {
      await browser.close();
    });

    async function start(settings: Readonly<Record<string, string>> = {}): Promise<PageServer> {
      const server = await startPageServer(settings);
      onTestFinished(() => server[Symbol.asyncDispose]());
      await deploySpy(server);
      return server;
    }

    /** No attempt may have found a key, a token or an answer that only a key gets. */
    function expectNothing(found: Found, server: PageServer, key: string): void {
      const all = JSON.stringify(found);
      for (const secret of [key, guestKeyOf(server.services)]) {
        expect(all).not.toContain(secret);
        expect(all).not.toContain(Buffer.from(secret).toString('base64'));
      }
      expect(all).not.toMatch(/name=\\*"wasmwhisk-page\\*" content=\\*"[^"\\]/);
      expect(all).not.toMatch(/ada-lovelace|registered for everything/);
      // Below each title is one outcome, or those of a worker.
      for (const [title, text] of Object.entries(found))
        expect([title, text.replace(/\[\\?"guest\\?"\]/g, '200')]).not.toEqual([
          title,
          expect.stringMatching(/(^|")200/),
        ]);
    }

    describe.each([
      ['sandboxed, as it is by default', 'true', 'null'],
      ['of our own address, where the operator wants it so', 'false', 'http://127.0.0.1'],
    ])('%s', (_title, webSandbox, origin) => {
      it('finds neither the key nor the REST API in the tab of our page', async () => {
        const server = await start({ 'api.webSandbox': webSandbox });
        const { page, key } = await signedIn(browser, server);
        await page.goto(`${folder}/spy`);
        const found = await foundBy(page);
        expect(found['origin']).toContain(origin);
        expectNothing(found, server, key);
      });

      it('nor in a window that our page opens', async () => {
        const server = await start({ 'api.webSandbox': webSandbox });
        const { page, key } = await signedIn(browser, server);
        const [opened] = await Promise.all([
          page.waitForEvent('popup'),
          page.evaluate(`void open('${folder}/spy', 'mine')`),
        ]);
        const found = await foundBy(opened);
        expect(found['origin']).toContain(origin);
        expectNothing(found, server, key);
        // Our page still works.
        await page.getByRole('link', { name: 'Connect' }).click();
        await page.getByText('Signed in as', { exact: true }).waitFor();
      });

      it('nor before somebody signs in beside it', async () => {
        const server = await start({ 'api.webSandbox': webSandbox });
        const { page } = await openPage(browser, server.url);
        const spy = await page.context().newPage();
        await spy.goto(`${server.url}${folder}/spy`);
        const found = await foundBy(spy);
        expectNothing(found, server, guestKeyOf(server.services));
        // A service worker of the action has no say over our page.
        await page.reload();
        await page.getByRole('link', { name: 'Connect' }).click();
        await page.getByText('Signed in as', { exact: true }).waitFor();
      });
    });

    it.each([
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      '*/*',
      'unknown/unknown',
      'application/unknown',
      'application/x-unknown-content-type',
      'multipart/x-mixed-replace; boundary=x',
      'multipart/related; boundary=x',
      'message/rfc822',
      'text/plain',
      'x/y',
      '',
    ])('has no script of our address by the type %j', async (type) => {
      const server = await startPageServer();
      onTestFinished(() => server[Symbol.asyncDispose]());
      const markup = `<svg xmlns="http://www.w3.org/2000/svg"><script>document.documentElement.setAttribute('data-origin', self.origin)</script></svg>`;
      const body = type.startsWith('multipart')
        ? `--x\r\nContent-Type: text/html\r\n\r\n${markup}\r\n--x--\r\n`
        : markup;
      const isText =
        /^(text|$|application\/x?html|image\/svg)/.test(type) && type !== 'image/svg+xml';
      await deployAnswer(server, 'typed', {
        headers: { 'content-type': type },
        body: isText ? body : Buffer.from(body).toString('base64'),
      });
      const { page } = await openPage(browser, server.url);
      // Some are downloads.
      await page.goto(`${folder}/typed`).catch(() => undefined);
      for (const frame of page.frames()) {
        if (!frame.url().includes(folder)) continue;
        expect(await frame.evaluate('self.origin')).toBe('null');
      }
    });
  },
);
