import { assertOwn, type Catalog } from '../catalog/catalog.js';
import { assertComponentsReadable, assertSequence } from '../catalog/sequence-rules.js';
import type { ActionBody } from '../entities/action-body.js';
import { kindOf, toComponentsText } from '../entities/action-document.js';
import type { Action, Exec } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import type { ExecBody } from '../entities/exec-body.js';
import { assertBytes } from '../entities/key-value-lists.js';
import { mergeKeyValues, type KeyValue } from '../entities/key-value.js';
import { assertLimits, defaultLimits, mergeLimits } from '../entities/limits.js';
import { Rejection } from '../rejections.js';
import type { CodeStore } from '../storage/stores.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { assertOverwrite, toVersion } from './entity-changes.js';

/** An action that somebody writes. */
export interface ActionDeployment {
  readonly identity: Identity;
  /** In the namespace of `identity`, and if it has a package in one that takes actions: see `assertWritable`. */
  readonly path: EntityPath;
  readonly body: ActionBody;
  /** Whether one that is there may be changed. */
  readonly overwrite: boolean;
}

type DeploymentServices = Pick<StandaloneServices, 'config' | 'storage' | 'catalog' | 'now'>;

/**
 * Creates an action, or changes one. On change, members that the body lacks stay; parameters are
 * replaced as a whole, annotations and limits one by one.
 *
 * @throws Rejection `WW_ERR_API_LIMIT`; `WW_ERR_API_EXISTS` without `overwrite`; `WW_ERR_API_COLLECTION`;
 *   `WW_ERR_API_BODY` of a new action without `exec`; `WW_ERR_API_TOO_LARGE`; as
 *   `assertComponentsReadable` and `assertSequence`
 */
export function deployAction(services: DeploymentServices, deployment: ActionDeployment): Action {
  const { config, storage, catalog } = services;
  const { identity, path, body, overwrite } = deployment;
  assertLimits(body.limits, config);
  if (body.exec?.type === 'sequence')
    assertComponentsReadable(catalog, identity, body.exec.components, config.api.sequenceLengthMax);
  return storage.entities.transaction(() => {
    const existing = catalog.lookUp('action', path);
    assertOverwrite(existing, overwrite);
    if (body.exec?.type === 'sequence') {
      const { components } = body.exec;
      assertSequence(storage.entities, {
        path,
        components,
        lengthMax: config.api.sequenceLengthMax,
      });
    }
    const action =
      existing === undefined
        ? toNewAction(deployment, services)
        : toChangedAction(existing, deployment, services);
    assertBytes(action.annotations, 'annotations', config.api.parametersBytesMax);
    storage.entities.put(action);
    return action;
  });
}

/**
 * Checks that somebody may write or delete an action at a path.
 *
 * @throws Rejection `WW_ERR_API_FORBIDDEN` of a foreign namespace; `WW_ERR_API_NOT_FOUND` of a missing
 *   package; `WW_ERR_API_BINDING` of a binding; `WW_ERR_API_COLLECTION`
 */
export function assertWritable(catalog: Catalog, identity: Identity, path: EntityPath): void {
  assertOwn(identity, path);
  if (path.package === undefined) return;
  const packagePath = { namespace: path.namespace, package: undefined, name: path.package };
  const { binding } = catalog.findOwn(identity, 'package', packagePath);
  if (binding === undefined) return;
  throw new Rejection(
    'WW_ERR_API_BINDING',
    `Operation not permitted on package binding. "${toPathText(packagePath)}" is bound to "${binding.namespace}/${binding.name}". Change the action there.`,
  );
}

function toNewAction(
  { path, body }: ActionDeployment,
  { config, storage, now }: DeploymentServices,
): Action {
  if (body.exec === undefined)
    throw new Rejection(
      'WW_ERR_API_BODY',
      `exec undefined: the action "${toPathText(path)}" does not exist yet, and a new one needs its kind and code.`,
    );
  const exec = storeExec(storage.codes, body.exec);
  const annotations = mergeKeyValues(
    [{ key: 'provide-api-key', json: 'false' }],
    body.annotations ?? [],
  );
  return {
    type: 'action',
    path,
    version: toVersion(undefined, body),
    publish: body.publish ?? false,
    exec,
    parameters: parametersOf(exec, body.parameters ?? []),
    annotations: withKind(annotations, exec),
    limits: mergeLimits(defaultLimits(config), body.limits),
    updatedEpochMs: now(),
  };
}

function toChangedAction(
  existing: Action,
  { path, body }: ActionDeployment,
  { storage, now }: DeploymentServices,
): Action {
  const exec = body.exec === undefined ? existing.exec : storeExec(storage.codes, body.exec);
  // What a sequence has as parameters are its components: code that takes its place does not inherit them.
  const isCodeNow = existing.exec.type === 'sequence' && exec.type === 'code';
  const parameters = body.parameters ?? (isCodeNow ? [] : existing.parameters);
  const deleted = new Set(body.delAnnotations);
  const kept = existing.annotations.filter(({ key }) => !deleted.has(key));
  return {
    type: 'action',
    path,
    version: toVersion(existing, body),
    publish: body.publish ?? existing.publish,
    exec,
    parameters: parametersOf(exec, parameters),
    annotations: withKind(mergeKeyValues(kept, body.annotations ?? []), exec),
    limits: mergeLimits(existing.limits, body.limits),
    updatedEpochMs: now(),
  };
}

function storeExec(codes: CodeStore, exec: ExecBody): Exec {
  if (exec.type === 'sequence') return exec;
  const { kind, code, main } = exec;
  return {
    type: 'code',
    kind,
    codeDigest: codes.put(code.bytes),
    codeBytes: code.bytes.length,
    binary: code.binary,
    main,
  };
}

function parametersOf(exec: Exec, parameters: readonly KeyValue[]): readonly KeyValue[] {
  if (exec.type === 'code') return parameters;
  return [{ key: '_actions', json: toComponentsText(exec.components) }];
}

/** `wsk` prints the kind of a listed action from its annotation. */
function withKind(annotations: readonly KeyValue[], exec: Exec): readonly KeyValue[] {
  return mergeKeyValues(annotations, [{ key: 'exec', json: JSON.stringify(kindOf(exec)) }]);
}
