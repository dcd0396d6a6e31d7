import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonTextToString } from '@wasmwhisk/json-text';
import type { RunnerContainer } from '@wasmwhisk/runner';
import type { ContainerSettings, RunEnd } from '@wasmwhisk/runtime';
import { eachForm, formsOf, type CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';
import type { Observation } from '../harness.js';
import { httpErrorCodes } from '../http-error-codes.js';
import { largeReply, LoopbackServer } from '../loopback-server.js';

/** Requests that guests send, to a server of the test. Runtimes that serve HTTP handlers send them. */
export function httpOutgoingCases(context: CaseContext): void {
  if (!context.declares('http-handler')) return;
  describe('outgoing HTTP', () => {
    let opened: LoopbackServer | undefined;
    const server = (): LoopbackServer => {
      if (opened === undefined) throw new Error('The server is open only while cases run.');
      return opened;
    };
    // One for each case: connections that a guest left behind reach the server late.
    beforeEach(async () => {
      opened = await LoopbackServer.open();
    });
    afterEach(async () => {
      await opened?.[Symbol.asyncDispose]();
      opened = undefined;
    });

    grantedCases(context, server);
    deniedCases(context, server);
    heldCases(context, server);
  });
}

type GetServer = () => LoopbackServer;

function granted(...hosts: readonly string[]): ContainerSettings['http'] {
  return { type: 'granted', hosts };
}

function fetching(context: CaseContext, http: ContainerSettings['http']): Promise<RunnerContainer> {
  return context.harness().container(fixtureFile('http-fetch.component.wasm'), { http });
}

async function fetchOnce(
  context: CaseContext,
  http: ContainerSettings['http'],
  address: string,
): Promise<Observation> {
  return context
    .harness()
    .observe(await fetching(context, http), { input: JSON.stringify({ address }) });
}

/** The result of the guest `fetch` for a reply. */
function passedOn(status: number, body: string): string {
  return `{"statusCode":${String(status)},"headers":{"content-type":"text/plain"},"body":"${body}"}`;
}

/** The result of the guest `fetch` where it got an error code. */
function failedWith(code: number): string {
  return `{"statusCode":502,"headers":{"content-type":"application/json"},"body":{"value":${String(code)}}}`;
}

function grantedCases(context: CaseContext, server: GetServer): void {
  it('reaches a host and port that is granted', async () => {
    const { port, asked } = server();
    const http = granted(`127.0.0.1:${String(port)}`);
    const { result } = await fetchOnce(context, http, server().address('/shelf?page=7'));
    expect(result).toEqual({ type: 'ok', json: passedOn(203, 'hello from /shelf?page=7') });
    expect(asked).toEqual(['GET /shelf?page=7']);
  });

  it.each(['*', '127.0.0.1'])('reaches every port where %s is granted', async (host) => {
    const { result } = await fetchOnce(context, granted(host), server().address('/x'));
    expect(result?.json).toBe(passedOn(203, 'hello from /x'));
  });

  it('gives a large reply piece by piece', async () => {
    const seen = await fetchOnce(context, granted('*'), server().address('/large'));
    expect(seen.result).toBeDefined();
    const json = jsonTextToString(seen.result?.json ?? '');
    // Not compared by `expect`, which would print a megabyte.
    expect(json === passedOn(200, largeReply)).toBe(true);
    expect(seen.peakMemoryBytes).toBeLessThan(1024 * 1024);
  });

  it('leaves redirections to the guest, whose request is checked again', async () => {
    const { result } = await fetchOnce(context, granted('*'), server().address('/elsewhere'));
    expect(result?.json).toBe(passedOn(302, 'elsewhere'));
  });

  it('tells the guest when nobody listens', async () => {
    const closed = await LoopbackServer.open();
    await closed[Symbol.asyncDispose]();
    const { result } = await fetchOnce(context, granted('*'), closed.address('/'));
    expect(result?.json).toBe(failedWith(httpErrorCodes.connectionRefused));
  });

  eachForm(
    formsOf(context, 'component'),
    'reaches a host that is granted',
    'http-get',
    async (file, _form, harness) => {
      const container = await harness.container(file, { http: granted('*') });
      const input = JSON.stringify({ address: server().address('/from-elsewhere') });
      expect((await harness.run(container, { input })).json).toBe('{"value":203}');
      expect(server().asked).toEqual(['GET /from-elsewhere']);
    },
  );
}

function deniedCases(context: CaseContext, server: GetServer): void {
  const denied = failedWith(httpErrorCodes.requestDenied);

  it('denies another port and another host than the granted one', async () => {
    const { port, asked } = server();
    const others = [
      granted(`127.0.0.1:${String(port === 65_535 ? 1 : port + 1)}`),
      // The name of the same machine: what counts is what the operator wrote.
      granted(`localhost:${String(port)}`, 'example.org'),
      // Not a prefix and not a suffix.
      granted('127.0.0', '27.0.0.1', '0.1'),
    ];
    for (const http of others) {
      const { result } = await fetchOnce(context, http, server().address('/'));
      expect(result).toEqual({ type: 'ok', json: denied });
    }
    expect(asked).toEqual([]);
  });

  it.each([
    { type: 'denied', reason: 'No host is granted to this action.' },
    { type: 'granted', hosts: [] },
  ] as const)('denies everything where HTTP is $type to nobody', async (http) => {
    const { result } = await fetchOnce(context, http, server().address('/'));
    expect(result).toEqual({ type: 'ok', json: denied });
    expect(server().asked).toEqual([]);
  });

  it('is not fooled by a user name that looks like a host', async () => {
    const { port, asked } = server();
    const http = granted('granted.example');
    const address = `granted.example@127.0.0.1:${String(port)}/`;
    const { result } = await fetchOnce(context, http, address);
    expect(result?.json).toBe(denied);
    expect(asked).toEqual([]);
  });
}

function heldCases(context: CaseContext, server: GetServer): void {
  const held = (): string => JSON.stringify({ address: server().address('/held') });

  it('lets 50 guests wait for a slow server at once', async () => {
    const harness = context.harness();
    const container = await fetching(context, granted('*'));
    const runs = Array.from({ length: 50 }, () => harness.run(container, { input: held() }));
    // The server answers nobody before all of them have asked.
    await server().heldRequests(50);
    server().release();
    for (const { json } of await Promise.all(runs)) expect(json).toBe(passedOn(200, 'released'));
  });

  it('opens at most 100 connections for one guest', async () => {
    const harness = context.harness();
    const container = await harness.container(fixtureFile('http-hoard.component.wasm'), {
      http: granted('*'),
    });
    const input = JSON.stringify({ way: 4, address: server().address('/held') });
    const { json } = await harness.run(container, { input });
    const { connectionLimitReached } = httpErrorCodes;
    expect(json).toContain(`"body":{"value":${String(connectionLimitReached)}}`);
    // They end with the guest.
    await server().heldRequests(0);
  });

  it('ends a guest that waits when its caller goes, and its request with it', async () => {
    const harness = context.harness();
    const container = await fetching(context, granted('*'));
    const abort = new AbortController();
    const run = harness.observe(container, { input: held(), signal: abort.signal });
    const other = harness.run(container, { input: held() });
    await server().heldRequests(2);
    abort.abort({ type: 'caller-gone' } satisfies RunEnd);
    expect((await run).error?.code).toBe('WW_ERR_RUN_ABORTED');
    // The server sees one connection end.
    await server().heldRequests(1);
    server().release();
    expect((await other).json).toBe(passedOn(200, 'released'));
  });

  it('ends a guest that waits at its deadline, and its request with it', async () => {
    const harness = context.harness();
    const container = await fetching(context, granted('*'));
    const seen = await harness.observe(container, { input: held(), timeoutMs: 300 });
    expect(seen.error?.code).toBe('WW_ERR_RUN_TIMEOUT');
    expect(seen.tookMs).toBeLessThan(5_000);
    expect(server().asked).toEqual(['GET /held']);
    await server().heldRequests(0);
  });
}
