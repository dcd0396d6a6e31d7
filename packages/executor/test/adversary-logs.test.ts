import { describe, expect, it } from 'vitest';
import { commandOf, startTarget } from './adversary.js';

describe('A guest that floods its log', () => {
  it('with ten million lines holds up nobody, and keeps the lines that the limit allows', async () => {
    const target = await startTarget();
    await target.init('quiet', commandOf('nop'));
    await target.init(
      'flood',
      commandOf(
        `(local $left i32)
        (memory.fill (i32.const 65536) (i32.const 10) (i32.const 65536))
        (local.set $left (i32.const 160))
        (loop $more
          (call $write (i32.const 2) (i32.const 65536) (i32.const 65536))
          (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))`,
        { pages: 2 },
      ),
    );
    const flood = target.run('flood', { activation_id: 'f' });
    let slowestMs = 0;
    const state = { flooding: true };
    void flood.finally(() => (state.flooding = false));
    while (state.flooding) {
      const { status, ms } = await target.run('quiet');
      expect(status).toBe(200);
      slowestMs = Math.max(slowestMs, ms);
    }
    expect((await flood).status).toBe(200);
    // Seconds even on a slow machine; it was minutes.
    expect(slowestMs).toBeLessThan(5000);
    const lines = (await target.get('/flood/logs/f')).trim().split('\n');
    expect(lines).toHaveLength(50_001);
    expect(lines.at(-1)).toContain('number of lines exceeds the limit of 50000 lines');
  });
});
