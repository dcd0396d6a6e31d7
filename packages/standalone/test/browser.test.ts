import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openPage, startBrowser, tabTo } from './browser/chromium.js';
import { examplePath, readGuest, startPageServer, type PageServer } from './browser/page-server.js';

const executable = findChromium();
const hostile = '<img src=x onerror=alert(1)>"\'&amp;</script><script>alert(2)</script>';

describe.skipIf(executable === undefined)(
  `actions in a browser (${executable ?? 'skipped: no chromium on PATH'})`,
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let server: PageServer;

    beforeAll(async () => {
      browser = await startBrowser(executable ?? '');
      server = await startPageServer();
    });

    afterAll(async () => {
      await browser.close();
      await server[Symbol.asyncDispose]();
    });

    it('uploads a module, and invokes it by keyboard alone', async () => {
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('button', { name: 'Upload an action' }).click();
      await page.getByLabel('WebAssembly module').setInputFiles(examplePath('add/build/add.wasm'));
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('add');
      await page.getByLabel('Package').fill('arithmetic');
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByRole('heading', { name: 'arithmetic/add' }).waitFor();
      await page.getByText('11.7 KiB').waitFor();

      const editor = page.getByLabel('Arguments');
      await tabTo(page, editor);
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type('{"param1": 1, "param2": 3}');
      await tabTo(page, page.getByRole('button', { name: 'Invoke' }));
      await page.keyboard.press('Enter');
      const result = page.getByRole('region', { name: 'Outcome' });
      await result.getByText('"result": 4').waitFor();
      await result.getByText('success').waitFor();
      await result.getByText('cold').waitFor();

      await tabTo(page, editor, 'Shift+Tab');
      await page.keyboard.press('Control+Enter');
      await result.getByText('warm').waitFor();
      await result.getByText('Peak memory').waitFor();

      await page.getByRole('link', { name: 'Packages' }).click();
      await page.goBack();
      await page.getByRole('heading', { name: 'arithmetic/add' }).waitFor();
      expect(await editor.inputValue()).toBe('{"param1": 1, "param2": 3}');
      expect(misdeeds).toEqual([]);
    });

    it('refuses what is no module, what exists, and what the server refuses', async () => {
      const { page, misdeeds } = await openPage(browser, server.url);
      await server.deploy('present', readGuest('greeting'));
      await page.getByRole('button', { name: 'Upload an action' }).click();
      const dialog = page.getByRole('dialog');
      const file = dialog.getByLabel('WebAssembly module');
      const submit = dialog.getByRole('button', { name: 'Upload', exact: true });
      await file.setInputFiles({
        name: `${hostile.slice(0, 28)}.wasm`,
        mimeType: 'application/wasm',
        buffer: Buffer.from('hello'),
      });
      await submit.click();
      await dialog.getByText('<img src=x onerror=alert(1)>.wasm is neither WebAssembly').waitFor();

      await file.setInputFiles(examplePath('add/build/add.wasm'));
      await dialog.getByLabel('Name', { exact: true }).fill('present');
      await submit.click();
      await dialog.getByText('present exists. Tick "Overwrite"').waitFor();

      await dialog.getByText('More').click();
      await dialog.getByLabel('Memory limit').fill('1');
      await dialog.getByLabel('Overwrite').check();
      await submit.click();
      await dialog
        .getByRole('alert')
        .getByText(/memory/i)
        .waitFor();

      await dialog.getByLabel('Memory limit').fill('128');
      await dialog.getByLabel('Annotations').fill('{"description": 9007199254740993}');
      await dialog.getByLabel('Web action').check();
      await submit.click();
      await page.getByText('present is deployed.').waitFor();
      await page.getByText('9007199254740993').waitFor();
      await page
        .getByRole('link', { name: `${server.url}/api/v1/web/guest/default/present` })
        .waitFor();
      await page.getByText('0.0.2').waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('refuses a file that is too large before it is sent', async () => {
      await using strict = await startPageServer({ 'api.codeBytesMax': 4096 });
      const { page, misdeeds } = await openPage(browser, strict.url);
      await page.getByRole('button', { name: 'Upload an action' }).click();
      await page.getByLabel('WebAssembly module').setInputFiles(examplePath('add/build/add.wasm'));
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByText('add.wasm is too large: 15.6 KiB in base64, and 4 KiB are').waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('asks for a key when its own is taken away during an upload', async () => {
      await using other = await startPageServer();
      const { page, misdeeds } = await openPage(browser, other.url);
      await page.route('**/actions/add?overwrite=*', async (route) => {
        other.services.users.remove('guest');
        await route.continue();
      });
      await page.getByRole('button', { name: 'Upload an action' }).click();
      await page.getByLabel('WebAssembly module').setInputFiles(examplePath('add/build/add.wasm'));
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByText('You were signed out').waitFor();
      await page.getByLabel('Auth key').waitFor();
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(misdeeds).toEqual([]);
    });

    it('takes a file that is dropped anywhere', async () => {
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('heading', { name: 'Actions' }).waitFor();
      const bytes = [...readFileSync(examplePath('hello/build/hello.wasm'))];
      const transfer = await page.evaluateHandle(`(() => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'dropped one.wasm'));
        return files;
      })()`);
      await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('dropped one');
      await dialog.getByRole('button', { name: 'Upload', exact: true }).click();
      await page.getByRole('heading', { name: 'dropped one' }).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('keeps numbers as they are, and shows what an action logged', async () => {
      await server.deploy('echo-log', readGuest('echo-log'));
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'echo-log' }).click();
      await page
        .getByLabel('Arguments')
        .fill('{"n": 9007199254740993, "e": 1.50, "2": [], "1": {}}');
      await page.getByRole('button', { name: 'Invoke' }).click();
      const outcome = page.getByRole('region', { name: 'Outcome' });
      const result = outcome.getByLabel('Result', { exact: true });
      await result.getByText('9007199254740993').waitFor();
      expect(await result.textContent()).toBe(
        '{\n  "n": 9007199254740993,\n  "e": 1.50,\n  "2": [],\n  "1": {}\n}',
      );
      await outcome.getByText('hello stdout').waitFor();
      await outcome.getByText('hello stderr').waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('refuses arguments that are no JSON object, and sends nothing', async () => {
      await server.deploy('greeting', readGuest('greeting'));
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'greeting' }).click();
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(request.url());
      });
      const editor = page.getByLabel('Arguments');
      await editor.fill('{"name": ');
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page.getByRole('alert').getByText('This is not JSON').waitFor();
      expect(await editor.getAttribute('aria-invalid')).toBe('true');
      await editor.fill('[1]');
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page.getByRole('alert').getByText('Arguments are one JSON object').waitFor();
      expect(sent).toEqual([]);
      await editor.fill('{"name": "Ada"}');
      await page.keyboard.press('Control+Enter');
      await page.getByText('"greeting": "Hello, Ada!"').waitFor();
      expect(sent).toHaveLength(1);
      expect(misdeeds).toEqual([]);
    });

    it.each([
      ['apperr', 'application error', '"error": "sorry"'],
      ['trap', 'developer error', 'unreachable'],
    ])('shows how %s fails', async (guest, status, text) => {
      await server.deploy(guest, readGuest(guest));
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: guest }).click();
      await page.getByRole('button', { name: 'Invoke' }).click();
      const outcome = page.getByRole('region', { name: 'Outcome' });
      await outcome.getByText(status).waitFor();
      await outcome.getByLabel('Result', { exact: true }).getByText(text).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('waits for what takes longer than an answer, or stops waiting', async () => {
      await using patient = await startPageServer({
        'api.blockingWaitMs': 50,
        'server.drainTimeoutMs': 100,
      });
      await patient.deploy('sleep', readGuest('sleep'));
      const { page, misdeeds } = await openPage(browser, patient.url);
      await page.getByRole('link', { name: 'sleep' }).click();
      await page.getByLabel('Arguments').fill('{"ms": 1500}');
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page.getByText(/^Accepted as [0-9a-f]{32}; it is not over yet/).waitFor();
      const outcome = page.getByRole('region', { name: 'Outcome' });
      await outcome.getByLabel('Logs').getByText('sleeping 1500').waitFor();

      await page.getByLabel('Arguments').fill('{"ms": 20000}');
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page.getByText(/^Accepted as/).waitFor();
      await page.getByRole('button', { name: 'Stop waiting' }).click();
      await page.getByText('No longer waited for. It goes on').waitFor();
      expect(await page.getByRole('button', { name: 'Invoke' }).isEnabled()).toBe(true);
      expect(misdeeds).toEqual([]);
    });

    it('shows hostile results, logs, annotations and parameters as text', async () => {
      const pair = [{ key: hostile, value: hostile }];
      await server.deploy('hostile &.-@', readGuest('greeting'), {
        annotations: pair,
        parameters: pair,
      });
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'hostile &.-@' }).click();
      await page.getByRole('heading', { name: 'hostile &.-@' }).waitFor();
      await page.getByRole('term').getByText(hostile).first().waitFor();
      await page
        .getByLabel('Arguments')
        .fill(JSON.stringify({ name: `${hostile}\u202e\u001b[31m` }));
      await page.getByRole('button', { name: 'Invoke' }).click();
      const outcome = page.getByRole('region', { name: 'Outcome' });
      await outcome.getByLabel('Logs').getByText(`Hello, ${hostile}\\u202e␛[31m!`).waitFor();
      await outcome.getByLabel('Result', { exact: true }).getByText('<img src=x').waitFor();
      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByRole('row').filter({ hasText: 'hostile &.-@' }).first().click();
      await page.getByRole('dialog').getByText('<img src=x').first().waitFor();
      expect(await page.locator('img:not([src^="/page/"]), main script').count()).toBe(0);
      expect(misdeeds).toEqual([]);
    });

    it('deletes an action when asked twice', async () => {
      await server.deploy('short-lived', readGuest('greeting'));
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'short-lived' }).click();
      const remove = page.getByRole('button', { name: 'Delete' });
      await remove.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Delete short-lived?').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await server.call('GET', 'actions/short-lived?code=false');

      await remove.click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('short-lived was deleted.').waitFor();
      await page.getByRole('heading', { name: 'Actions' }).waitFor();
      expect(await page.getByRole('link', { name: 'short-lived' }).count()).toBe(0);
      await expect(server.call('GET', 'actions/short-lived')).rejects.toThrow('404');
      expect(misdeeds).toEqual([]);
    });
  },
);
