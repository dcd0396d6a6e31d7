import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import type { ContainerClient } from './support/container-client.js';
import { guest, withCustomSection } from './support/guests.js';
import { expectNothingMore, expectWell, readResources } from './support/resources.js';
import { startService } from './support/test-executor.js';

/* Many containers and units of trust at once: what one does harms no other, and nothing is left. */

describe('under load', () => {
  it.each(['auto', 'v8'] as const)(
    'guests that loop harm no activation of another namespace (%s)',
    async (name) => {
      await using service = await startService({ config: { runtime: { name } } });
      const { runner } = service.executor;
      await expectWell(service);
      const before = readResources(service);
      const [looping, sleeping, echoing] = [
        service.container(),
        service.container(),
        service.container(),
      ];
      await looping.init({ code: guest('spin') });
      await sleeping.init({ code: guest('sleep') });
      await echoing.init({ code: guest('echo') });

      let lanes = 4;
      const loop = async (): Promise<string[]> => {
        const codes: string[] = [];
        for (let round = 0; round < 5; round += 1) {
          const context = { namespace: 'evil', deadline: String(Date.now() + 400) };
          const { headers } = await looping.run({}, context);
          codes.push(headers.get('x-wasmwhisk-error') ?? 'none');
        }
        lanes -= 1;
        return codes;
      };
      const work = async (container: ContainerClient, namespace: string): Promise<number> => {
        let done = 0;
        while (lanes > 0) {
          const args = { ms: 5 * (done % 20), done };
          const answer = await container.run(args, { namespace });
          expect([answer.status, answer.text]).toEqual([200, JSON.stringify(args)]);
          done += 1;
        }
        return done;
      };
      const [good, ...loops] = await Promise.all([
        Promise.all([
          ...Array.from({ length: 8 }, () => work(sleeping, 'good')),
          ...Array.from({ length: 8 }, () => work(echoing, 'better')),
        ]),
        ...Array.from({ length: lanes }, loop),
      ]);
      for (const done of good) expect(done).toBeGreaterThan(1);
      // On V8 those of them that get no thread in time do not begin.
      const begun = loops.flat().filter((code) => code !== 'WW_ERR_RUNTIME_SATURATED');
      expect(new Set(begun)).toEqual(new Set(['WW_ERR_RUN_TIMEOUT']));
      if (name !== 'v8') expect(begun).toHaveLength(20);
      // V8 can be stopped only with its thread; an engine with threads of its own interrupts the guest.
      if (name === 'v8') expect(runner.status().endedThreads).toBeGreaterThan(0);
      for (const container of [looping, sleeping, echoing]) await container.post('/destroy', '');
      await expectWell(service);
      await expectNothingMore(service, before);
    },
  );

  it('200 containers of one artifact run, each with its own environment, and go', async () => {
    await using service = await startService();
    await expectWell(service);
    const code = zip({ 'main.wasm': guest('environment'), 'data.txt': 'shared' });
    const warm = service.container();
    await warm.init({ code });
    const before = readResources(service);
    const containers = Array.from({ length: 200 }, () => service.container());
    const inits = await Promise.all(
      containers.map((container, index) => container.init({ code, env: { INDEX: String(index) } })),
    );
    expect(inits.map(({ text }) => text)).toEqual(Array(200).fill('{"ok":true}'));
    const answers = await Promise.all(containers.map((container) => container.run({})));
    expect(answers.map((answer) => answer.json())).toEqual(
      containers.map((_, index) => ({ INDEX: String(index) })),
    );
    expect(service.executor.containers.size).toBe(201);
    // One unpacked copy serves them all.
    expect(readResources(service).folders).toBe(before.folders);
    await Promise.all(containers.map((container) => container.post('/destroy', '')));
    await expectNothingMore(service, before);
  });

  it('100 ports of started containers open and close', async () => {
    await using service = await startService();
    await expectWell(service);
    const before = readResources(service);
    const started = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const answer = await service.call({ path: '/start' });
        return answer.json() as { containerId: string; port: number };
      }),
    );
    expect(new Set(started.map(({ port }) => port)).size).toBe(100);
    for (const { containerId } of started)
      await service.container(containerId).post('/destroy', containerId);
    await expectNothingMore(service, before);
  });

  it('a container that is destroyed while it is initialized leaves nothing', async () => {
    await using service = await startService();
    await expectWell(service);
    const before = readResources(service);
    for (let index = 0; index < 20; index += 1) {
      const container = service.container();
      // Another artifact each time, so that it has to be compiled.
      const code = withCustomSection(guest('echo'), Buffer.from(`round ${String(index)}`));
      const init = container.init({ code });
      await expect.poll(() => service.executor.containers.size, { interval: 1 }).toBe(1);
      await container.post('/destroy', '');
      expect([200, 500]).toContain((await init).status);
      expect((await container.run({})).status).toBe(500);
    }
    await expectNothingMore(service, before);
  });

  it('the container that was used longest ago makes room, and none that runs', async () => {
    await using service = await startService({ config: { containers: { max: 3 } } });
    const ids = () => [...service.executor.containers.values()].map(({ id }) => id);
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((id) => service.container(id));
    if (!a || !b || !c || !d || !e) throw new Error('five containers');
    await a.init({ code: guest('sleep') });
    for (const container of [b, c]) await container.init({ code: guest('echo') });
    await b.run({});
    const running = a.startRun({ ms: 600_000 });
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(1);
    await b.run({});
    expect((await d.init({ code: guest('echo') })).status).toBe(200);
    expect(ids()).toEqual(['a', 'b', 'd']);
    expect((await e.init({ code: guest('echo') })).status).toBe(200);
    expect(ids()).toEqual(['a', 'd', 'e']);
    expect((await b.run({})).text).toBe('{"error":"no action defined yet"}');
    running.drop();
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(0);
  });

  it('a container that finds no room is told so, which is no 503', async () => {
    await using service = await startService({ config: { containers: { max: 1 } } });
    const busy = service.container();
    await busy.init({ code: guest('sleep') });
    const running = busy.startRun({ ms: 600_000 });
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(1);
    const refused = await service.container().init({ code: guest('echo') });
    expect(refused.status).toBe(500);
    expect(refused.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_CONTAINER_LIMIT');
    running.drop();
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(0);
    await expectWell(service);
  });

  it('containers that nobody uses go by themselves, and one that runs stays', async () => {
    await using service = await startService({ config: { containers: { idleMs: 1000 } } });
    const { containers } = service.executor;
    await expectWell(service);
    const before = readResources(service);
    const { port } = (await service.call({ path: '/start' })).json() as { port: number };
    expect(port).toBeGreaterThan(0);
    await service.container('idle').init({
      code: zip({ 'main.wasm': guest('echo'), 'file.txt': 'x' }),
    });
    const busy = service.container('busy');
    await busy.init({ code: guest('sleep') });
    const running = busy.startRun({ ms: 600_000 });
    await expect
      .poll(() => [...containers.values()].map(({ id }) => id), { timeout: 20_000 })
      .toEqual(['busy']);
    expect(service.executor.running).toBe(1);
    running.drop();
    await expect.poll(() => containers.size, { timeout: 20_000 }).toBe(0);
    // The unpacked files stay in the cache for the next container with this code.
    await expectNothingMore(service, { ...before, folders: before.folders + 1 });
  });

  it('the namespace of a loop on v8 loses the waits beside it, with that reason', async () => {
    await using service = await startService({
      config: { runtime: { name: 'v8', threads: 1, spareThreads: 0 } },
    });
    const [sleeping, looping] = [service.container(), service.container()];
    await sleeping.init({ code: guest('sleep') });
    await looping.init({ code: guest('spin') });
    const wait = sleeping.run({ ms: 600_000 }, { namespace: 'same' });
    await expect
      .poll(() => service.executor.runner.status().waitingRuns, { timeout: 15_000 })
      .toBe(1);
    const loop = await looping.run({}, { namespace: 'same', deadline: String(Date.now() + 500) });
    expect(loop.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_RUN_TIMEOUT');
    const lost = await wait;
    expect(lost.status).toBe(502);
    expect(lost.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_RUN_LOST');
    expect(lost.text).toContain('same');
    await expectWell(service);
  });
});
