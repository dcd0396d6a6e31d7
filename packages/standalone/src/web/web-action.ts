import type { ResolvedAction } from '../catalog/resolved-action.js';
import { valueOf, type KeyValue } from '../entities/key-value.js';
import { isRejection, Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import type { WebAddress } from './web-address.js';

/** An action that may be called by anybody, as its annotations want it. */
export interface WebAction {
  /** Of the namespace in the path, not of the action's: it is invoked in its name and at its cost. */
  readonly owner: Identity;
  readonly target: ResolvedAction;
  readonly isRaw: boolean;
  /** `web-custom-options`: it answers `OPTIONS` itself, and no CORS header is added to its answers. */
  readonly hasOwnOptions: boolean;
  /** Parameters that no request may name, because the action is `final`. */
  readonly finalNames: ReadonlySet<string>;
}

const noNames: ReadonlySet<string> = new Set();

/**
 * Finds a web action. What it is made by is its own annotations, never those of package or binding.
 *
 * @throws Rejection `WW_ERR_API_NOT_FOUND`, whatever the reason: strangers learn nothing of what exists
 */
export function findWebAction(
  { catalog, users }: Pick<StandaloneServices, 'catalog' | 'users'>,
  address: WebAddress,
): WebAction {
  const owner = users.ownerOf(address.namespace);
  if (owner === undefined) throw notFound();
  const target = resolve(catalog, owner, address);
  const { annotations } = target.action;
  if (valueOf(annotations, 'web-export') !== true) throw notFound();
  return {
    owner,
    target,
    isRaw: valueOf(annotations, 'raw-http') === true,
    hasOwnOptions: valueOf(annotations, 'web-custom-options') === true,
    finalNames: valueOf(annotations, 'final') === true ? definedNames(target.parameters) : noNames,
  };
}

function resolve(
  catalog: StandaloneServices['catalog'],
  owner: Identity,
  { namespace, package: inPackage, name }: WebAddress,
): ResolvedAction {
  try {
    return catalog.resolveAction(owner, { namespace, package: inPackage, name });
  } catch (error) {
    // Also what is of another type, or bound to what is no longer there or not allowed.
    if (isRejection(error)) throw notFound(error);
    throw error;
  }
}

/** A parameter whose value is null is there to be given. */
function definedNames(parameters: readonly KeyValue[]): ReadonlySet<string> {
  return new Set(parameters.filter(({ json }) => json !== 'null').map(({ key }) => key));
}

/** The same for an action that is not for everybody and for none. */
export function notFound(cause?: Error): Rejection {
  return new Rejection(
    'WW_ERR_API_NOT_FOUND',
    'The requested resource does not exist. If there is such an action, its owner makes it a web action with "wsk action update NAME --web true".',
    cause === undefined ? undefined : { cause },
  );
}
