import { canned, statusNumber, zipKept, type ExpectedCommand } from './expected.js';

const kinds = 'we serve no containers: 400 names the kinds that there are';
const damaged = 'wsk reads .wasm as text and destroys it: the upload is refused with the remedy';
const warm = 'the stand-in called every run cold';
const unsupported = [400] as const;

const twoLines =
  'the guest logs two lines; one of stdout is held back until it is known not to be the result';
const addedLogs = ['<time> stdout: hello stdout', '<time> stderr: hello stderr'];
/** The recorded commands about actions and activations, in order. The action `add` holds a guest that logs two lines and answers its arguments. */
export const wskExpectedOfActions: readonly ExpectedCommand[] = [
  ['wsk action create add add.zip --kind wasm:0.1', { statuses: [200] }],
  ['wsk action create add add.zip --kind wasm:0.1', { statuses: [409] }],
  [
    'wsk action update add add.zip --kind wasm:0.1 --memory 128 --timeout 10000 --logsize 1 -p x 1 -a note hi',
    { statuses: [200, 200] },
  ],
  ['wsk action update add --param y 2', { statuses: [200, 200] }],
  [
    'wsk action get add',
    {
      statuses: [200],
      document: {
        namespace: 'guest',
        name: 'add',
        version: '0.0.3',
        exec: { kind: 'wasm:0.1', binary: true },
        parameters: [{ key: 'y', value: 2 }],
        limits: { timeout: 10_000, memory: 128, logs: 1, concurrency: 1 },
      },
      lacks: ['exec.code'],
      why: zipKept,
    },
  ],
  ['wsk action get add --summary', { statuses: [200] }],
  ['wsk action get add --url', { statuses: [200] }],
  ['wsk action get add --save-as saved.zip', { statuses: [200] }],
  ['wsk action list', { statuses: [200] }],
  [
    'wsk action list --limit 5 --skip 1 --name-sort',
    { statuses: [200], lines: ['actions'], why: 'the stand-in skipped nothing' },
  ],
  ['wsk action invoke add -b -r -p a 2', { statuses: [200], document: { a: 2, y: 2 } }],
  [
    'wsk action invoke add -r -p a 2 -p s text -p j {"k":[1]}',
    { statuses: [200], document: { a: 2, j: { k: [1] }, s: 'text', y: 2 } },
  ],
  [
    'wsk action invoke add -b -p a 2',
    {
      statuses: [200],
      document: {
        name: 'add',
        version: '0.0.3',
        subject: 'guest',
        response: { status: 'success', success: true, result: { a: 2, y: 2 } },
      },
      lacks: ['annotations.initTime', 'response.statusCode'],
      why: `${warm}; ${statusNumber}`,
    },
  ],
  ['wsk action invoke add', { statuses: [202] }],
  ['wsk action invoke add -p a 2', { statuses: [202] }],
  [
    'wsk activation get <activation id>',
    {
      statuses: [200],
      document: { statusCode: 0, response: { result: { a: 2, y: 2 } } },
      lacks: ['annotations.initTime'],
      why: warm,
    },
  ],
  [
    'wsk activation get --last',
    { statuses: [200, 200], lacks: ['annotations.initTime'], why: warm },
  ],
  [
    'wsk activation list',
    {
      statuses: [200],
      lines: [
        'Datetime Activation ID Kind Start Duration Status Entity',
        ...Array.from({ length: 5 }, (_, index) =>
          ['<time> <activation id> wasm:0.1', index === 4 ? 'cold' : 'warm']
            .concat('<n>ms success guest/add:0.0.3')
            .join(' '),
        ),
      ],
      why: canned,
    },
  ],
  [
    'wsk activation list add --limit 3 --full',
    { statuses: [200], lacks: ['annotations.initTime'], why: warm },
  ],
  [
    'wsk activation logs <activation id>',
    { statuses: [200], lines: addedLogs, anyOrder: true, why: twoLines },
  ],
  [
    'wsk activation logs --last --strip',
    {
      statuses: [200, 200],
      lines: ['hello stdout', 'hello stderr'],
      anyOrder: true,
      why: twoLines,
    },
  ],
  ['wsk activation result <activation id>', { statuses: [200], document: { a: 2, y: 2 } }],
  ['wsk activation result --last', { statuses: [200, 200], document: { a: 2, y: 2 } }],
  ['wsk activation poll --exit 3', { statuses: [200, 200, 200] }],
  ['wsk activation poll add --exit 3 --since-minutes 5', { statuses: [200, 200] }],
  refused('wsk action create dadd exec.sh --docker openwhisk/dockerskeleton', kinds),
  refused('wsk action create dadd2 --docker myrepo/img', kinds),
  refused('wsk action create nadd nativebin --native', kinds),
  ['wsk action create cadd add.zip --kind wasm:0.1 --concurrency 10', { statuses: [200] }],
  ['wsk action create webadd add.zip --kind wasm:0.1 --web true', { statuses: [200] }],
  [
    'wsk action create rawadd add.zip --kind wasm:0.1 --web raw --web-secure mysecret',
    { statuses: [200] },
  ],
  refused('wsk action create wadd add.wasm --kind wasm:0.1', damaged),
  refused('wsk action create hiwadd hi.wasm --kind wasm:0.1', damaged),
  ['wsk action create wadd2 add.wasm', { statuses: [], clientOnly: true }],
  ['wsk action create zadd add.zip', { statuses: [], clientOnly: true }],
  [
    'wsk action create mainadd add.zip --kind wasm:0.1 --main run --env E 1 --param-file params.json',
    { statuses: [], clientOnly: true },
  ],
  [
    'wsk action create mainadd add.zip --kind wasm:0.1 --main run --param-file params.json',
    { statuses: [200] },
  ],
  refused('wsk action create hello hello.js', kinds),
  ['wsk action create seq --sequence add,cadd', { statuses: [200] }],
  ['wsk action create copyadd --copy add', { statuses: [200, 200] }],
  ['wsk action delete add', { statuses: [200] }],
];

function refused(command: string, why: string): ExpectedCommand {
  const name = command.split(' ')[3] ?? '';
  const lines = [
    `error: Unable to create action '${name}': <why> (code <transaction id>)`,
    "Run 'wsk --help' for usage.",
  ];
  return [command, { statuses: unsupported, exit: 144, lines, why }];
}
