import type { WebExtension } from '../web/web-address.js';

/** The web action that an operation of an API calls. */
export interface ApiTarget {
  readonly namespace: string;
  readonly package: string | undefined;
  readonly name: string;
  readonly extension: WebExtension;
  /** Sent along as `X-Require-Whisk-Auth`. */
  readonly secureKey: string | undefined;
}

/** A path and a method of an API. */
export interface ApiOperation {
  /** Such as `/world/{id}`. */
  readonly relativePath: string;
  /** In lower case. */
  readonly method: string;
  readonly target: ApiTarget;
  /** One JSON object: what Swagger says of the operation, without `x-openwhisk`. */
  readonly json: string;
}

/** What Swagger says of a path beside its operations. */
export interface ApiPath {
  readonly relativePath: string;
  /** One JSON object. */
  readonly json: string;
}

/** An API, or what is to be added to one. */
export interface ApiDefinition {
  /** Such as `/hello`. */
  readonly basePath: string;
  /** Its name: the base path unless it was given one. */
  readonly title: string;
  /** One JSON object: what Swagger says of the API, without `paths` and `basePath`. */
  readonly json: string;
  readonly paths: readonly ApiPath[];
  readonly operations: readonly ApiOperation[];
}
