import type { Identity } from '@wasmwhisk/standalone';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAuthorization } from './auth-keys.js';
import { findChromium, hasFocus, openPage, startBrowser } from './browser/chromium.js';
import { guestKeyOf, readGuest, startPageServer, type PageServer } from './browser/page-server.js';

const executable = findChromium();

describe.skipIf(executable === undefined)(
  `what happens, in a browser (${executable ?? 'skipped: no chromium on PATH'})`,
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

    it('signs in as guest by itself, says so, and tells a newcomer how to begin', async () => {
      await using fresh = await startPageServer();
      const { page, misdeeds } = await openPage(browser, fresh.url);
      await page.getByText('Signed in as guest with the published key.').waitFor();
      await page.getByRole('heading', { name: 'Deploy your first action' }).waitFor();
      const line = `wsk property set --apihost ${fresh.url} --auth ${guestKeyOf(fresh.services)}`;
      await page.getByText(line, { exact: true }).waitFor();

      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByRole('heading', { name: 'Nothing ran yet' }).waitFor();
      await page.getByRole('link', { name: 'Triggers' }).click();
      await page.getByText('wsk trigger create tick').waitFor();
      await page.getByRole('link', { name: 'Packages' }).click();
      await page.getByText('wsk package create math').waitFor();
      await page.getByText('wsk api create /hello').waitFor();
      await page.getByRole('link', { name: 'Connect' }).click();
      await page.getByText(line, { exact: true }).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('copies the line that connects wsk', async () => {
      const { page, misdeeds } = await openPage(browser, server.url, {
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      await page.getByRole('link', { name: 'Connect' }).click();
      await page.getByRole('button', { name: 'Copy the command that connects wsk' }).click();
      await page.getByText('Copied').waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
        `wsk property set --apihost ${server.url} --auth ${guestKeyOf(server.services)}`,
      );
      expect(misdeeds).toEqual([]);
    });

    it('asks for nothing while nobody looks', async () => {
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('heading', { name: 'Actions' }).waitFor();
      await page.clock.install();
      let polls = 0;
      page.on('request', (request) => {
        if (request.url().includes('/activations?')) polls += 1;
      });
      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByText(/^Live/).waitFor();
      const look = (hidden: boolean): Promise<unknown> =>
        page.evaluate(`
          Object.defineProperty(document, 'hidden', { value: ${String(hidden)}, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));`);
      const nextPoll = page.waitForResponse(/activations\?/);
      await page.clock.runFor(3000);
      await nextPoll;
      await look(true);
      const before = polls;
      await page.clock.runFor(60_000);
      expect(polls).toBe(before);
      const again = page.waitForResponse(/activations\?/);
      await look(false);
      await again;
      expect(polls).toBe(before + 1);
      expect(misdeeds).toEqual([]);
    });

    it('shows activations as they happen, with their logs', async () => {
      await server.deploy('live', readGuest('greeting'));
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByText(/^Live/).waitFor();
      const rows = page.getByRole('row').filter({ hasText: 'live' });
      expect(await rows.count()).toBe(0);
      await server.call('POST', 'actions/live?blocking=true', { name: 'somebody' });
      await rows.first().waitFor();

      const link = rows.first().getByRole('link');
      await link.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Logs').getByText('Hello, somebody!').waitFor();
      expect(page.url()).toMatch(/#\/activations\/[0-9a-f]{32}$/);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(page.url()).toMatch(/#\/activations$/);
      await expect.poll(() => hasFocus(page, link)).toBe(true);

      const bars = page.getByRole('link', { name: /^live, .*success, cold/ });
      expect(await bars.count()).toBe(1);
      await page.getByText(/Last \d+ activations?: median/).waitFor();

      await page.getByLabel('Filter activations by status').selectOption('Failed');
      await rows.first().waitFor({ state: 'detached' });
      await page.getByLabel('Filter activations by status').selectOption('');
      await page.getByLabel('Filter activations by name').fill('liv');
      await rows.first().waitFor();
      expect(await page.getByRole('row').count()).toBe(1 + (await rows.count()));

      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText(/^Paused/).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('fires a trigger, and leads to what it did', async () => {
      await server.deploy('listener', readGuest('greeting'));
      await server.call('PUT', 'triggers/tick', {});
      await server.call('PUT', 'rules/onTick', { trigger: '/_/tick', action: '/_/listener' });
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('link', { name: 'Triggers' }).click();
      await page.getByRole('row').filter({ hasText: 'onTick' }).getByText('active').waitFor();
      await page.getByRole('button', { name: 'Fire tick' }).click();
      await page.getByLabel('Payload').fill('{"name": "tick-tock"}');
      await page.getByRole('dialog').getByRole('button', { name: 'Fire', exact: true }).click();
      await page.getByText('tick was fired.').waitFor();
      await page.getByRole('dialog').getByText('guest/onTick → guest/listener:').waitFor();
      await page.getByRole('dialog').getByLabel('Logs').getByRole('link').click();
      await page.getByRole('dialog').getByLabel('Logs').getByText('Hello, tick-tock!').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { name: 'Triggers and rules' }).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('lists packages, bindings and APIs', async () => {
      await using other = await startPageServer();
      const { namespace, authKey } = identityOfGuest(other);
      await other.deploy('hello', readGuest('greeting'), {
        annotations: [{ key: 'web-export', value: true }],
      });
      await other.call('PUT', 'packages/math', { publish: true });
      await other.call('PUT', 'packages/bound', { binding: { namespace, name: 'math' } });
      const backendUrl = `${other.url}/api/v1/web/_/default/hello.json`;
      const [spaceguid = ''] = authKey.split(':');
      const query = `accesstoken=x&spaceguid=${spaceguid}&responsetype=json`;
      const created = await fetch(
        `${other.url}/api/v1/web/whisk.system/apimgmt/createApi.http?${query}`,
        {
          method: 'POST',
          headers: {
            authorization: toAuthorization(authKey),
            'content-type': 'application/json',
          },
          body: JSON.stringify({
            apidoc: {
              namespace: '_',
              gatewayBasePath: '/greet',
              gatewayPath: '/world',
              gatewayMethod: 'GET',
              id: 'API:_:/greet',
              action: {
                name: 'hello',
                namespace: '_',
                backendMethod: 'GET',
                backendUrl,
                authkey: authKey,
              },
            },
          }),
        },
      );
      expect(created.status).toBe(200);

      const { page, misdeeds } = await openPage(browser, other.url);
      await page.getByRole('link', { name: 'Packages' }).click();
      await page.getByRole('row').filter({ hasText: 'math' }).getByText('everybody').waitFor();
      await page.getByRole('row').filter({ hasText: 'bound' }).getByText('guest/math').waitFor();
      const row = page.getByRole('row').filter({ hasText: 'GET' });
      await row.getByText(/\/apis\/guest\/greet\/world$/).waitFor();
      await row.getByText('hello').waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('asks for a key after signing out, and when the key is no longer taken', async () => {
      const { users } = server.services;
      const ada = users.create({ subject: 'ada-lovelace' });
      const { page, misdeeds } = await openPage(browser, server.url);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You signed out.').waitFor();
      await page.reload();
      const field = page.getByLabel('Auth key');
      await field.fill('no key');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('uuid:key').waitFor();
      await field.fill(`${ada.uuid}:wrong`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('invalid').waitFor();
      await field.fill(ada.authKey);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Actions' }).waitFor();
      await page.getByText(`${ada.uuid}:••••••••`).waitFor();
      expect(await page.content()).not.toContain(ada.authKey);

      await page.getByText('ada-lovelace', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByText(/^Live/).waitFor();
      users.remove('ada-lovelace');
      await page.getByText('You were signed out').waitFor();
      await page.getByRole('button', { name: 'Go on as guest' }).click();
      await page.getByText('guest', { exact: true }).waitFor();
      // Nothing can be kept where web actions could find it.
      for (const place of ['sessionStorage', 'localStorage', 'document.cookie'])
        await expect(page.evaluate(place)).rejects.toThrow('sandboxed');
      // A reload begins anew.
      await page.reload();
      await page.getByText('Signed in as guest with the published key.').waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('says when the server is gone or busy, and goes on when it is back', async () => {
      const first = await startPageServer({ 'throttle.invocationsPerMinute': 0 });
      await first.deploy('greeting', readGuest('greeting'));
      const { page, misdeeds } = await openPage(browser, first.url);
      await page.getByRole('link', { name: 'greeting' }).click();
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page
        .getByRole('alert')
        .getByText(/too many|wait/i)
        .waitFor();

      await first[Symbol.asyncDispose]();
      await page.getByText('The server does not answer. What you see may be old.').waitFor();
      await page.getByRole('button', { name: 'Invoke' }).click();
      await page.getByText('The server does not answer. Is it still running?').first().waitFor();
      await using second = await startPageServer({ 'server.port': first.port });
      await page.getByText('What you see may be old.').waitFor({ state: 'hidden' });
      await page.getByRole('link', { name: 'Actions' }).first().click();
      await page.getByText('Nothing is deployed yet.').waitFor();
      await second.deploy('greeting', readGuest('greeting'));
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByRole('link', { name: 'greeting' }).waitFor();
      expect(misdeeds).toEqual([]);
    });

    it('stays quick and bounded with ten thousand activations', async () => {
      await using full = await startPageServer();
      await fillActivations(full, 10_000);
      await full.deploy('action-3', readGuest('greeting'));
      const { page, misdeeds } = await openPage(browser, full.url);
      await page.getByRole('link', { name: 'Activations' }).click();
      await page.getByText('Live · 100 activations, there are older ones').waitFor();
      expect(await page.getByRole('row').count()).toBe(101);
      await page.getByRole('button', { name: 'Load older ones' }).click();
      // The oldest one came again: others could have begun in the same millisecond.
      await page.getByText('Live · 199 activations, there are older ones').waitFor();
      expect(await page.getByRole('row').count()).toBe(200);
      await page.getByLabel('Filter activations by name').fill('action-3');
      await page.getByText('Live · 100 activations, there are older ones').waitFor();
      expect(await page.getByRole('cell', { name: 'action-3', exact: true }).count()).toBe(100);
      expect(misdeeds).toEqual([]);
    });

    it.each(['light', 'dark'] as const)('fits a narrow screen (%s)', async (colorScheme) => {
      await server.deploy(
        'a-rather-long-name-for-an-action-that-does-not-do-much',
        readGuest('greeting'),
      );
      const { page, misdeeds } = await openPage(browser, server.url, {
        viewport: { width: 340, height: 700 },
        colorScheme,
      });
      for (const section of ['Activations', 'Triggers', 'Packages', 'Connect', 'Actions']) {
        await page.getByRole('navigation').getByRole('link', { name: section }).click();
        await page.getByRole('heading', { level: 1, name: section }).waitFor();
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      }
      await page.getByRole('link', { name: 'a-rather-long-name' }).click();
      await page.getByText('Details').waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(misdeeds).toEqual([]);
    });
  },
);

function identityOfGuest({ services }: PageServer): Identity {
  const guest = services.users.find('guest');
  if (guest === undefined) throw new Error('There is no guest.');
  return guest;
}

/** By how many pixels the page is wider than its window. */
async function overflow(page: Page): Promise<number> {
  return await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}

/** Writes records as an executor would leave them, one a millisecond. */
async function fillActivations({ services }: PageServer, count: number): Promise<void> {
  const start = services.now() - count;
  const writes = Array.from({ length: count }, (_, index) =>
    services.storage.activations.store({
      activationId: index.toString(16).padStart(32, '0'),
      namespace: 'guest',
      subject: 'guest',
      name: `action-${String(index % 7)}`,
      package: undefined,
      version: '0.0.1',
      cause: undefined,
      startEpochMs: start + index,
      endEpochMs: start + index + 3,
      durationMs: 3,
      statusCode: 0,
      resultJson: '{}',
      resultBytes: 2,
      logs: [],
      annotations: [
        { key: 'path', json: `"guest/action-${String(index % 7)}"` },
        { key: 'kind', json: '"wasm:0.1"' },
      ],
    }),
  );
  await Promise.all(writes);
}
