import { describe, expect, it } from 'vitest';
import { EntryTree } from './entry-tree.js';
import { defaultIntakeLimits } from './limits.js';

const newTree = (limits: Partial<typeof defaultIntakeLimits> = {}): EntryTree =>
  new EntryTree({ ...defaultIntakeLimits, ...limits });

describe('names of entries', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['./a/./b.txt', 'a/b.txt'],
    ['a//b', 'a/b'],
    ['ünï/❄.txt', 'ünï/❄.txt'],
    ['..a/b..', '..a/b..'],
    ['with space', 'with space'],
  ])('become normal: %j is %j', (name, path) => {
    expect(newTree().addFile(name)).toBe(path);
  });

  it.each(
    (
      [
        ['../a', 'leads out'],
        ['a/../../b', 'leads out'],
        ['a/../b', 'leads out'],
        ['..', 'leads out'],
        ['/etc/passwd', 'absolute'],
        ['C:/a', 'absolute'],
        ['c:a', 'absolute'],
        ['a\\b', 'backslash'],
        ['a\0b', 'control character'],
        ['a\nb', 'control character'],
        ['', 'names no file'],
        ['.', 'names no file'],
        ['a'.repeat(1025), 'longer than 1024'],
        ['❄'.repeat(342), 'longer than 1024'],
        ['a'.repeat(256), 'part longer than 255'],
        [`${'d/'.repeat(32)}a`, 'deeper than 32'],
      ] satisfies [string, string][]
    ).map(([name, reason]) => ({ name, reason, shown: JSON.stringify(name.slice(0, 20)) })),
  )('that are unsafe are refused: $shown', ({ name, reason }) => {
    expect(() => newTree().addFile(name)).toThrow(
      expect.objectContaining({
        fault: 'entry-name',
        message: expect.stringContaining(reason) as string,
      }),
    );
  });

  it('stay short in a message', () => {
    expect(() => newTree().addFile('/'.repeat(1000))).toThrow(/^.{1,200}$/);
  });

  it.each([
    ['the same file', ['a', 'a']],
    ['the same file by another spelling', ['a/b', './a//b']],
    ['a file and then a folder', ['a', 'a/b']],
    ['a folder and then a file', ['a/b', 'a']],
  ])('may not mean %s', (_case, [first = '', second = '']) => {
    const tree = newTree();
    tree.addFile(first);
    expect(() => tree.addFile(second)).toThrow(
      expect.objectContaining({ fault: 'archive-ambiguous' }),
    );
  });

  it('may mention a folder again', () => {
    const tree = newTree();
    tree.addFolder('a/');
    tree.addFolder('./a');
    expect(tree.addFile('a/b')).toBe('a/b');
  });

  it('are counted with the folders they imply', () => {
    const tree = newTree({ entries: 5 });
    tree.addFile('a/b/c');
    tree.addFile('a/b/d');
    tree.addFile('a/e');
    expect(() => tree.addFile('f')).toThrow(expect.objectContaining({ fault: 'archive-limit' }));
  });
});
