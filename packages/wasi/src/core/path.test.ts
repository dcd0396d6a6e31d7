import { describe, expect, it } from 'vitest';
import { type WasiError } from './errno.js';
import { parsePath, pathLengthMax } from './path.js';

describe('parsePath', () => {
  it.each([
    ['a', ['a'], false],
    ['a/b', ['a', 'b'], false],
    ['./a//b', ['a', 'b'], false],
    ['a/', ['a'], true],
    ['a/.', ['a'], true],
    ['a/..', ['a', '..'], true],
    ['.', [], true],
    ['..', ['..'], true],
    ['..a', ['..a'], false],
    ['a/...', ['a', '...'], false],
    ['a/b.', ['a', 'b.'], false],
  ])('takes %j apart', (path, components, mustBeDirectory) => {
    expect(parsePath(path)).toEqual({ components, mustBeDirectory });
  });

  it.each([
    ['', 'ENOENT'],
    ['/', 'EPERM'],
    ['/etc/passwd', 'EPERM'],
    ['a\0b', 'EINVAL'],
    ['x'.repeat(pathLengthMax + 1), 'ENAMETOOLONG'],
  ])('refuses %j', (path, errno) => {
    expect(() => parsePath(path)).toThrow(expect.objectContaining({ errno }) as WasiError);
  });
});
