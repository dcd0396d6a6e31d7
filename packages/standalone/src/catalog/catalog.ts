import type { Entity, EntityOf, EntityType, Package } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import { mergeKeyValues, type KeyValue } from '../entities/key-value.js';
import { Rejection } from '../rejections.js';
import type { EntityStore } from '../storage/stores.js';
import type { Identity } from '../users/identity.js';
import type { ResolvedAction } from './resolved-action.js';

/** A package that may be read, and the one behind it if it is a binding. */
export interface ResolvedPackage {
  readonly package: Package;
  /** The package itself, or the one that it binds. */
  readonly provider: Package;
  /** Of provider and binding; each key once. */
  readonly parameters: readonly KeyValue[];
}

/**
 * Finds entities for somebody: says who may see what, and follows bindings. A stranger learns nothing
 * about what exists: what is not published is refused like what is not there.
 */
export class Catalog {
  readonly entities: EntityStore;

  constructor(entities: EntityStore) {
    this.entities = entities;
  }

  /**
   * Finds an entity of the caller's own namespace.
   *
   * @throws Rejection `WW_ERR_API_FORBIDDEN` of a foreign namespace; `WW_ERR_API_NOT_FOUND`;
   *   `WW_ERR_API_COLLECTION` when the name belongs to an entity of another type
   */
  findOwn<Type extends EntityType>(
    identity: Identity,
    type: Type,
    path: EntityPath,
  ): EntityOf<Type> {
    assertOwn(identity, path);
    const entity = this.lookUp(type, path);
    if (entity === undefined) throw notFound();
    return entity;
  }

  /** The entity of a type at a path, without asking whose it is. @throws Rejection `WW_ERR_API_COLLECTION` */
  lookUp<Type extends EntityType>(type: Type, path: EntityPath): EntityOf<Type> | undefined {
    const entity = this.entities.find(path);
    if (entity === undefined) return undefined;
    if (!isOfType(entity, type)) throw otherCollection(entity);
    return entity;
  }

  /**
   * Finds a package that the caller may read.
   *
   * @throws Rejection `WW_ERR_API_FORBIDDEN` when it is foreign and not published, or there is none;
   *   `WW_ERR_API_NOT_FOUND` when the own one, or what it binds, is missing; `WW_ERR_API_COLLECTION`
   */
  resolvePackage(identity: Identity, path: EntityPath): ResolvedPackage {
    const found = this.readPackage(identity, path);
    const { binding } = found;
    if (binding === undefined)
      return { package: found, provider: found, parameters: found.parameters };
    const provider = this.readPackage(identity, { ...binding, package: undefined });
    const parameters = mergeKeyValues(provider.parameters, found.parameters);
    return { package: found, provider, parameters };
  }

  /**
   * Finds an action that the caller may read and invoke, through bindings too.
   *
   * @throws Rejection as `findOwn` and `resolvePackage`
   */
  resolveAction(identity: Identity, path: EntityPath): ResolvedAction {
    if (path.package === undefined) {
      const action = this.findOwn(identity, 'action', path);
      return { action, parameters: mergeKeyValues(action.parameters), binding: undefined };
    }
    const packagePath = { namespace: path.namespace, package: undefined, name: path.package };
    const { package: through, provider, parameters } = this.resolvePackage(identity, packagePath);
    const { namespace, name } = provider.path;
    const action = this.lookUp('action', { namespace, package: name, name: path.name });
    if (action === undefined) throw notFound();
    return {
      action,
      parameters: mergeKeyValues(parameters, action.parameters),
      binding: through === provider ? undefined : through.path,
    };
  }

  /**
   * Finds a package that the caller may read, itself and not what it binds.
   *
   * @throws Rejection as `resolvePackage`
   */
  readPackage(identity: Identity, path: EntityPath): Package {
    const isOwn = path.namespace === identity.namespace;
    const entity = this.entities.find(path);
    if (isOwn) {
      if (entity === undefined)
        throw notFound(`The requested resource '${toPathText(path)}' does not exist.`);
      if (entity.type !== 'package') throw otherCollection(entity);
      return entity;
    }
    if (entity?.type !== 'package' || !entity.publish) throw forbidden(toPathText(path));
    return entity;
  }
}

function isOfType<Type extends EntityType>(entity: Entity, type: Type): entity is EntityOf<Type> {
  return entity.type === type;
}

/** @throws Rejection `WW_ERR_API_FORBIDDEN` */
export function assertOwn(identity: Identity, path: EntityPath): void {
  if (path.namespace !== identity.namespace) throw forbidden(toPathText(path));
}

/** @throws Rejection `WW_ERR_API_FORBIDDEN` */
export function assertOwnNamespace(identity: Identity, namespace: string): void {
  if (namespace !== identity.namespace) throw forbidden(namespace);
}

function forbidden(what: string): Rejection {
  return new Rejection(
    'WW_ERR_API_FORBIDDEN',
    `The supplied authentication is not authorized to access '${what}'.`,
  );
}

function notFound(text = 'The requested resource does not exist.'): Rejection {
  return new Rejection('WW_ERR_API_NOT_FOUND', text);
}

function otherCollection({ type, path }: Entity): Rejection {
  return new Rejection(
    'WW_ERR_API_COLLECTION',
    `Resource by this name exists but is not in this collection. "${toPathText(path)}" is of type ${type}.`,
  );
}
