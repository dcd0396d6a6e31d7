import { describe, expect, it } from 'vitest';
import { assertImports } from './link.js';

describe('assertImports', () => {
  it('accepts what the host offers', () => {
    assertImports([
      { interfaceName: 'wasi:io/poll', members: ['Pollable', 'poll'] },
      { interfaceName: 'wasi:sockets/tcp-create-socket', members: ['createTcpSocket'] },
    ]);
  });

  it.each([
    [{ interfaceName: 'local:absent/host', members: [] }, 'local:absent/host'],
    [{ interfaceName: 'wasi:cli/environment@0.3.0', members: [] }, 'wasi:cli/environment@0.3.0'],
    [{ interfaceName: 'wasi:io/poll', members: ['pollForever'] }, 'pollForever'],
  ])('names what is missing', (missing, name) => {
    expect(() => {
      assertImports([missing]);
    }).toThrow(
      expect.objectContaining({
        code: 'WW_ERR_GUEST_LINK',
        message: expect.stringContaining(name) as string,
      }),
    );
  });
});
