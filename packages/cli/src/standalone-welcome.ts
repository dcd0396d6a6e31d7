import { isLoopback } from '@wasmwhisk/executor';
import type { Standalone } from '@wasmwhisk/standalone';
import { isPublishedKey } from './published-keys.js';
import { version } from './version.js';

/** What a person is told once it listens: where, what is kept, how to use it, and what is dangerous. */
export function formatWelcome(url: string, { services }: Standalone): string {
  const { server, storage } = services.config;
  const guest = services.users.find('guest')?.authKey;
  const auth =
    guest !== undefined && isPublishedKey(guest) ? guest : '"$(wasmwhisk user get NAME)"';
  const lines = [
    `wasmwhisk ${version}: OpenWhisk on ${url}, with a page for browsers`,
    storage.dataFolder === ''
      ? 'Nothing is kept: all of it goes with this process.'
      : `Everything is kept in ${storage.dataFolder}`,
    '',
    // A key of the user's own is not printed: terminals are recorded and shared.
    `  wsk property set --apihost ${url} --auth ${auth}`,
    '  wasmwhisk deploy FILE.wasm',
    '',
    'Ctrl-C ends it.',
  ];
  if (
    !isLoopback(server.host) &&
    services.users.list().some(({ authKey }) => isPublishedKey(authKey))
  )
    lines.push(
      '',
      `Warning: ${server.host} can be reached from other machines, and the keys of guest and whisk.system are`,
      'known to everybody: whoever reaches this port can run code here. Make users of your own',
      "('wasmwhisk user create NAME') and delete these two, or listen on 127.0.0.1.",
    );
  return `${lines.join('\n')}\n`;
}
