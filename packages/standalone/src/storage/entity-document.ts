import type { Entity, Exec } from '../entities/entity.js';
import type { EntityPath } from '../entities/entity-path.js';

/** An entity as JSON text, as `fromDocument` reads it. */
export function toDocument(entity: Entity): string {
  return JSON.stringify(entity);
}

/**
 * An entity from its document, frozen. What JSON leaves out because it is undefined is put back, so
 * that all entities of a type have the same members in the same order.
 */
export function fromDocument(document: string): Entity {
  // Our own text: what was written was typed.
  return freezeEntity(complete(JSON.parse(document) as Entity));
}

/** Freezes an entity with all that is in it; in place. */
export function freezeEntity<Frozen extends Entity>(entity: Frozen): Frozen {
  freezeDeep(entity);
  return entity;
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freezeDeep(member);
}

function complete(entity: Entity): Entity {
  const base = {
    path: completePath(entity.path),
    version: entity.version,
    publish: entity.publish,
    annotations: entity.annotations,
    updatedEpochMs: entity.updatedEpochMs,
  };
  switch (entity.type) {
    case 'action': {
      const { exec, parameters, limits } = entity;
      const { timeoutMs, memoryMiB, logsMiB, concurrency, instances } = limits;
      return {
        type: 'action',
        ...base,
        exec: completeExec(exec),
        parameters,
        limits: { timeoutMs, memoryMiB, logsMiB, concurrency, instances },
      };
    }
    case 'package':
      return {
        type: 'package',
        ...base,
        parameters: entity.parameters,
        binding: entity.binding,
      };
    case 'trigger':
      return { type: 'trigger', ...base, parameters: entity.parameters };
    case 'rule':
      return {
        type: 'rule',
        ...base,
        trigger: completePath(entity.trigger),
        action: completePath(entity.action),
        status: entity.status,
        linked: entity.linked,
      };
  }
}

function completePath({ namespace, package: inPackage, name }: EntityPath): EntityPath {
  return { namespace, package: inPackage, name };
}

function completeExec(exec: Exec): Exec {
  if (exec.type === 'sequence')
    return { type: 'sequence', components: exec.components.map(completePath) };
  const { kind, codeDigest, codeBytes, binary, main } = exec;
  return { type: 'code', kind, codeDigest, codeBytes, binary, main };
}
