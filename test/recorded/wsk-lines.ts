import { annotationsOf, fields, list, text } from './reply-fields.js';
import { invokedLine, type Exchange, type WskCommand } from './wsk-command.js';

/** What is printed. */
export interface Printed {
  /** Lines that are no JSON; several blanks stand as one. */
  readonly lines: readonly string[];
  /** JSON documents, in the order in which they are printed. */
  readonly documents: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;

/** What is printed when every reply was good. @throws Error where `wsk` itself would crash */
export function printSuccess(command: WskCommand, exchanges: readonly Exchange[]): Printed {
  const reply = parse(exchanges.at(-1));
  const { noun, verb } = command;
  switch (noun) {
    case 'action':
      return printAction(command, reply);
    case 'activation':
      return printActivation(command, reply);
    case 'namespace':
      return verb === 'list'
        ? lines('namespaces', ...list(reply).map(String))
        : printNamespace(exchanges);
    case 'property':
      return printProperty(command, exchanges);
    case 'api':
      return printApi(command, reply);
    case 'package':
    case 'trigger':
    case 'rule':
      return printOther(command, exchanges);
    default:
      throw new Error(`not described: wsk ${noun} ${verb}`);
  }
}

function printAction(command: WskCommand, reply: unknown): Printed {
  const { verb, name } = command;
  const path = command.words[3] === '/_/pk/add' ? 'pk/add' : name;
  switch (verb) {
    case 'list':
      return lines('actions', ...list(reply).map((item) => `${shown(item)} ${kindOf(item)}`));
    case 'invoke': {
      if (command.has('-r', '--result')) return { lines: [], documents: [reply] };
      const line = invokedLine(command, fields(reply));
      return command.has('-b', '--blocking') ? { lines: [line], documents: [reply] } : lines(line);
    }
    case 'get':
      if (command.has('--summary')) return summary('action', fields(reply));
      if (command.has('--url')) return lines(`ok: got action ${path}`, `<api host>${url(reply)}`);
      if (command.has('--save-as')) {
        // A pointer that is not set ends the program.
        if (typeof fields(fields(reply)['exec'])['binary'] !== 'boolean')
          throw crash('exec.binary');
        return lines(`ok: saved action code to ${command.words.at(-1) ?? ''}`);
      }
      return { lines: [`ok: got action ${path}`], documents: [reply] };
    default:
      return lines(`ok: ${verb}${verb.endsWith('e') ? 'd' : 'ed'} action ${name}`);
  }
}

function printActivation(command: WskCommand, reply: unknown): Printed {
  const id = command.has('--last') ? '<activation id>' : command.name;
  switch (command.verb) {
    case 'list':
      return command.has('--full')
        ? { lines: ['activations'], documents: list(reply).map(withStatusCode) }
        : lines(
            'Datetime Activation ID Kind Start Duration Status Entity',
            ...list(reply).map(activationRow),
          );
    case 'get':
      return { lines: [`ok: got activation ${id}`], documents: [withStatusCode(fields(reply))] };
    case 'logs':
      return lines(...list(fields(reply)['logs']).map((line) => logLine(command, line)));
    case 'result':
      return { lines: [], documents: [fields(reply)['result']] };
    case 'poll':
      for (const item of list(reply)) list(fields(item)['logs']);
      return lines('Enter Ctrl-c to exit.', 'Polling for activation logs');
    default:
      throw new Error(`not described: wsk activation ${command.verb}`);
  }
}

const statusWords = ['success', 'application error', 'developer error', 'internal error'];
const statusTexts = [
  'success',
  'application error',
  'action developer error',
  'whisk internal error',
];

function activationRow(item: unknown): string {
  const { activationId, start, end, duration, statusCode, namespace, name, version } = fields(item);
  const annotations = annotationsOf(item);
  const kind = annotations.get('kind') ?? 'unknown';
  if (typeof kind !== 'string') throw crash('the annotation kind');
  if (typeof start !== 'number') throw crash('start');
  const time = duration === undefined || duration === 0 ? 0 : Number(end) - start;
  return [
    new Date(start).toISOString().slice(0, 19).replace('T', ' '),
    activationId,
    kind,
    annotations.has('initTime') ? 'cold' : 'warm',
    `${String(time)}ms`,
    statusWords[Number(statusCode)],
    `${String(namespace)}/${String(name)}:${String(version)}`,
  ].join(' ');
}

/** `wsk` adds the number that belongs to the text of the status. */
function withStatusCode(item: unknown): Fields {
  const record = fields(item);
  const response = fields(record['response']);
  const statusCode = statusTexts.indexOf(String(response['status']));
  return { ...record, statusCode, response: { ...response, statusCode } };
}

function logLine(command: WskCommand, line: unknown): string {
  const text = String(line);
  if (!command.has('--strip')) return text;
  return text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z +(?:stdout|stderr): /, '');
}

function printOther(command: WskCommand, exchanges: readonly Exchange[]): Printed {
  const { noun, verb, name } = command;
  const reply = parse(exchanges.at(-1));
  switch (verb) {
    case 'list':
      if (noun !== 'rule') return lines(`${noun}s`, ...list(reply).map(shown));
      // Each rule is asked for by itself, because a list says nothing of its status.
      return lines(
        'rules',
        ...exchanges.slice(1).map((one) => `${shown(parse(one))} ${text(parse(one), 'status')}`),
      );
    case 'get':
      if (command.has('--summary')) return summary(noun, fields(reply));
      return { lines: [`ok: got ${noun} ${name}`], documents: [reply] };
    case 'bind':
      return lines(`ok: created binding ${command.words[4] ?? ''}`);
    case 'fire': {
      const id = exchanges.at(-1)?.status === 204 ? '' : text(reply, 'activationId');
      return lines(`ok: triggered /_/${name} with id ${id}`.trim());
    }
    case 'status':
      return lines(`ok: rule ${name} is ${text(reply, 'status')}`);
    case 'create':
      if (!command.has('--feed')) return lines(`ok: created ${noun} ${name}`);
      return {
        lines: [
          `ok: invoked ${command.words[5] ?? ''} with id ${text(reply, 'activationId')}`,
          `ok: created ${noun} ${name}`,
        ],
        documents: [reply],
      };
    default:
      return lines(`ok: ${verb}d ${noun} ${name}`);
  }
}

function printNamespace(exchanges: readonly Exchange[]): Printed {
  const of = (collection: string): readonly unknown[] =>
    list(parse(exchanges.find(({ path }) => path.includes(`/${collection}?`))));
  return lines(
    'Entities in namespace: default',
    'packages',
    ...of('packages').map(shown),
    'actions',
    ...of('actions').map((item) => `${shown(item)} ${kindOf(item)}`),
    'triggers',
    ...of('triggers').map(shown),
    'rules',
    ...of('rules').map(shown),
  );
}

/** Only what comes from replies; the rest is the client's own. */
function printProperty(command: WskCommand, exchanges: readonly Exchange[]): Printed {
  const [namespace] = list(parse(exchanges.find(({ path }) => path.endsWith('/namespaces'))) ?? []);
  const api = parse(exchanges.find(({ path }) => path.endsWith('/v1')));
  const all = !command.words.some((word) => /^--(?!all)/.test(word));
  const rows: string[] = [];
  if (all || command.has('--namespace')) {
    if (typeof namespace !== 'string') throw crash('the first namespace');
    rows.push(`whisk namespace\t\t${namespace}`);
  }
  if (all || command.has('--apibuild')) rows.push(`whisk API build\t\t${text(api, 'build')}`);
  if (all || command.has('--apibuildno'))
    rows.push(`whisk API build number\t${text(api, 'buildno')}`);
  return lines(...rows);
}

function printApi(command: WskCommand, reply: unknown): Printed {
  const [, , verb, base = '', path = '', method = '', action = ''] = command.words;
  switch (verb) {
    case 'create':
      return lines(
        `ok: created API ${base}${path} ${method.toUpperCase()} for action /_/${action}`,
        `${text(reply, 'gwApiUrl')}${path}`,
      );
    case 'delete':
      return lines(
        path.startsWith('/')
          ? `ok: deleted ${path} ${method.toUpperCase()} from ${base}`
          : `ok: deleted API ${base}`,
      );
    case 'get': {
      const [first] = list(fields(reply)['apis']);
      return { lines: [], documents: [fields(fields(first)['value'])['apidoc']] };
    }
    default:
      return lines(
        'ok: APIs',
        'Action Verb API Name URL',
        ...list(fields(reply)['apis']).flatMap((api) => apiRows(fields(fields(api)['value']))),
      );
  }
}

function apiRows(api: Fields): readonly string[] {
  const apidoc = fields(api['apidoc']);
  const title = text(apidoc['info'], 'title');
  return Object.entries(fields(apidoc['paths'])).flatMap(([path, methods]) =>
    Object.entries(fields(methods)).map(([method, operation]) => {
      const target = fields(operation)['x-openwhisk'];
      if (text(operation, 'operationId') === '' || text(target, 'url') === '')
        throw crash('operationId and url');
      const action = [text(target, 'namespace'), text(target, 'package'), text(target, 'action')];
      return `/${action.join('/')} ${method} ${title} ${text(api, 'gwApiUrl')}${path}`;
    }),
  );
}

function summary(noun: string, entity: Fields): Printed {
  const names = list(entity['parameters']).map((parameter) => `*${text(parameter, 'key')}`);
  const described = annotationsOf(entity).get('description');
  const plain = names.map((name) => name.slice(1)).join(', ');
  const what =
    typeof described === 'string' ? described : `Returns a result based on parameter ${plain}`;
  return lines(`${noun} ${pathOf(entity)}: ${what}`, `(parameters: ${names.join(', ')})`);
}

/** A line of a list. */
function shown(item: unknown): string {
  const isPublic = fields(item)['publish'];
  if (typeof isPublic !== 'boolean') throw new Error('publish is missing');
  return `${pathOf(item)} ${isPublic ? 'shared' : 'private'}`;
}

function pathOf(item: unknown): string {
  return `/${text(item, 'namespace')}/${text(item, 'name')}`;
}

function url(item: unknown): string {
  return `/api/v1/namespaces/${text(item, 'namespace')}/actions/${text(item, 'name')}`;
}

function kindOf(item: unknown): string {
  const kind = annotationsOf(item).get('exec');
  if (typeof kind !== 'string') throw crash('the annotation exec');
  return kind;
}

function crash(what: string): Error {
  return new Error(`wsk crashes: ${what} is missing or of another type`);
}

function lines(...texts: readonly string[]): Printed {
  return { lines: texts, documents: [] };
}

function parse(exchange: Exchange | undefined): unknown {
  return exchange === undefined || exchange.text === '' ? undefined : JSON.parse(exchange.text);
}
