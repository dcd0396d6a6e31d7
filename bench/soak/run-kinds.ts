import { randomBytes } from 'node:crypto';
import type { Kind } from './kind.ts';
import {
  expectBody,
  expectFailure,
  expectStatus,
  WrongAnswerError,
  type Session,
} from './session.ts';

/** Runs in containers that are there already: results, failures, waiting, ends from outside. */
export const runKinds: readonly Kind[] = [
  { name: 'result', weight: 360, act: (session) => add(session, '/resident-add') },
  {
    name: 'result of a component (jco)',
    weight: 30,
    act: (session) => add(session, '/resident-add-component'),
  },
  { name: 'result on wasmer', weight: 30, act: (session) => add(session, '/resident-add-wasmer') },
  { name: 'result echoed byte by byte', weight: 120, act: (session) => echo(session, 2048) },
  { name: 'result of up to 512 KB', weight: 5, act: (session) => echo(session, 512 * 1024) },
  { name: 'result with log', weight: 60, act: greet },
  {
    name: 'application error',
    weight: 60,
    act: async (session) => {
      const answer = await session.run('/resident-add', '{"param1":5}');
      expectBody(answer, '{"error":"Expected param2 to be present"}');
    },
  },
  {
    name: 'trap',
    weight: 40,
    act: async (session) => {
      const path = session.random.pick(['/resident-trap', '/resident-hash']);
      const answer = await session.run(path, '{}');
      expectFailure(answer, 502, 'WW_ERR_GUEST_TRAP', 'An error has occurred: ');
    },
  },
  {
    name: 'exit code',
    weight: 30,
    act: async (session) => {
      const code = session.random.integer(0, 3);
      const answer = await session.run('/resident-exit', `{"code":${String(code)}}`);
      if (code === 0) expectBody(answer, '{"exiting":true}');
      else expectFailure(answer, 502, 'WW_ERR_GUEST_EXIT', 'An error has occurred: ');
    },
  },
  {
    name: 'result that is no dictionary',
    weight: 30,
    act: async (session) => {
      const path = session.random.pick(['/resident-not-json', '/resident-string']);
      const answer = await session.run(path, '{}');
      expectFailure(answer, 502, 'WW_ERR_RESULT_INVALID', 'did not return a dictionary');
    },
  },
  {
    name: 'memory limit',
    weight: 10,
    act: async (session) => {
      const answer = await session.run('/resident-oom', '{}');
      expectFailure(answer, 502, 'WW_ERR_RUN_MEMORY_LIMIT', 'exhausted its memory');
    },
  },
  { name: 'log flood', weight: 4, act: flood },
  {
    name: 'guest that waits',
    weight: 120,
    act: async (session) => {
      const value = `{"ms":${String(session.random.integer(1, 40))}}`;
      expectBody(await session.run('/resident-sleep', value), value);
    },
  },
  {
    name: 'timeout of a loop',
    weight: 4,
    act: async (session) => {
      const answer = await session.run('/resident-spin', '{}', {
        namespace: `spinner-${session.id}`,
        deadlineEpochMs: Date.now() + 200,
      });
      expectFailure(answer, 502, 'WW_ERR_RUN_TIMEOUT', 'exceeded its time limits');
    },
  },
  {
    name: 'caller gone from a guest that waits',
    weight: 10,
    act: (session) =>
      session.abandon('/resident-sleep', '{"ms":30000}', session.random.integer(20, 100)),
  },
  {
    name: 'caller gone from a loop',
    weight: 1,
    act: (session) => session.abandon('/resident-spin', '{}', 100),
  },
];

async function add(session: Session, path: string): Promise<void> {
  const one = session.random.integer(-1_000_000, 1_000_000);
  const other = session.random.integer(-1_000_000, 1_000_000);
  const value = `{"param1":${String(one)},"param2":${String(other)}}`;
  expectBody(await session.run(path, value), `{"result":${String(one + other)}}`);
}

async function echo(session: Session, lengthMax: number): Promise<void> {
  const text = randomBytes(session.random.integer(0, lengthMax / 2)).toString('hex');
  const value = `{ "☃": "${text}", "n": 1.0, "n": 9007199254740993 }`;
  expectBody(await session.run('/resident-echo', value), value);
}

async function greet(session: Session): Promise<void> {
  const activationId = session.id;
  const answer = await session.run('/resident-greeting', `{"name":"${session.id}"}`, {
    activationId,
  });
  expectBody(answer, `{"greeting":"Hello, ${session.id}!"}`);
  await expectLog(session, `/resident-greeting/logs/${activationId}`, `Hello, ${session.id}!`);
}

async function flood(session: Session): Promise<void> {
  const activationId = session.id;
  const answer = await session.run('/resident-flood', '{"bytes":200000}', { activationId });
  expectBody(answer, '{"bytes":200000}');
  await expectLog(session, `/resident-flood/logs/${activationId}`, 'Logs were truncated');
}

/** The last line of an activation's log. */
async function expectLog(session: Session, path: string, text: string): Promise<void> {
  const answer = await session.client.get(path);
  expectStatus(answer, 200);
  const last = answer.body.trimEnd().split('\n').pop() ?? '';
  if (!last.includes(text)) throw new WrongAnswerError(`${path} ends with ${last.slice(0, 200)}`);
}
