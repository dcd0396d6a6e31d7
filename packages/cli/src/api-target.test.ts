import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findApiTarget, type ApiTargetOptions } from './api-target.js';

const defaultKey = 'uuid:published';

/** A home of its own, with or without a file of `wsk property set`. */
function home(properties?: string): { readonly HOME: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-home-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  if (properties !== undefined) writeFileSync(path.join(folder, '.wskprops'), properties);
  return { HOME: folder };
}

function find(options: ApiTargetOptions, environment: Readonly<Record<string, string>>) {
  return findApiTarget(options, environment, defaultKey);
}

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  return undefined;
}

describe('findApiTarget', () => {
  it('means the standalone OpenWhisk on this machine when nobody says anything', () => {
    expect(find({}, home())).toEqual({
      url: 'http://127.0.0.1:3233',
      authKey: defaultKey,
      authSource: 'the published default',
    });
  });

  it('lets flags win over variables, and these over the file of wsk', () => {
    const environment = home('APIHOST=http://file:1\nAUTH=file:key\nAPIVERSION=v1\n');
    expect(find({}, environment)).toMatchObject({ url: 'http://file:1', authKey: 'file:key' });
    const variables = { ...environment, WHISK_APIHOST: 'http://variable:2', WHISK_AUTH: 'a:b' };
    expect(find({}, variables)).toMatchObject({
      url: 'http://variable:2',
      authSource: 'WHISK_AUTH',
    });
    const flags = { apihost: 'http://flag:3/', auth: 'c:d' };
    expect(find(flags, variables)).toEqual({
      url: 'http://flag:3',
      authKey: 'c:d',
      authSource: '--auth',
    });
  });

  it('reads the file that WSK_CONFIG_FILE names, and misses it when it is not there', () => {
    const file = path.join(home('AUTH=a:b\nKEY=x=y\n').HOME, '.wskprops');
    expect(find({}, { ...home(), WSK_CONFIG_FILE: file }).authKey).toBe('a:b');
    expect(codeOf(() => find({}, { ...home(), WSK_CONFIG_FILE: '/nonexistent' }))).toBe(
      'WW_ERR_CLI_FILE_MISSING',
    );
  });

  it.each([
    ['localhost:3233', 'http://localhost:3233'],
    ['127.0.0.1:1', 'http://127.0.0.1:1'],
    ['[::1]:1', 'http://[::1]:1'],
    ['whisk.example', 'https://whisk.example'],
    ['https://localhost:1', 'https://localhost:1'],
    ['HTTP://whisk.example/', 'http://whisk.example'],
    ['localhost.example', 'https://localhost.example'],
  ])('takes %s as %s', (apihost, url) => {
    expect(find({ apihost, auth: 'a:b' }, home()).url).toBe(url);
  });

  it('does not send the published key to other machines', () => {
    expect(codeOf(() => find({ apihost: 'whisk.example' }, home()))).toBe('WW_ERR_CLI_CREDENTIALS');
  });

  it('refuses what is no address, and does not repeat a password', () => {
    expect(codeOf(() => find({ apihost: 'http://' }, home()))).toBe('WW_ERR_CLI_USAGE');
    expect(() => find({ apihost: 'http://a:secret@b' }, home())).toThrow(/^(?!.*secret)/);
    expect(codeOf(() => find({ apihost: 'http://a:secret@b' }, home()))).toBe('WW_ERR_CLI_USAGE');
  });
});
