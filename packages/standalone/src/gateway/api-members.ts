import { textMember, type JsonObject } from '../entities/json-members.js';
import { parseEntityName } from '../entities/names.js';
import { Rejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';
import type { ApiTarget } from './api-definition.js';

/** @throws Rejection `WW_ERR_API_GATEWAY` of a member that is absent or empty */
export function requireText(value: JsonObject, name: string, field = name): string {
  const text = textMember(value, name, field);
  if (text === undefined || text === '') throw incomplete(`it has no "${field}"`);
  return text;
}

/** `name` or `package/name`, or all of it behind a slash: `/namespace/package/name`. */
export function readActionName(
  text: string,
  namespace: string,
  identity: Identity,
): Pick<ApiTarget, 'namespace' | 'package' | 'name'> {
  let owner = namespace;
  let rest = text;
  if (text.startsWith('/')) {
    const end = text.indexOf('/', 1);
    if (end < 0) throw incomplete(`${JSON.stringify(text.slice(0, 256))} names no action`);
    owner = text.slice(1, end);
    rest = text.slice(end + 1);
  }
  const slash = rest.indexOf('/');
  const inPackage = slash < 0 ? undefined : rest.slice(0, slash);
  return {
    namespace: owner === '_' ? identity.namespace : parseEntityName(owner, 'namespace'),
    package:
      inPackage === undefined || inPackage === 'default'
        ? undefined
        : parseEntityName(inPackage, 'package name'),
    name: parseEntityName(rest.slice(slash + 1)),
  };
}

/** Such as `getWorldId` of `GET /world/{id}`. */
export function toOperationId(method: string, relativePath: string): string {
  const words = relativePath.split(/\W+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** The refusal of a description that lacks something. */
export function incomplete(reason: string): Rejection {
  return new Rejection(
    'WW_ERR_API_GATEWAY',
    `The description of the API is not complete: ${reason}.`,
  );
}
