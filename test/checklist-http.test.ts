import { randomBytes } from 'node:crypto';
import { frameMarker } from '@wasmwhisk/protocol';
import { describe, expect, it } from 'vitest';
import { guest, withCustomSection } from './support/guests.js';
import { openConnection, requestBytes } from './support/raw-http.js';
import { expectWell } from './support/resources.js';
import { startService, startSingle } from './support/test-executor.js';

/* What the invoker's own tests say of its HTTP; see docs/reference/checklist.md. */

/*
 * H1 holds for every answer of every test: the client in support/raw-http.ts sends
 * `Accept-Encoding: gzip,deflate` each time and takes an answer for none, as an invoker does, that
 * is chunked, compressed or without `Content-Length`.
 */

describe('the checklist of HTTP', () => {
  it('H1: gives every answer its length, neither chunked nor compressed', async () => {
    await using service = await startService();
    const container = service.container();
    const answers = [
      await container.init({ code: guest('big-result') }),
      await container.init({ code: guest('echo') }),
      await container.run({ bytes: 100_000 }),
      await container.run('A'),
      await container.post('/run', 'XXX'),
      await container.post('/destroy', ''),
      await container.post('/unknown', ''),
      await service.call({ path: '/start' }),
      await service.get('/health'),
      await service.get('/ready'),
      await service.get('/metrics'),
      await service.get('/nothing/logs/here'),
      await service.call({ method: 'DELETE', path: '/start' }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get('content-length')).toBe(String(answer.body.length));
      expect(answer.headers.has('transfer-encoding')).toBe(false);
      expect(answer.headers.has('content-encoding')).toBe(false);
    }
    const jsonAnswers = answers.slice(0, 5);
    for (const answer of jsonAnswers)
      expect(answer.headers.get('content-type')).toBe('application/json');
  });

  it('H2: never answers an init with 204', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: guest('echo') });
    expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
  });

  it('H3: sends a result of 3 MB in full', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('big-result') });
    const answer = await single.container.run({ bytes: 3_000_000 });
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(3_000_000);
    expect(answer.headers.get('content-length')).toBe('3000000');
    expect(answer.json()).toEqual({ a: expect.stringMatching(/^x+$/) });
  });

  it('H4: keeps the logs of two runs apart', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('greeting') });
    await single.container.run({ name: 'first' });
    await single.container.run({ name: 'second' });
    expect(single.stdout.lines).toEqual([
      'Hello, first!',
      frameMarker,
      'Hello, second!',
      frameMarker,
    ]);
    expect(single.stderr.lines).toEqual([frameMarker, frameMarker]);
  });

  it('H5: puts the marker on a line of its own after a line without an end', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('no-newline') });
    await single.container.run({});
    expect(single.stdout.text).toBe(`unfinished stdout\n${frameMarker}\n`);
    expect(single.stderr.text).toBe(`unfinished stderr\n${frameMarker}\n`);
  });

  it('H6: lets no guest write a marker', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('sentinel') });
    expect((await single.container.run({})).status).toBe(200);
    for (const { lines } of [single.stdout, single.stderr]) {
      expect(lines.filter((line) => line.includes(frameMarker))).toEqual([frameMarker]);
      expect(lines).toHaveLength(4);
      expect([lines[0], lines[2], lines[3]]).toEqual(['before', 'after', frameMarker]);
    }
  });

  it('H7: bears connections that say nothing or stop half-way, and ends the guest of a caller that goes', async () => {
    await using single = await startSingle();
    const { container, port } = single;
    await container.init({ code: guest('spin') });
    const silent = openConnection(port);
    const halfOpen = openConnection(port);
    const bytes = requestBytes(port, { path: '/run', body: '{}' });
    halfOpen.socket.write(bytes.subarray(0, bytes.length - 1));
    const call = container.startRun({});
    await expect.poll(() => single.executor.running, { timeout: 15_000 }).toBe(1);
    call.drop();
    await expect.poll(() => single.executor.running, { timeout: 15_000 }).toBe(0);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
    silent.socket.destroy();
    halfOpen.socket.destroy();
    expect((await single.get('/health')).status).toBe(200);
  });

  it.each([
    '{"big":9007199254740993,"bigger":-123456789012345678901234567890}',
    '{"zero":-0,"float":1.0,"exponent":1e400,"fraction":0.1000000000000000055}',
    '{"b":1,"10":2,"a":3,"a":4}',
    '{"lone":"\\ud800","slash":"\\/","control":"\\u0000"}',
    '[1,{"__proto__":{"x":1}}]',
    '{ "spaces" : [ ] }',
  ])('H8: passes %s on byte by byte', async (text) => {
    await using single = await startSingle();
    await single.container.init({ code: guest('echo') });
    const answer = await single.container.post('/run', `{"value":${text},"namespace":"n"}`);
    expect([answer.status, answer.text]).toEqual([200, text]);
  });

  it('H9: takes 48 MiB of base64', async () => {
    await using single = await startSingle();
    const codeLength = 48 * 1024 * 1024;
    const module = guest('echo');
    const padding = (codeLength / 4) * 3 - module.length - 13;
    const code = withCustomSection(module, randomBytes(padding));
    expect(code.toString('base64').length).toBe(codeLength);
    expect((await single.container.init({ code })).status).toBe(200);
    expect((await single.container.run({ a: 1 })).json()).toEqual({ a: 1 });
  });

  it('H10: answers 503 after SIGTERM only, never for load', async () => {
    await using service = await startService({
      config: { runtime: { threads: 1, spareThreads: 0, runsMax: 1, queueSizeMax: 1 } },
    });
    await expectWell(service);
    const container = service.container();
    await container.init({ code: guest('spin') });
    const calls = Array.from({ length: 4 }, () => container.startRun({}));
    const statuses: number[] = [];
    for (const { answer } of calls)
      answer.then(({ status }) => statuses.push(status)).catch(() => undefined);
    // One computes, one waits, the others are too many.
    await expect.poll(() => statuses, { timeout: 15_000 }).toEqual([500, 500]);
    for (const call of calls) call.drop();
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(0);

    const sleeper = service.container();
    await sleeper.init({ code: guest('sleep') });
    const inProgress = sleeper.run({ ms: 1000 });
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(1);
    const down = service.shutDown();
    await expect.poll(() => service.executor.draining).toBe(true);
    const late = await sleeper.run({ ms: 0 });
    expect(late.status).toBe(503);
    expect((await inProgress).status).toBe(200);
    await down;
  });
});
