import type { AcceptedActivation, ActivationRecord } from '../entities/activation-record.js';
import type { KeyValue } from '../entities/key-value.js';
import { factsOf } from './action-facts.js';
import type { ActivationResponse } from './response.js';
import type { ActivationTask } from './task.js';

/** What a record says beside whose activation it is. */
export interface RecordCourse {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly durationMs: number;
  readonly response: ActivationResponse;
  readonly logs: readonly string[];
  /** Those that say how it went, and the action's own. */
  readonly annotations: KeyValue[];
}

const causedBySequence: KeyValue = { key: 'causedBy', json: '"sequence"' };

/** The record of an action, a sequence or a composition. Adds what came of being inside another, or behind a binding. */
export function toRecord(task: ActivationTask, course: RecordCourse): ActivationRecord {
  const { activationId, identity, target, cause } = task;
  const { path, version } = target.action;
  const { response, annotations } = course;
  if (cause !== undefined) annotations.push(causedBySequence);
  if (target.binding !== undefined) annotations.push(bindingAnnotation(target.binding));
  return {
    activationId,
    namespace: identity.namespace,
    subject: identity.subject,
    name: path.name,
    package: path.package,
    version,
    cause,
    startEpochMs: course.startEpochMs,
    endEpochMs: course.endEpochMs,
    durationMs: course.durationMs,
    statusCode: response.statusCode,
    resultJson: response.resultJson,
    resultBytes: response.resultBytes,
    platformError: response.platformError,
    logs: course.logs,
    annotations,
  };
}

/** What is noted before an activation is answered with its id alone. */
export function toAccepted(task: ActivationTask): AcceptedActivation {
  const { activationId, identity, target, cause, arrivedEpochMs } = task;
  const { path, version } = target.action;
  return {
    activationId,
    namespace: identity.namespace,
    subject: identity.subject,
    name: path.name,
    package: path.package,
    version,
    cause,
    startEpochMs: arrivedEpochMs,
    annotations: factsOf(target.action).recordAnnotations,
  };
}

function bindingAnnotation(binding: {
  readonly namespace: string;
  readonly name: string;
}): KeyValue {
  return { key: 'binding', json: JSON.stringify(`${binding.namespace}/${binding.name}`) };
}
