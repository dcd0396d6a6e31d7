import wabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { toV8TrapError } from './v8-trap.js';

const { parseWat } = await wabt();

function compile(wat: string): WebAssembly.Module {
  const parsed = parseWat('guest.wat', wat, { exceptions: true, threads: true });
  try {
    return new WebAssembly.Module(parsed.toBinary({ write_debug_names: true }).buffer.slice());
  } finally {
    parsed.destroy();
  }
}

/** What V8 throws when it makes an instance and calls its export `f`. */
function thrownBy(wat: string): unknown {
  const module = compile(wat);
  try {
    const { f } = new WebAssembly.Instance(module, {}).exports;
    (f as () => void)();
  } catch (error) {
    return error;
  }
  return undefined;
}

const body = (code: string, fields = ''): string =>
  `(module ${fields} (func $guest_main (export "f") ${code}))`;
const table = '(table 1 funcref)';
const memory = '(memory 1)';

describe('toV8TrapError', () => {
  it.each([
    ['unreachable-code-reached', body('unreachable')],
    ['memory-out-of-bounds', body('(drop (i32.load (i32.const 70000)))', memory)],
    ['memory-out-of-bounds', body('', `${memory} (data (i32.const 70000) "a")`)],
    ['table-out-of-bounds', body('(call_indirect (i32.const 5))', table)],
    ['table-out-of-bounds', body('', `${table} (elem (i32.const 7) $guest_main)`)],
    ['bad-signature', body('(call_indirect (i32.const 0))', table)],
    [
      'bad-signature',
      body(
        '(call_indirect (i32.const 0))',
        `${table} (elem (i32.const 0) $g) (func $g (param i32))`,
      ),
    ],
    ['integer-overflow', body('(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))')],
    ['integer-division-by-zero', body('(drop (i32.div_s (i32.const 1) (i32.const 0)))')],
    ['integer-division-by-zero', body('(drop (i64.rem_u (i64.const 1) (i64.const 0)))')],
    ['bad-conversion-to-integer', body('(drop (i32.trunc_f32_s (f32.const nan)))')],
    ['stack-overflow', body('(call $guest_main)')],
    ['heap-misaligned', body('(drop (i32.atomic.load (i32.const 1)))', '(memory 1 1 shared)')],
    [
      'atomic-wait-non-shared-memory',
      body('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))', memory),
    ],
    ['unhandled-exception', body('(throw $t)', '(tag $t)')],
  ])('names %s', (trap, wat) => {
    const error = toV8TrapError(thrownBy(wat));
    expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
    expect(error?.details.trap).toBe(trap);
  });

  it('keeps the guest frames, innermost first', () => {
    const error = toV8TrapError(
      thrownBy('(module (func $inner unreachable) (func $outer (export "f") (call $inner)))'),
    );
    expect(error?.details.backtrace).toEqual([
      expect.stringMatching(/^inner \([0-9a-f]+\+0x[0-9a-f]+\)$/),
      expect.stringMatching(/^outer \([0-9a-f]+\+0x[0-9a-f]+\)$/),
    ]);
  });

  it('keeps a bounded number of frames', () => {
    const error = toV8TrapError(thrownBy(body('(call $guest_main)')));
    expect(error?.details.backtrace?.length).toBeLessThanOrEqual(16);
  });

  it('leaves what is no trap alone', () => {
    expect(toV8TrapError(new RangeError('Invalid typed array length: -1'))).toBeUndefined();
    expect(toV8TrapError(new Error('unreachable'))).toBeUndefined();
    expect(toV8TrapError(undefined)).toBeUndefined();
  });
});
