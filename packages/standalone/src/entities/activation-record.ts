import type { KeyValue } from './key-value.js';

/** 0 success, 1 application error, 2 action developer error, 3 whisk internal error. */
export type StatusCode = 0 | 1 | 2 | 3;

/** What remains of an activation. */
export interface ActivationRecord {
  /** 32 lower-case hex digits. */
  readonly activationId: string;
  /** The invoker's namespace, without a package. */
  readonly namespace: string;
  readonly subject: string;
  /** Of the action, sequence or trigger. */
  readonly name: string;
  /** The package that it was found in, by which lists are filtered: `pkg/name`. Of a binding the one behind it. */
  readonly package: string | undefined;
  readonly version: string;
  /** Activation id of the sequence or composition around it. */
  readonly cause: string | undefined;
  readonly startEpochMs: number;
  /** `undefined` for triggers. */
  readonly endEpochMs: number | undefined;
  /** Init and run; the sum of the components for a sequence; `undefined` for triggers. */
  readonly durationMs: number | undefined;
  readonly statusCode: StatusCode;
  /** One JSON value as text; `undefined` when there is none. */
  readonly resultJson: string | undefined;
  /** Of an error that is the platform's and not the guest's: what a web action's caller is told. Not stored. */
  readonly platformError?: string | undefined;
  /** Bytes of the result; `undefined` for sequences, triggers and errors that are not the guest's. */
  readonly resultBytes: number | undefined;
  /** Lines as `wsk` prints them; activation ids for a sequence; JSON texts for a trigger. */
  readonly logs: readonly string[];
  readonly annotations: readonly KeyValue[];
}

/** An activation that was accepted, and whose record is not there yet. */
export type AcceptedActivation = Pick<
  ActivationRecord,
  | 'activationId'
  | 'namespace'
  | 'subject'
  | 'name'
  | 'package'
  | 'version'
  | 'cause'
  | 'startEpochMs'
  | 'annotations'
>;
