import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { parseActionBody, type ActionBody } from './action-body.js';
import { parseExactJson } from './exact-json.js';

const code = 'AGFzbQEAAAA=';

function parse(body: unknown): ActionBody {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return parseActionBody(parseExactJson(Buffer.from(text)), {
    callerNamespace: 'guest',
    codeBytesMax: 64,
    parametersBytesMax: 64,
  });
}

function refusal(body: unknown): string | undefined {
  try {
    parse(body);
  } catch (error) {
    return isRejection(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return undefined;
}

describe('parseActionBody', () => {
  it('reads everything that a client may send', () => {
    const body = parse({
      exec: { kind: ' WASM:Default ', code, main: 'run', binary: false },
      parameters: [{ key: 'a', value: 1 }],
      annotations: [{ key: 'b', value: 2 }],
      delAnnotations: ['c'],
      limits: { memory: 128 },
      publish: true,
      version: '1.2.3',
    });
    expect(body).toMatchObject({
      exec: { type: 'code', kind: 'wasm:0.1', main: 'run', code: { binary: true } },
      parameters: [{ key: 'a', json: '1' }],
      annotations: [{ key: 'b', json: '2' }],
      delAnnotations: ['c'],
      limits: { memoryMiB: 128 },
      publish: true,
      version: '1.2.3',
    });
  });

  it('ignores what it does not know, and takes null for absent', () => {
    const absent = {
      exec: undefined,
      parameters: undefined,
      annotations: undefined,
      delAnnotations: [],
      limits: {},
      publish: undefined,
      version: undefined,
    };
    expect(parse({ namespace: '_', name: 'pkg/add', updated: 1, env: null, status: '' })).toEqual(
      absent,
    );
    expect(parse(Object.fromEntries(Object.keys(absent).map((key) => [key, null])))).toEqual(
      absent,
    );
    expect(parse('{"__proto__":{"publish":true}}')).toEqual(absent);
  });

  it('lets the last of a member count that is given twice', () => {
    expect(parse('{"publish":true,"publish":false}').publish).toBe(false);
  });

  it('tells no parameters from an empty list of them', () => {
    expect(parse({ parameters: [] }).parameters).toEqual([]);
  });

  it('resolves the components of a sequence', () => {
    const { exec } = parse({
      exec: { kind: 'Sequence', components: ['/_/a', '/_/p/b', 'other/p/c'] },
    });
    expect(exec).toEqual({
      type: 'sequence',
      components: [
        { namespace: 'guest', package: undefined, name: 'a' },
        { namespace: 'guest', package: 'p', name: 'b' },
        { namespace: 'other', package: 'p', name: 'c' },
      ],
    });
  });

  it.each(['blackbox', 'nodejs:default', 'nodejs:20', 'wasm', 'wasm:0.2', 'python:3', ''])(
    'refuses the kind %j, and names it and those served',
    (kind) => {
      const text = refusal({ exec: { kind, code, image: 'x' } });
      expect(text).toMatch(/^WW_ERR_API_KIND/);
      expect(text).toContain(`"${kind}"`);
      expect(text).toMatch(/"wasm:0\.1".*"wasm:default".*"sequence"/);
    },
  );

  it.each([
    ['a list', [], 'BODY'],
    ['a number kept as text', '1.0', 'BODY'],
    ['a string', '"x"', 'BODY'],
    ['exec of another type', { exec: 'x' }, 'BODY'],
    ['exec without kind', { exec: { code } }, 'KIND'],
    ['a kind of another type', { exec: { kind: 1, code } }, 'BODY'],
    ['no code', { exec: { kind: 'wasm:0.1' } }, 'CODE'],
    ['code of another type', { exec: { kind: 'wasm:0.1', code: { x: 1 } } }, 'CODE'],
    ['empty code', { exec: { kind: 'wasm:0.1', code: '' } }, 'CODE'],
    ['damaged code', { exec: { kind: 'wasm:0.1', code: '\0asm\ufffd' } }, 'CODE'],
    ['long code', { exec: { kind: 'wasm:0.1', code: 'A'.repeat(65) } }, 'TOO_LARGE'],
    [
      'code that is long with its main',
      { exec: { kind: 'wasm:0.1', code: 'A'.repeat(60), main: 'aaaaa' } },
      'TOO_LARGE',
    ],
    ['a main of another type', { exec: { kind: 'wasm:0.1', code, main: 1 } }, 'BODY'],
    ['no components', { exec: { kind: 'sequence' } }, 'SEQUENCE'],
    ['an empty list of components', { exec: { kind: 'sequence', components: [] } }, 'SEQUENCE'],
    ['components that are no list', { exec: { kind: 'sequence', components: '/_/a' } }, 'BODY'],
    ['a component that is no name', { exec: { kind: 'sequence', components: [1] } }, 'BODY'],
    ['a bare component', { exec: { kind: 'sequence', components: ['a'] } }, 'NAME'],
    ['parameters that are an object', { parameters: { a: 1 } }, 'BODY'],
    ['long parameters', { parameters: [{ key: 'a', value: 'x'.repeat(64) }] }, 'TOO_LARGE'],
    ['long annotations', { annotations: [{ key: 'a', value: 'x'.repeat(64) }] }, 'TOO_LARGE'],
    ['delAnnotations that is a string', { delAnnotations: 'a' }, 'BODY'],
    ['delAnnotations of another type', { delAnnotations: ['a', 1] }, 'BODY'],
    ['a limit that is no integer', { limits: { memory: '128' } }, 'LIMIT'],
    ['a limit beyond 2^53', '{"limits":{"memory":9007199254740993}}', 'LIMIT'],
    ['publish of another type', { publish: 'true' }, 'BODY'],
    ['a bad version', { version: 'x' }, 'BODY'],
  ])('refuses %s', (_name, body, code) => {
    expect(refusal(body)).toMatch(new RegExp(`^WW_ERR_API_${code}: .`));
  });
});
