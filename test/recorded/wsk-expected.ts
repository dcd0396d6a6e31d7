import { canned, statusNumber, zipKept, type Expected, type ExpectedCommand } from './expected.js';
import { wskExpectedOfActions } from './wsk-expected-actions.js';

const everything = [
  'Entities in namespace: default',
  'packages',
  '/guest/bpk2 private',
  '/guest/pk private',
  'actions',
  '/guest/pk/feed private wasm:0.1',
  '/guest/copyadd private wasm:0.1',
  '/guest/seq private sequence',
  '/guest/mainadd private wasm:0.1',
  '/guest/rawadd private wasm:0.1',
  '/guest/webadd private wasm:0.1',
  '/guest/cadd private wasm:0.1',
  'triggers',
  '/guest/ftr private',
  'rules',
];
const listed = {
  statuses: [200, 200, 200, 200],
  lines: everything,
  anyOrder: true,
  why: 'what ours refused is not there, and packaged actions are listed too',
} as const;
/** The API that a recorded command deleted before. */
const createApi = '/api/v1/web/whisk.system/apimgmt/createApi.http?responsetype=json';
const apidoc = {
  namespace: '_',
  gatewayBasePath: '/hello',
  gatewayPath: '/world',
  gatewayMethod: 'GET',
  id: 'API:_:/hello',
  action: {
    name: 'webadd',
    namespace: '_',
    backendMethod: 'GET',
    backendUrl: '<api host>/api/v1/web/_/default/webadd.http',
    authkey: '<guest key>',
  },
};
const properties = [
  'whisk namespace guest',
  'whisk API build <build>',
  'whisk API build number <build>',
];
const ownLines = 'lines that come from no reply are the client’s own';

/** Every recorded command, in order. */
export const wskExpected: readonly ExpectedCommand[] = [
  ...wskExpectedOfActions,
  ['wsk package create pk -p host h -a description d', { statuses: [200] }],
  ['wsk package update pk -p host h2', { statuses: [200] }],
  ['wsk package bind /guest/pk bpk -p z 1', { statuses: [200] }],
  [
    'wsk package get pk',
    {
      statuses: [200],
      document: { version: '0.0.2', binding: {}, parameters: [{ key: 'host', value: 'h2' }] },
    },
  ],
  [
    'wsk package get pk --summary',
    {
      statuses: [200],
      lines: ['package /guest/pk: d', '(parameters: *host)'],
      why: 'an update without annotations keeps them: the stand-in forgot the description',
    },
  ],
  [
    'wsk package list',
    {
      statuses: [200],
      lines: ['packages', '/guest/bpk private', '/guest/pk private'],
      anyOrder: true,
      why: 'the latest change comes first',
    },
  ],
  ['wsk package refresh', { statuses: [405], exit: 149, why: 'upstream answers 405 too' }],
  ['wsk package bind pk bpk2', { statuses: [200] }],
  ['wsk action create pk/add add.zip --kind wasm:0.1', { statuses: [200] }],
  ['wsk action invoke pk/add -r -p a 2', { statuses: [200], document: { a: 2, host: 'h2' } }],
  ['wsk action invoke /guest/pk/add -p a 2', { statuses: [202] }],
  [
    'wsk action get /_/pk/add',
    {
      statuses: [200],
      document: { namespace: 'guest/pk', parameters: [{ key: 'host', value: 'h2' }] },
      lacks: ['exec.code'],
      why: zipKept,
    },
  ],
  [
    'wsk action list pk',
    { statuses: [200], lines: ['actions', '/guest/pk/add private wasm:0.1'], why: canned },
  ],
  ['wsk action delete pk/add', { statuses: [200] }],
  ['wsk package delete bpk', { statuses: [200] }],
  ['wsk trigger create tr -p q 1', { statuses: [200] }],
  ['wsk trigger update tr -p q 2', { statuses: [200, 200] }],
  [
    'wsk trigger fire tr -p a 2',
    {
      statuses: [204],
      lines: ['ok: triggered /_/tr with id'],
      why: 'without a rule nothing happens and nothing is recorded',
    },
  ],
  [
    'wsk trigger get tr',
    { statuses: [200], document: { version: '0.0.2', parameters: [{ key: 'q', value: 2 }] } },
  ],
  ['wsk trigger list', { statuses: [200] }],
  ['wsk rule create ru tr webadd', { statuses: [200] }],
  ['wsk rule update ru tr cadd', { statuses: [200] }],
  [
    'wsk rule get ru',
    {
      statuses: [200],
      document: { version: '0.0.2', status: 'active', action: { path: 'guest', name: 'cadd' } },
    },
  ],
  ['wsk rule list', { statuses: [200, 200] }],
  ['wsk rule disable ru', { statuses: [200] }],
  ['wsk rule enable ru', { statuses: [200] }],
  ['wsk rule status ru', { statuses: [200] }],
  ['wsk rule delete ru', { statuses: [200] }],
  ['wsk trigger delete tr', { statuses: [200, 200] }],
  [
    'wsk trigger create ftr --feed /guest/pk/feed -p cron x',
    {
      given: ['PUT actions/pk/feed {"exec":{"kind":"wasm:0.1","code":"<add.zip>"}}'],
      statuses: [200, 200],
      document: {
        name: 'feed',
        response: { result: { cron: 'x', lifecycleEvent: 'CREATE', triggerName: '/_/ftr' } },
      },
      lacks: ['response.statusCode'],
      why: statusNumber,
    },
  ],
  ['wsk action get nosuch', { statuses: [404] }],
  ['wsk action invoke nosuch -r', { statuses: [404] }],
  [
    'wsk api create /hello /world get webadd --response-type json',
    { statuses: [200], clientOnly: true },
  ],
  ['wsk property get', { statuses: [], clientOnly: true }],
  ['wsk list', listed],
  ['wsk namespace list', { statuses: [200] }],
  ['wsk namespace get', listed],
  [
    'wsk property set --apihost <api host> --auth <guest key>   (props file)',
    { statuses: [], clientOnly: true },
  ],
  ['wsk property get   (props file)', { statuses: [200, 200], lines: properties, why: ownLines }],
  [
    'wsk property get --all   (props file)',
    { statuses: [200, 200], lines: properties, why: ownLines },
  ],
  ['wsk property get --apibuild   (props file)', { statuses: [200] }],
  ['wsk property get --apibuildno   (props file)', { statuses: [200] }],
  ['wsk property get --namespace   (props file)', { statuses: [200] }],
  ['wsk property get --auth -o raw   (props file)', { statuses: [], clientOnly: true }],
  [
    'wsk api create /hello /world get webadd --response-type json   (props file)',
    { statuses: [200, 200] },
  ],
  [
    'wsk api create /hello /world2/{id} post webadd --response-type http --apiname myapi   (props file)',
    { statuses: [200, 200] },
  ],
  ['wsk api list   (props file)', apisListed()],
  ['wsk api list /hello   (props file)', apisListed()],
  ['wsk api get /hello   (props file)', { statuses: [200], document: { basePath: '/hello' } }],
  ['wsk api delete /hello   (props file)', { statuses: [200] }],
  [
    'wsk api delete /hello /world get   (props file)',
    { given: [`POST ${createApi} ${JSON.stringify({ apidoc })}`], statuses: [200] },
  ],
  ['wsk list   (props file)', listed],
  ['wsk namespace list   (props file)', { statuses: [200] }],
];

function apisListed(): Expected {
  return {
    statuses: [200],
    lines: [
      'ok: APIs',
      'Action Verb API Name URL',
      '/guest/default/webadd get /hello <api host>/<gateway>/guest/hello/world',
      '/guest/default/webadd post /hello <api host>/<gateway>/guest/hello/world2/{id}',
    ],
    why: 'the stand-in knew one API only',
  };
}
