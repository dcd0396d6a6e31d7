import { describe, expect, it } from 'vitest';
import { parseInitRequest } from './init-request.js';
import { RequestError } from './request-error.js';

const parse = (value: unknown) => parseInitRequest(Buffer.from(JSON.stringify(value)));

describe('parseInitRequest', () => {
  it('reads what a forked invoker sends', () => {
    const request = parse({
      value: {
        name: 'add',
        binary: true,
        main: 'main',
        code: 'AGFzbQ==',
        annotations: { 'provide-api-key': false, exec: 'wasm:0.1', net_access: true },
        env: { __OW_ACTION_NAME: '/guest/add', EMPTY: '' },
      },
    });
    expect(request).toMatchObject({ name: 'add', main: 'main', binary: true });
    expect(Buffer.from(request.code ?? []).toString()).toBe('AGFzbQ==');
    expect(request.environment).toEqual([
      ['__OW_ACTION_NAME', '/guest/add'],
      ['EMPTY', ''],
    ]);
    expect(request.annotations.get('net_access')).toBe(true);
  });

  it('fills in what test suites leave out', () => {
    const request = parse({ value: { code: 'x', env: null } });
    expect(request).toMatchObject({
      name: undefined,
      main: 'main',
      binary: false,
      environment: [],
    });
    expect(request.annotations.size).toBe(0);
  });

  it.each([{}, { value: null }, { value: {} }, { value: { code: '' } }, { value: { code: null } }])(
    'finds no code in %j',
    (body) => {
      expect(parse(body).code).toBeUndefined();
    },
  );

  it('makes text of environment values as the invoker would', () => {
    const { environment } = parse({
      value: {
        env: { s: 's', n: 42, b: false, o: { a: 1 }, l: [1], z: null, ['__proto__x']: 'p' },
      },
    });
    expect(environment).toEqual([
      ['s', 's'],
      ['n', '42'],
      ['b', 'false'],
      ['o', '{"a":1}'],
      ['l', '[1]'],
      ['z', ''],
      ['__proto__x', 'p'],
    ]);
  });

  it('unescapes code that holds escapes', () => {
    const request = parseInitRequest(Buffer.from('{"value":{"code":"a\\n\\/b"}}'));
    expect(Buffer.from(request.code ?? []).toString()).toBe('a\n/b');
  });

  it.each([
    ['x', 'unexpected'],
    ['', 'unexpected end'],
    ['[]', 'not a JSON object'],
    ['{"value":"x"}', '"value"'],
    ['{"value":{"code":1}}', '"code"'],
    ['{"value":{"main":1}}', '"main"'],
    ['{"value":{"binary":"yes"}}', '"binary"'],
    ['{"value":{"env":[]}}', '"env"'],
    ['{"value":{"annotations":1}}', '"annotations"'],
  ])('refuses %s and says why', (body, reason) => {
    expect(() => parseInitRequest(Buffer.from(body))).toThrow(RequestError);
    expect(() => parseInitRequest(Buffer.from(body))).toThrow(reason);
  });
});
