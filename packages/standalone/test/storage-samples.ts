import type { AcceptedActivation, ActivationRecord } from '../src/entities/activation-record.js';
import type { Action, Package, Rule, Trigger } from '../src/entities/entity.js';

/* Entities and records for tests of storage: complete, and different where a test says so. */

const base = { version: '0.0.1', publish: false, annotations: [], updatedEpochMs: 1000 };

export interface ActionSample {
  readonly namespace?: string;
  readonly package?: string | undefined;
  readonly name?: string;
  readonly codeDigest?: string;
  readonly updatedEpochMs?: number;
}

export function action(sample: ActionSample = {}): Action {
  const { namespace = 'guest', name = 'add', codeDigest = 'f'.repeat(64) } = sample;
  return {
    type: 'action',
    ...base,
    updatedEpochMs: sample.updatedEpochMs ?? base.updatedEpochMs,
    path: { namespace, package: sample.package, name },
    exec: {
      type: 'code',
      kind: 'wasm:0.1',
      codeDigest,
      codeBytes: 4,
      binary: true,
      main: undefined,
    },
    parameters: [{ key: 'factor', json: '12345678901234567890' }],
    limits: {
      timeoutMs: 60_000,
      memoryMiB: 256,
      logsMiB: 10,
      concurrency: 1,
      instances: undefined,
    },
  };
}

export function packageSample(name: string, changes: Partial<Package> = {}): Package {
  return {
    type: 'package',
    ...base,
    path: { namespace: 'guest', package: undefined, name },
    parameters: [],
    binding: undefined,
    ...changes,
  };
}

export function trigger(name = 'tick'): Trigger {
  return {
    type: 'trigger',
    ...base,
    path: { namespace: 'guest', package: undefined, name },
    parameters: [],
  };
}

export function rule(name: string, changes: Partial<Rule> = {}): Rule {
  return {
    type: 'rule',
    ...base,
    path: { namespace: 'guest', package: undefined, name },
    trigger: trigger().path,
    action: action().path,
    status: 'active',
    linked: true,
    ...changes,
  };
}

/** 32 hex digits out of a number. */
export function activationId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

export function record(changes: Partial<ActivationRecord> = {}): ActivationRecord {
  return {
    activationId: activationId(1),
    namespace: 'guest',
    subject: 'guest',
    name: 'add',
    package: undefined,
    version: '0.0.1',
    cause: undefined,
    startEpochMs: 1000,
    endEpochMs: 1005,
    durationMs: 4,
    statusCode: 0,
    resultJson: '{"sum":12345678901234567890}',
    resultBytes: 28,
    logs: ['2026-11-21T08:00:00.201234567Z stdout: adding'],
    annotations: [
      { key: 'path', json: '"guest/add"' },
      { key: 'waitTime', json: '5' },
    ],
    ...changes,
  };
}

export function accepted(changes: Partial<AcceptedActivation> = {}): AcceptedActivation {
  const { activationId: id, namespace, subject, name, package: inPackage, version } = record();
  const { cause, startEpochMs, annotations } = record();
  return {
    activationId: id,
    namespace,
    subject,
    name,
    package: inPackage,
    version,
    cause,
    startEpochMs,
    annotations,
    ...changes,
  };
}
