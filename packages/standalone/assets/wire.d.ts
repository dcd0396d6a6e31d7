/* What the server answers, as far as the page reads it. Values of others stay text and are not here. */

export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

interface EntityDocument {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly publish: boolean;
  readonly annotations: readonly KeyValue[];
  readonly updated: number;
}

export interface LimitsDocument {
  /** Milliseconds. */
  readonly timeout: number;
  /** MiB. */
  readonly memory: number;
  /** MiB. */
  readonly logs: number;
  readonly concurrency: number;
}

export interface ActionDocument extends EntityDocument {
  readonly limits: LimitsDocument;
  readonly exec: {
    readonly kind?: string;
    readonly main?: string;
    readonly components?: readonly string[];
  };
  readonly binding?: string;
}

export interface CodeSize {
  readonly name: string;
  readonly codeBytes?: number;
}

export interface PackageDocument extends EntityDocument {
  readonly binding: false | { readonly namespace: string; readonly name: string };
}

export type TriggerDocument = EntityDocument;

interface Reference {
  /** Of an action in a package `namespace/package`. */
  readonly path: string;
  readonly name: string;
}

export interface RuleDocument extends EntityDocument {
  readonly trigger: Reference;
  readonly action: Reference;
  /** Lists may lack it. */
  readonly status?: string;
}

/** An item of a list, with `statusCode`, or a whole record, with `response`. */
export interface ActivationDocument {
  readonly activationId: string;
  readonly name: string;
  readonly version: string;
  readonly cause?: string;
  readonly start: number;
  readonly duration?: number;
  readonly statusCode?: number;
  readonly response?: { readonly status: string };
  readonly logs?: readonly string[];
  readonly annotations: readonly KeyValue[];
}

export interface ApiDocument {
  readonly value: {
    readonly gwApiUrl: string;
    readonly apidoc: {
      readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
    };
  };
}

export interface ApiOperation {
  readonly 'x-openwhisk'?: { readonly action: string; readonly package: string };
}

/** A line that the record of a trigger keeps of each rule, as JSON. */
export interface RuleOutcome {
  readonly rule: string;
  readonly action: string;
  readonly success: boolean;
  readonly activationId?: string;
  readonly error?: string;
}
