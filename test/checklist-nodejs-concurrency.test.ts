import { frameMarker } from '@wasmwhisk/protocol';
import { describe, expect, it } from 'vitest';
import { guest } from './support/guests.js';
import { startSingle } from './support/test-executor.js';

/* The part of OpenWhisk's suite for nodejs that is about overlapping runs; see docs/reference/checklist.md. */

describe("the nodejs runtime's checklist of overlapping runs", () => {
  it('N32: refuses the second of two overlapping runs, in the exact words', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('sleep') });
    const answers = await Promise.all([container.run({ ms: 1000 }), container.run({ ms: 1000 })]);
    const [good, refused] = answers.toSorted((a, b) => a.status - b.status);
    expect([good?.status, refused?.status]).toEqual([200, 403]);
    expect(refused?.text).toBe('{"error":"System not ready, status is running."}');
    expect(stdout.filtered).toBe('sleeping 1000');
    expect(stderr.filtered).toBe('Internal system error: System not ready, status is running.');
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('N33: runs 128 at once where that is allowed, each with its own arguments', async () => {
    await using single = await startSingle({ environment: { __OW_ALLOW_CONCURRENT: 'true' } });
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('wait') });
    const count = 128;
    const ms = 3000;
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => container.run({ ms, index })),
    );
    // One after the other would take more than six minutes.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(answers.map((answer) => answer.status)).toEqual(Array(count).fill(200));
    expect(answers.map((answer) => answer.json())).toEqual(
      answers.map((_, index) => ({ ms, index })),
    );
    expect(stderr.filtered).toBe('');
    expect(stderr.markers).toBe(count);
    // All lines, then one unbroken block of markers.
    expect(stdout.lines).toHaveLength(2 * count);
    expect(new Set(stdout.lines.slice(0, count))).toEqual(new Set([`waiting ${String(ms)}`]));
    expect(new Set(stdout.lines.slice(count))).toEqual(new Set([frameMarker]));
  });
});
