import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import {
  containerClient,
  type ContainerClient,
  type InitFields,
} from './support/container-client.js';
import { guest } from './support/guests.js';
import type { RawAnswer } from './support/raw-http.js';
import { startService, startSingle } from './support/test-executor.js';

/* The same answers by every protocol: only who holds the container and where logs go differs. */

interface Conversation {
  readonly title: string;
  readonly hold: (container: ContainerClient) => Promise<readonly RawAnswer[]>;
}

/** One `/init`, then runs with these arguments. */
function conversation(title: string, init: InitFields, runs: readonly unknown[]): Conversation {
  return {
    title,
    hold: async (container) => {
      const answers = [await container.init(init)];
      for (const args of runs) answers.push(await container.run(args));
      return answers;
    },
  };
}

const conversations: readonly Conversation[] = [
  conversation('an echo', { code: zip({ exec: guest('echo') }) }, [{ a: 1 }, ['b'], {}, 'text', 7]),
  conversation('a string for a result', { code: guest('string') }, [{}]),
  conversation('a result that is no JSON', { code: guest('not-json') }, [{}]),
  conversation('an error of the application', { code: guest('apperr') }, [{}]),
  conversation('an Err with and without reason', { code: guest('err') }, [{ reason: 1 }, {}]),
  conversation('a trap', { code: guest('trap') }, [{}, {}]),
  conversation('an exit code', { code: guest('exit') }, [{ code: 0 }, { code: 9 }]),
  conversation('nothing', { code: guest('nothing') }, [{}]),
  conversation('another entry', { code: guest('niam'), main: 'niam' }, [{ a: 1 }]),
  conversation('no code', { code: null }, [{}]),
  conversation('code that is no module', { code: 'text' }, [{}]),
  conversation('an import that nobody has', { code: guest('unlinkable') }, [{}]),
  {
    title: 'bodies that are no requests',
    hold: async (container) => [
      await container.post('/init', 'XXX'),
      await container.post('/init', '{}'),
      await container.post('/init', '{"value":[]}'),
      await container.post('/run', 'XXX'),
      await container.init({ code: guest('echo') }),
      await container.init({ code: guest('echo') }),
      await container.post('/run', 'XXX'),
      await container.post('/run', ''),
    ],
  },
];

/** All of an answer but its date. */
const shown = ({ head, text }: RawAnswer): readonly string[] => [
  head.replace(/\r\nDate: .*/i, ''),
  text,
];

describe('every protocol answers alike', () => {
  it.each(conversations)('about $title', async ({ hold }) => {
    await using single = await startSingle();
    await using service = await startService();
    const started = (await service.call({ path: '/start' })).json() as { port: number };
    const [bySingle, byId, byPort] = [
      await hold(single.container),
      await hold(service.container()),
      await hold(containerClient(started.port)),
    ];
    expect(byId.map(shown)).toEqual(bySingle.map(shown));
    expect(byPort.map(shown)).toEqual(bySingle.map(shown));
  });
});
