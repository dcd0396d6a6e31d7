import { readExample, readGuest, toInitBody } from '../load/actions.ts';
import type { JsonClient } from '../load/json-client.ts';

/** Containers that live as long as the soak, by their ids, and the body of their `/init`. */
const residents: Readonly<Record<string, string>> = {
  'resident-add': toInitBody(readExample('add/build/add.wasm')),
  'resident-add-component': toInitBody(readExample('add-component/add.wasm')),
  'resident-add-wasmer': toInitBody(readExample('add/build/add.wasm'), { runtime: 'wasmer' }),
  'resident-hash': toInitBody(readExample('hash/hash.wasm')),
  ...Object.fromEntries(
    ['echo', 'greeting', 'trap', 'exit', 'not-json', 'string', 'oom', 'flood', 'sleep', 'spin'].map(
      (name) => [`resident-${name}`, toInitBody(readGuest(name))],
    ),
  ),
};

export async function createResidents(client: JsonClient): Promise<void> {
  for (const [id, body] of Object.entries(residents)) await client.postOk(`/${id}/init`, body);
}

export async function destroyResidents(client: JsonClient): Promise<void> {
  for (const id of Object.keys(residents)) await client.postOk(`/${id}/destroy`);
}
