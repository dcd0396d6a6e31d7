import { describe, expect, it } from 'vitest';
import { isWasmRuntimeError, type HttpGrant } from '@wasmwhisk/runtime';
import {
  assertDirectoriesAllowed,
  assertRuntimeAllowed,
  containerFolder,
  grantHttp,
  readCapabilityRequests,
  type CapabilityRequests,
} from './policy.js';

const closed = {
  directoryRoot: '',
  httpHosts: [],
  runtimesByAnnotation: [],
  arrays: false,
  environment: [],
  precompiledKeys: [],
};
const open = {
  ...closed,
  directoryRoot: '/srv/actions',
  httpHosts: ['*'],
  runtimesByAnnotation: ['wasmer'],
};
const none = readCapabilityRequests(new Map(), undefined);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isWasmRuntimeError(error) ? error.code : String(error);
  }
  return 'no error';
}

function reasonOf(grant: HttpGrant): string {
  return grant.type === 'denied' ? grant.reason : 'granted';
}

describe('the policy', () => {
  it.each([
    [{ net_access: true }, true],
    [{ net_access: 'true' }, true],
    [{ net_access: 'false' }, false],
    [{ net_access: { odd: 1 } }, false],
    [{}, false],
  ])('reads net access out of %j', (annotations, expected) => {
    expect(readCapabilityRequests(new Map(Object.entries(annotations)), undefined).netAccess).toBe(
      expected,
    );
  });

  it('grants HTTP only when both sides say so, and says what is missing', () => {
    const asked = { ...none, netAccess: true };
    expect(grantHttp(asked, open)).toEqual({ type: 'granted', hosts: ['*'] });
    expect(reasonOf(grantHttp(asked, closed))).toContain('operator');
    expect(reasonOf(grantHttp(none, open))).toContain('net_access');
  });

  it('gives each container a folder below the root, whatever its id', () => {
    const asked = { ...none, directories: ['/tmp/filesys'] };
    const folder = containerFolder('/srv/actions', '../../etc#1');
    expect(folder).toMatch(/^\/srv\/actions\/[0-9a-f]{32}$/);
    expect(containerFolder('/srv/actions', 'other#2')).not.toBe(folder);
    const codeFor = (requests: CapabilityRequests, policy: typeof open): string =>
      codeOf(() => {
        assertDirectoriesAllowed(requests, policy);
      });
    expect(codeFor(asked, open)).toBe('no error');
    expect(codeFor(none, closed)).toBe('no error');
    expect(codeFor(asked, closed)).toBe('WW_ERR_CAPABILITY_DENIED');
  });

  it('lets actions choose only what the operator lists', () => {
    expect(
      codeOf(() => {
        assertRuntimeAllowed('wasmer', open);
      }),
    ).toBe('no error');
    expect(
      codeOf(() => {
        assertRuntimeAllowed('wasmer', closed);
      }),
    ).toBe('WW_ERR_CAPABILITY_DENIED');
  });
});
