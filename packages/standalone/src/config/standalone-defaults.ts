import type { ModeDefault } from '@wasmwhisk/executor';
import type { StandaloneConfig } from './schema.js';

const mebibyte = 1024 * 1024;

/** Defaults of the executor's settings that differ here, by path. */
export const standaloneDefaults: ReadonlyMap<string, ModeDefault> = new Map(
  Object.entries({
    'server.port': { value: 3233, reason: "the port of OpenWhisk's own standalone server" },
    'server.bodyBytesMax': { value: 50 * mebibyte, reason: "OpenWhisk's longest body" },
    'limits.deadlineMarginMs': { value: 0, reason: 'nothing lies between us and the caller' },
    'log.level': { value: 'warn', reason: 'a terminal is not filled with every request' },
    'log.guestOutput': { value: false, reason: 'the lines are in the records of activations' },
    'log.retainedBytes': { value: 0, reason: 'the lines are in the records of activations' },
  }),
);

/** A limit of the executor and what the API lets through to it, in the executor's unit. */
interface Width {
  readonly path: string;
  readonly from: string;
  readonly have: number;
  readonly need: number;
}

/** Every limit of the executor that must be at least as wide as one of the API. */
export function executorWidths({
  server,
  containers,
  limits,
  api,
  actions,
}: StandaloneConfig): readonly Width[] {
  return [
    {
      path: 'server.bodyBytesMax',
      from: 'api.codeBytesMax',
      have: server.bodyBytesMax,
      need: api.codeBytesMax,
    },
    {
      path: 'server.bodyBytesMax',
      from: 'api.payloadBytesMax',
      have: server.bodyBytesMax,
      need: api.payloadBytesMax,
    },
    {
      path: 'limits.codeBytes',
      from: 'api.codeBytesMax',
      have: limits.codeBytes,
      need: api.codeBytesMax,
    },
    {
      path: 'limits.resultBytes',
      from: 'api.resultBytesMax',
      have: limits.resultBytes,
      need: api.resultBytesMax,
    },
    {
      path: 'limits.timeoutMsMax',
      from: 'actions.timeoutMsMax',
      have: limits.timeoutMsMax,
      need: actions.timeoutMsMax,
    },
    {
      path: 'limits.memoryBytes',
      from: 'actions.memoryMiBMax',
      have: limits.memoryBytes,
      need: actions.memoryMiBMax * mebibyte,
    },
    {
      path: 'limits.logBytes',
      from: 'actions.logsMiBMax',
      have: limits.logBytes,
      need: actions.logsMiBMax * mebibyte,
    },
    {
      path: 'containers.concurrency',
      from: 'actions.concurrencyMax',
      have: containers.concurrency,
      need: actions.concurrencyMax,
    },
  ];
}

/** Limits of the executor that nobody set grow with those of actions. */
export function widenedDefaults(config: StandaloneConfig): ReadonlyMap<string, ModeDefault> {
  const widened = new Map<string, { readonly value: number; readonly reason: string }>();
  for (const { path, from, have, need } of executorWidths(config))
    if (need > (widened.get(path)?.value ?? have))
      widened.set(path, { value: need, reason: `as wide as ${from}` });
  return widened;
}
