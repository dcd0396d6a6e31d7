import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openApi, type Answer, type CallOptions } from './api-fixture.js';

type User = NonNullable<CallOptions['user']>;

const examples = new URL('../../../examples/actions/', import.meta.url);

const addModule = readFileSync(new URL('add/build/add.wasm', examples));

/** A module that is destroyed when it is read as text. */
export const helloModule: Buffer = readFileSync(new URL('hello/build/hello.wasm', examples));

/** `exec` of two actions. */
export const add = { kind: 'wasm:0.1', code: addModule.toString('base64') } as const;
export const hello = { kind: 'wasm:0.1', code: helloModule.toString('base64') } as const;

/** Calls below the caller's namespace, or from `/api` on; every answer is JSON. */
export interface ActionClient {
  /** Without `overwrite` unless the path has it. */
  put(path: string, body: unknown, user?: User): Promise<Answer>;
  /** With `overwrite=true`. */
  update(path: string, body: unknown): Promise<Answer>;
  /** A `put` that must succeed. */
  create(path: string, body: unknown, user?: User): Promise<Answer>;
  get(path: string, user?: User): Promise<Answer>;
  remove(path: string, user?: User): Promise<Answer>;
  /** Turns the clock on. */
  tick(): void;
}

/** A client of an API of its own, for one test. */
export function openActions(): ActionClient {
  const api = openApi();
  const call = async (
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    options: CallOptions,
  ): Promise<Answer> => {
    const answer = await api.call(method, path.startsWith('/') ? path : `/${path}`, options);
    expect(answer.headers['content-type']).toBe('application/json');
    return answer;
  };
  const put = (path: string, body: unknown, user: User = 'guest') =>
    call('PUT', path, { user, ...(body === undefined ? {} : { body }) });
  return {
    put,
    update: (path, body) => put(`${path}?overwrite=true`, body),
    create: async (path, body, user) => {
      const answer = await put(path, body, user);
      expect(answer.status, answer.text).toBe(200);
      return answer;
    },
    get: (path, user = 'guest') => call('GET', path, { user }),
    remove: (path, user = 'guest') => call('DELETE', path, { user }),
    tick: api.tick,
  };
}

/** Checks that a request was refused, in a form of which `wsk` shows the text. */
export function expectRefusal(answer: Answer, status: number, errorCode: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['x-wasmwhisk-error']).toBe(errorCode);
  const { error, code } = answer.json as { error: unknown; code: unknown };
  expect(error).toBeTypeOf('string');
  expect(code).toMatch(/^\S+$/);
}
