import { describe, expect, it } from 'vitest';
import { commandOf, moduleOf, startTarget } from './adversary.js';

/** A module with an array type, as the toolchains of languages with garbage collection make. */
function withArrays(module: Uint8Array): Uint8Array {
  // The type section comes first: its id, its length, and how many types there are, all below 64.
  const [, length = 0, count = 0] = module.subarray(8);
  const array = [0x5e, 0x7e, 0x01];
  const head = [0x01, length + array.length, count + 1];
  const types = module.subarray(11, 10 + length);
  return Uint8Array.of(
    ...module.subarray(0, 8),
    ...head,
    ...types,
    ...array,
    ...module.subarray(10 + length),
  );
}

describe('A guest with arrays of its own heap on v8', () => {
  it('is refused with the reason among others, and taken where the operator trusts all', async () => {
    const module = withArrays(commandOf('nop'));
    const careful = await startTarget('--runtime', 'v8');
    const refused = await careful.init('arrays', module);
    expect(refused).toMatchObject({ status: 502, code: 'WW_ERR_CAPABILITY_DENIED' });
    expect(refused.text).toContain('policy.arrays');
    const trusting = await startTarget('--runtime', 'v8', '--set', 'policy.arrays=true');
    expect((await trusting.init('arrays', module)).status).toBe(200);
    expect((await trusting.run('arrays')).status).toBe(200);
  });
});

describe('An input of thirty million numbers', () => {
  it('is refused by an action of numbers, and harms nobody', async () => {
    const target = await startTarget();
    const add = '(func (export "main") (param i32 i32) (result i32) (local.get 0))';
    await target.init('numbers', moduleOf(`(module ${add})`));
    const many = Buffer.alloc(60_000_000, '1,');
    const body = Buffer.concat([Buffer.from('{"value":{"args":['), many, Buffer.from('1]}}')]);
    expect((await target.post('/numbers/run', body)).code).toBe('WW_ERR_GUEST_INPUT');
    expect(target.alive).toBe(true);
    expect((await target.run('numbers', { value: { args: [1, 2] } })).text).toBe('{"result":1}');
  });
});
