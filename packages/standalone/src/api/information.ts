import { readFileSync, statSync } from 'node:fs';
import type { StandaloneConfig } from '../config/schema.js';
import { wasmFamily, wasmKind } from '../entities/kinds.js';

const mebibyte = 1024 * 1024;

/** Where the API is described; this project names no place of its own. */
const support = 'https://openwhisk.apache.org';

/** What `GET /` tells: `wskdeploy` takes the kinds that it may deploy from here. Durations in ms, sizes in bytes. */
export function toSystemInformation({ api, throttle, actions }: StandaloneConfig): object {
  const memoryMin = actions.memoryMiBMin * mebibyte;
  const memoryMax = actions.memoryMiBMax * mebibyte;
  const logsMax = actions.logsMiBMax * mebibyte;
  return {
    description: 'OpenWhisk',
    support: { github: support, slack: support },
    api_paths: ['/api/v1'],
    limits: {
      actions_per_minute: throttle.invocationsPerMinute,
      triggers_per_minute: throttle.firesPerMinute,
      concurrent_actions: throttle.concurrentInvocations,
      sequence_length: api.sequenceLengthMax,
      default_min_action_duration: actions.timeoutMsMin,
      default_max_action_duration: actions.timeoutMsMax,
      default_min_action_memory: memoryMin,
      default_max_action_memory: memoryMax,
      default_min_action_logs: 0,
      default_max_action_logs: logsMax,
      min_action_duration: actions.timeoutMsMin,
      max_action_duration: actions.timeoutMsMax,
      min_action_memory: memoryMin,
      max_action_memory: memoryMax,
      min_action_logs: 0,
      max_action_logs: logsMax,
    },
    runtimes: {
      [wasmFamily]: [
        {
          kind: wasmKind,
          image: 'wasm',
          default: true,
          deprecated: false,
          attached: true,
          requireMain: false,
        },
      ],
    },
  };
}

/** What `GET /api/v1` tells; `wsk property get` prints `build` and `buildno`. */
export function toApiInformation(): object {
  return {
    description: 'OpenWhisk API',
    api_version: '1.0.0',
    api_version_path: 'v1',
    build: statSync(import.meta.filename).mtime.toISOString(),
    buildno: packageVersion(),
    swagger_paths: { ui: '/docs', 'api-docs': '/api-docs' },
  };
}

/** Of this package. */
function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return version;
}
