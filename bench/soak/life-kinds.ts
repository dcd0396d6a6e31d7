import AdmZip from 'adm-zip';
import { asNewArtifact, readExample, readGuest, toInitBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import type { Kind } from './kind.ts';
import { expectBody, expectFailure, expectStatus, type Session } from './session.ts';

const add = readExample('add/build/add.wasm');
const addInit = toInitBody(add);
const greetingInit = toInitBody(readGuest('greeting'));
const sleepInit = toInitBody(readGuest('sleep'));
const readFileGuest = readGuest('readfile');

/** Containers that come and go, and requests that are refused. */
export const lifeKinds: readonly Kind[] = [
  {
    name: 'init, run, destroy of a known artifact',
    weight: 40,
    act: (session) => live(session, session.random.pick([addInit, greetingInit])),
  },
  {
    name: 'init, run, destroy of a new artifact',
    weight: 5,
    act: (session) => live(session, toInitBody(asNewArtifact(add))),
  },
  { name: 'archive with a file, read by the guest', weight: 5, act: liveWithFile },
  { name: 'container with a port of its own (/start)', weight: 5, act: liveOnPort },
  { name: 'destroyed while a guest waits', weight: 5, act: destroyWhileRunning },
  { name: 'bad init', weight: 30, act: initBadly },
  {
    name: 'run without init',
    weight: 5,
    act: async (session) => {
      const answer = await session.client.post(`/${session.id}/run`, '{"value":{}}');
      expectFailure(answer, 500, 'WW_ERR_CONTAINER_UNINITIALIZED', 'no action defined yet');
    },
  },
  {
    name: 'run with a bad body',
    weight: 5,
    act: async (session) => {
      const text = await session.client.post('/resident-add/run', '{"value":"text"}');
      expectFailure(text, 404, 'WW_ERR_REQUEST_NOT_DICTIONARY');
      const cut = await session.client.post('/resident-add/run', '{"value":{"par');
      expectFailure(cut, 400, 'WW_ERR_REQUEST_UNREADABLE');
    },
  },
];

async function live(session: Session, initBody: string): Promise<void> {
  const path = `/${session.id}`;
  expectBody(await session.client.post(`${path}/init`, initBody), '{"ok":true}');
  const answer = await session.run(path, `{"param1":1,"param2":2,"name":"x"}`);
  expectBody(answer, initBody === greetingInit ? '{"greeting":"Hello, x!"}' : '{"result":3}');
  await session.destroy(path);
}

async function liveWithFile(session: Session): Promise<void> {
  const path = `/${session.id}`;
  const archive = new AdmZip();
  archive.addFile('main.wasm', readFileGuest);
  archive.addFile('test.txt', Buffer.from(`of ${session.id}`));
  const initBody = toInitBody(archive.toBuffer());
  expectBody(await session.client.post(`${path}/init`, initBody), '{"ok":true}');
  expectBody(await session.run(path, '{}'), `{"content":"of ${session.id}"}`);
  await session.destroy(path);
}

async function liveOnPort(session: Session): Promise<void> {
  const started = await session.client.post('/start');
  expectStatus(started, 200);
  const { port } = JSON.parse(started.body) as { readonly port: number };
  await using client = new JsonClient(`http://127.0.0.1:${String(port)}`, 1);
  expectBody(await client.post('/init', addInit), '{"ok":true}');
  session.onRun();
  expectBody(await client.post('/run', '{"value":{"param1":1,"param2":2}}'), '{"result":3}');
  expectStatus(await client.post('/destroy'), 200);
}

async function destroyWhileRunning(session: Session): Promise<void> {
  const path = `/${session.id}`;
  expectBody(await session.client.post(`${path}/init`, sleepInit), '{"ok":true}');
  const running = session.run(path, '{"ms":30000}', { namespace: session.id });
  const [answer] = await Promise.all([running, destroySoon(session, path)]);
  expectFailure(answer, 502, 'WW_ERR_RUN_ABORTED', 'destroyed');
}

/** Long enough for the run to have begun: nothing tells that a guest waits before it has written something. */
async function destroySoon(session: Session, path: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, session.random.integer(100, 200)));
  await session.destroy(path);
}

interface BadInit {
  readonly body: string;
  readonly status: number;
  readonly code: string;
}

const badInits: readonly BadInit[] = [
  { body: '{"value":{}}', status: 403, code: 'WW_ERR_CODE_MISSING' },
  { body: '{"value":{"code":', status: 400, code: 'WW_ERR_REQUEST_UNREADABLE' },
  { body: '{"value":{"code":7}}', status: 400, code: 'WW_ERR_REQUEST_UNREADABLE' },
  { body: toInitBody(cutArchive()), status: 502, code: 'WW_ERR_CODE_INVALID' },
  { body: toInitBody(Buffer.from('no module at all')), status: 502, code: 'WW_ERR_CODE_INVALID' },
  { body: toInitBody(readGuest('unlinkable')), status: 502, code: 'WW_ERR_GUEST_LINK' },
  { body: toInitBody(readGuest('needs-http')), status: 502, code: 'WW_ERR_CAPABILITY_DENIED' },
];

function cutArchive(): Buffer {
  const archive = new AdmZip();
  archive.addFile('main.wasm', add);
  return archive.toBuffer().subarray(0, 2000);
}

async function initBadly(session: Session): Promise<void> {
  const { body, status, code } = session.random.pick(badInits);
  const path = `/${session.id}`;
  expectFailure(await session.client.post(`${path}/init`, body), status, code);
  await session.destroy(path);
}
