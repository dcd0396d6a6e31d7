import { describe, expect, it } from 'vitest';
import { parseWebAddress } from './web-address.js';

describe('parseWebAddress', () => {
  it.each([
    ['guest/default/hello', 'guest', undefined, 'hello', 'http', ''],
    ['guest/default/hello.json', 'guest', undefined, 'hello', 'json', ''],
    ['guest/math/add.text/a/b', 'guest', 'math', 'add', 'text', '/a/b'],
    ['guest/math/add.html/', 'guest', 'math', 'add', 'html', '/'],
    ['guest/math/add.svg//x', 'guest', 'math', 'add', 'svg', '//x'],
    ['guest/default/index.php', 'guest', undefined, 'index.php', 'http', ''],
    ['guest/default/a.json.http', 'guest', undefined, 'a.json', 'http', ''],
    ['guest/default/a.JSON', 'guest', undefined, 'a.JSON', 'http', ''],
    ['guest/default/.json', 'guest', undefined, '', 'json', ''],
    ['guest/default/my%20action.json/%2F', 'guest', undefined, 'my action', 'json', '/%2F'],
    ['guest/default/a%2Fb.json', 'guest', undefined, 'a/b', 'json', ''],
  ])('reads %s', (path, namespace, inPackage, name, extension, rest) => {
    expect(parseWebAddress(path)).toEqual({
      address: { namespace, package: inPackage, name, extension },
      rest,
    });
  });

  it.each(['', 'guest', 'guest/default', 'guest/default%', '%ff/default/a', 'guest/default/%zz'])(
    'finds no action in %j',
    (path) => {
      expect(parseWebAddress(path)).toBeUndefined();
    },
  );
});
