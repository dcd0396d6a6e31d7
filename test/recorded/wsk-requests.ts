import type { RecordedRequest } from './transcript.js';
import { annotationsOf } from './reply-fields.js';
import type { Exchange } from './wsk-command.js';

/* How `wsk` makes requests of a command: the recordings say whether this is right. */

/** The files that a command names, as `wsk` would send them. */
export type Files = ReadonlyMap<string, string>;

/** Gives requests one by one, and takes the reply to each. */
export type Requests = Generator<RecordedRequest, void, Exchange>;

/** How many values follow a flag; those that are not here are none of ours. */
const flagValues: ReadonlyMap<string, number> = new Map(
  Object.entries({
    '-p': 2,
    '--param': 2,
    '-a': 2,
    '--kind': 1,
    '--memory': 1,
    '--timeout': 1,
    '--logsize': 1,
    '--concurrency': 1,
    '--main': 1,
    '--sequence': 1,
    '--web': 1,
    '--web-secure': 1,
    '--limit': 1,
    '--skip': 1,
    '--save-as': 1,
    '-b': 0,
    '--blocking': 0,
    '-r': 0,
    '--result': 0,
    '--last': 0,
    '--strip': 0,
    '--full': 0,
    '--name-sort': 0,
    '--summary': 0,
    '--url': 0,
  }),
);

interface Parsed {
  readonly words: readonly string[];
  readonly flags: readonly (readonly [flag: string, ...values: string[]])[];
}

function parse(command: string): Parsed | undefined {
  const all = command.match(/<[^>]*>|\S+/g) ?? [];
  const words: string[] = [];
  const flags: [string, ...string[]][] = [];
  for (let index = 1; index < all.length; index += 1) {
    const word = all[index] ?? '';
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const count = flagValues.get(word);
    if (count === undefined) return undefined;
    flags.push([word, ...all.slice(index + 1, index + 1 + count)]);
    index += count;
  }
  return { words, flags };
}

/** The requests of a command; `undefined` for one that is not described here. */
export function requestsOf(command: string, files: Files): Requests | undefined {
  const parsed = parse(command);
  if (parsed === undefined) return undefined;
  const [noun, verb, name = ''] = parsed.words;
  switch (`${String(noun)} ${String(verb)}`) {
    case 'action create':
    case 'action update':
      return putAction(parsed, files);
    case 'action invoke':
      return invoke(parsed);
    case 'action get': {
      const code = String(has(parsed, '--save-as'));
      return once('GET', `actions/${shorten(name)}?code=${code}`);
    }
    case 'action delete':
      return once('DELETE', `actions/${name}`);
    case 'action list':
      return once('GET', `actions${name === '' ? '' : `/${name}/`}?${page(parsed)}`);
    case 'activation list':
      return once('GET', `activations?${activationPage(parsed)}`);
    case 'activation get':
      return readActivation(parsed, '');
    case 'activation logs':
    case 'activation result':
      return readActivation(parsed, `/${String(verb)}`);
    case 'trigger create':
      return once('PUT', `triggers/${name}?overwrite=false`, { name, ...lists(parsed) });
    case 'trigger fire':
      return once('POST', `triggers/${name}`, args(parsed));
    case 'rule create': {
      const [, , , trigger, action] = parsed.words;
      const references = { trigger: `/_/${String(trigger)}`, action: `/_/${String(action)}` };
      return once('PUT', `rules/${name}?overwrite=false`, { name, status: '', ...references });
    }
    default:
      return undefined;
  }
}

function request(method: string, path: string, body?: object): RecordedRequest {
  return {
    method,
    path: path.startsWith('/') ? path : `/api/v1/namespaces/_/${path}`,
    headers: {},
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

function* once(method: string, path: string, body?: object): Requests {
  yield request(method, path, body);
}

function* putAction(parsed: Parsed, files: Files): Requests {
  const [, verb, name = '', artifact] = parsed.words;
  const isUpdate = verb === 'update';
  const found = isUpdate ? yield request('GET', `actions/${name}?code=false`) : undefined;
  const { annotations, parameters } = lists(parsed);
  const web = webAnnotations(parsed);
  // With nothing else to go by, the annotations that are there are sent again.
  const kept = found?.status === 200 && web.length > 0 ? keptAnnotations(found) : [];
  const all = [...kept, ...(annotations ?? []), ...web];
  yield request('PUT', `actions/${name}?overwrite=${String(isUpdate)}`, {
    namespace: '_',
    name,
    ...exec(parsed, artifact, files),
    ...(all.length === 0 ? {} : { annotations: all }),
    ...(parameters === undefined ? {} : { parameters }),
    ...limits(parsed),
  });
}

function exec(parsed: Parsed, artifact: string | undefined, files: Files): object {
  const sequence = valueOf(parsed, '--sequence');
  if (sequence !== undefined) {
    const components = sequence.split(',').map((name) => `/_/${name}`);
    return { exec: { kind: 'sequence', components } };
  }
  if (artifact === undefined) return {};
  const main = valueOf(parsed, '--main');
  const code = files.get(artifact);
  // Only for the languages that wsk knows does the name of a file say the kind.
  const inferred = artifact.endsWith('.js') ? 'nodejs:default' : undefined;
  const kind = valueOf(parsed, '--kind') ?? inferred;
  return {
    exec: { kind, code, ...(main === undefined ? {} : { main }) },
  };
}

function limits(parsed: Parsed): object {
  const typed = [
    ['timeout', '--timeout'],
    ['memory', '--memory'],
    ['logs', '--logsize'],
    ['concurrency', '--concurrency'],
  ] as const;
  const found = typed.flatMap(([limit, flag]) => {
    const value = valueOf(parsed, flag);
    return value === undefined ? [] : [[limit, Number(value)] as const];
  });
  return found.length === 0 ? {} : { limits: Object.fromEntries(found) };
}

interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

function webAnnotations(parsed: Parsed): readonly KeyValue[] {
  const web = valueOf(parsed, '--web');
  if (web === undefined) return [];
  const secret = valueOf(parsed, '--web-secure');
  return [
    { key: 'web-export', value: true },
    { key: 'raw-http', value: web === 'raw' },
    { key: 'final', value: true },
    ...(secret === undefined ? [] : [{ key: 'require-whisk-auth', value: secret }]),
  ];
}

function keptAnnotations({ text }: Exchange): readonly KeyValue[] {
  return [...annotationsOf(JSON.parse(text))].map(([key, value]) => ({ key, value }));
}

function* invoke(parsed: Parsed): Requests {
  const name = parsed.words[2] ?? '';
  const result = has(parsed, '-r') || has(parsed, '--result');
  const blocking = result || has(parsed, '-b') || has(parsed, '--blocking');
  const [, namespace = '_', path = name] = /^\/([^/]+)\/(.*)$/.exec(name) ?? [];
  const query = `blocking=${String(blocking)}&result=${String(result)}`;
  yield request('POST', `/api/v1/namespaces/${namespace}/actions/${path}?${query}`, args(parsed));
}

function* readActivation(parsed: Parsed, part: string): Requests {
  let id = parsed.words[2];
  if (has(parsed, '--last')) {
    const { text } = yield request('GET', 'activations?limit=1&skip=0');
    id = (JSON.parse(text) as readonly { readonly activationId: string }[])[0]?.activationId;
  }
  yield request('GET', `activations/${String(id)}${part}`);
}

function page(parsed: Parsed): string {
  return `limit=${valueOf(parsed, '--limit') ?? '30'}&skip=${valueOf(parsed, '--skip') ?? '0'}`;
}

function activationPage(parsed: Parsed): string {
  const name = parsed.words[2];
  return [
    ...(has(parsed, '--full') ? ['docs=true'] : []),
    `limit=${valueOf(parsed, '--limit') ?? '30'}`,
    ...(name === undefined ? [] : [`name=${name}`]),
    `skip=${valueOf(parsed, '--skip') ?? '0'}`,
  ].join('&');
}

/** Arguments in the order of their names. */
function args(parsed: Parsed): object {
  const given = keyValues(parsed, '-p', '--param');
  const sorted = given.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  return Object.fromEntries(sorted.map(({ key, value }) => [key, value]));
}

function lists(parsed: Parsed): { annotations?: KeyValue[]; parameters?: KeyValue[] } {
  const annotations = keyValues(parsed, '-a');
  const parameters = keyValues(parsed, '-p', '--param');
  return {
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(parameters.length === 0 ? {} : { parameters }),
  };
}

function keyValues(parsed: Parsed, ...names: readonly string[]): KeyValue[] {
  return parsed.flags.flatMap(([flag, key = '', value = '']) =>
    names.includes(flag) ? [{ key, value: readValue(value) }] : [],
  );
}

/** A value is JSON, and if it is not, a text. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function valueOf(parsed: Parsed, flag: string): string | undefined {
  return parsed.flags.find(([name]) => name === flag)?.[1];
}

function has(parsed: Parsed, flag: string): boolean {
  return parsed.flags.some(([name]) => name === flag);
}

function shorten(name: string): string {
  return name.replace(/^\/_\//, '');
}
