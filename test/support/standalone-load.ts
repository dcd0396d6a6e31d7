import { expect } from 'vitest';
import { rawZip } from './archives.js';
import { guest } from './guests.js';
import { createApiClient, type ApiAnswer, type ApiClient } from './standalone-client.js';

const echo = guest('echo');
const sleep = guest('sleep');

/** What a server has promised by answering, to be looked for after it was killed. */
export interface Promises {
  /** Last version answered, by path below the namespace; `undefined`: deleted. */
  readonly entities: Map<string, number | undefined>;
  /** Number of the upload whose code was answered last, by name of the action. */
  readonly codes: Map<string, number>;
  /** Blocking answers: activation id and the argument that came back. */
  readonly done: Map<string, number>;
  /** Ids that were answered before the activation was over. */
  readonly accepted: Set<string>;
}

export function createPromises(): Promises {
  return { entities: new Map(), codes: new Map(), done: new Map(), accepted: new Set() };
}

export function countPromises({ entities, done, accepted }: Promises): number {
  return entities.size + done.size + accepted.size;
}

/** Creates, changes, deletes and invokes over one connection each, until the server is gone. */
export async function loadUntilGone(
  url: string,
  round: number,
  workers: number,
  promises: Promises,
): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      using client = createApiClient(url);
      for (let step = 1; ; step += 1) {
        try {
          await takeStep(client, `r${String(round)}-w${String(worker)}`, step, promises);
        } catch (error) {
          if (isConnectionError(error)) return;
          throw error;
        }
      }
    }),
  );
}

async function takeStep(
  client: ApiClient,
  prefix: string,
  step: number,
  promises: Promises,
): Promise<void> {
  const changed = `actions/${prefix}`;
  const parameters = [{ key: 'step', value: step }];
  // Its version and its parameter count the same writes.
  const put = await client.call('PUT', `${changed}?overwrite=true`, {
    parameters,
    ...(step === 1 ? { exec: { kind: 'wasm:0.1', code: echo.toString('base64') } } : {}),
  });
  promises.entities.set(changed, patchOf(ok(put, 200)));

  const short = `triggers/${prefix}-${String(step)}`;
  promises.entities.set(short, patchOf(ok(await client.call('PUT', short, { parameters }), 200)));

  const blocking = await client.invoke(prefix, { step }, 'blocking=true');
  const { activationId } = ok(blocking, 200) as { activationId: string };
  promises.done.set(activationId, step);

  // Every upload is other code, and the one before it goes.
  const coded = `${prefix}-code`;
  ok(await client.putAction(coded, codeOf(coded, step)), 200);
  promises.codes.set(coded, step);

  if (step === 1) {
    ok(await client.putAction(`${prefix}-slow`, sleep), 200);
    const components = [`/_/${prefix}`, `/_/${prefix}-slow`];
    const sequence = { exec: { kind: 'sequence', components } };
    ok(await client.call('PUT', `actions/${prefix}-steps`, sequence), 200);
    ok(await client.call('PUT', `triggers/${prefix}-fired`, {}), 200);
    const rule = { trigger: `/_/${prefix}-fired`, action: `/_/${prefix}` };
    ok(await client.call('PUT', `rules/${prefix}-rule`, rule), 200);
  }
  const fired = ok(await client.call('POST', `triggers/${prefix}-fired`, { step }), 202);
  promises.accepted.add(String(fired['activationId']));

  if (step % 4 === 1) {
    // Not over when the server is killed, if that happens soon.
    for (const name of [`${prefix}-slow`, `${prefix}-steps`]) {
      const slow = ok(await client.invoke(name, { ms: 5000 }, 'blocking=false'), 202);
      promises.accepted.add(String(slow['activationId']));
    }
  }

  const quick = ok(await client.invoke(prefix, { step }, 'blocking=false'), 202);
  promises.accepted.add(String(quick['activationId']));

  if (step % 3 === 0) {
    // Until that is answered nothing is promised of it.
    promises.entities.delete(short);
    ok(await client.call('DELETE', short), 200);
    promises.entities.set(short, undefined);
  }
}

function codeOf(name: string, step: number): Buffer {
  return rawZip([
    { name: 'action.wasm', content: echo },
    { name: 'upload.txt', content: Buffer.from(`${name} ${String(step)}`) },
  ]);
}

function ok(answer: ApiAnswer, status: number): Readonly<Record<string, unknown>> {
  expect({ status: answer.status, text: answer.text.slice(0, 300) }).toMatchObject({ status });
  return answer.object();
}

function patchOf(entity: Readonly<Record<string, unknown>>): number {
  return Number(String(entity['version']).split('.')[2]);
}

/** Whether the other side went away, which a killed server does. */
function isConnectionError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(code ?? '');
}

/** Looks for everything that was promised; says what is missing or wrong. */
export async function findBroken(client: ApiClient, promises: Promises): Promise<string[]> {
  const broken: string[] = [];
  for (const [path, version] of promises.entities) {
    const answer = await client.call('GET', path);
    const found = answer.status === 200 ? patchOf(answer.object()) : undefined;
    const fits =
      // The one write that was under way may have been written and not answered.
      version === undefined || path.startsWith('triggers/')
        ? found === version
        : found === version || found === version + 1;
    if (!fits || (found !== undefined && !isWhole(path, answer)))
      broken.push(`${path}: ${String(version)} was promised, found ${answer.text}`);
  }
  for (const [name, step] of promises.codes) {
    const found = (await client.call('GET', `actions/${name}`)).object()['exec'];
    const fits = [step, step + 1].some((upload) =>
      matches(found, { code: codeOf(name, upload).toString('base64') }),
    );
    const invoked = await client.invoke(name, { step });
    if (!fits || invoked.text !== JSON.stringify({ step }))
      broken.push(
        `code of ${name}: not that of upload ${String(step)}; it answers ${invoked.text}`,
      );
  }
  for (const [id, step] of promises.done) {
    const answer = await client.call('GET', `activations/${id}`);
    const result = { response: { success: true, result: { step } } };
    if (answer.status !== 200 || !matches(answer.object(), result))
      broken.push(`blocking ${id} of step ${String(step)}: ${answer.text}`);
  }
  for (const id of promises.accepted) {
    const answer = await client.call('GET', `activations/${id}`);
    const outcomes = ['success', 'whisk internal error'].map((status) => ({
      response: { status },
    }));
    if (answer.status !== 200 || !outcomes.some((outcome) => matches(answer.object(), outcome)))
      broken.push(`accepted ${id}: ${answer.text}`);
  }
  return broken;
}

/** How many activations of a round were accepted, and had no time to end. */
export async function countCutOff(client: ApiClient, round: number): Promise<number> {
  const path = `activations?name=r${String(round)}-w0-slow&limit=200`;
  const records = (await client.call('GET', path)).json() as { readonly statusCode: number }[];
  return records.filter(({ statusCode }) => statusCode === 3).length;
}

/** Components of sequences whose sequence has no record, by activation id. */
export async function findOrphans(client: ApiClient): Promise<readonly string[]> {
  const orphans: string[] = [];
  for (let skip = 0; ; skip += 200) {
    const answer = await client.call('GET', `activations?limit=200&skip=${String(skip)}`);
    const page = answer.json() as { readonly activationId: string; readonly cause?: string }[];
    for (const { activationId, cause } of page)
      if (cause !== undefined && (await client.call('GET', `activations/${cause}`)).status !== 200)
        orphans.push(activationId);
    if (page.length < 200) return orphans;
  }
}

/** Whether version and parameter of an entity are of the same write. */
function isWhole(path: string, answer: ApiAnswer): boolean {
  const { parameters, version } = answer.object() as {
    parameters: readonly { readonly key: string; readonly value: number }[];
    version: string;
  };
  const step = parameters.find(({ key }) => key === 'step')?.value;
  if (path.startsWith('triggers/')) return path.endsWith(`-${String(step)}`);
  return version === `0.0.${String(step)}`;
}

function matches(found: unknown, wanted: object): boolean {
  try {
    expect(found).toMatchObject(wanted);
    return true;
  } catch {
    return false;
  }
}
