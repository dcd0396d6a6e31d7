import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultDataFolder } from './data-folder.js';

describe('defaultDataFolder', () => {
  it.each([
    [{ XDG_DATA_HOME: '/data', HOME: '/me' }, '/data/wasmwhisk'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/me' }, '/me/.local/share/wasmwhisk'],
    [{ XDG_DATA_HOME: '', HOME: '/me' }, '/me/.local/share/wasmwhisk'],
    [{}, path.join(homedir(), '.local/share/wasmwhisk')],
  ])('of %j is %s', (environment, folder) => {
    expect(defaultDataFolder(environment)).toBe(folder);
  });
});
