import { toBaseMembers } from '../entities/base-document.js';
import type { Action, Package } from '../entities/entity.js';
import { toKeyValuesText } from '../entities/key-value-lists.js';
import type { KeyValue } from '../entities/key-value.js';

/** A package as it is written: what PUT and DELETE answer. */
export function toPackageText(entity: Package): string {
  return `{${toMembers(entity, entity.parameters)}}`;
}

/**
 * A package with what is in it; feeds are listed apart.
 *
 * @param parameters of a binding: those of the package behind it too
 * @param actions of the package behind a binding
 */
export function toFullPackageText(
  entity: Package,
  parameters: readonly KeyValue[],
  actions: readonly Action[],
): string {
  const feeds = actions.filter(isFeed);
  const others = actions.filter((action) => !isFeed(action));
  return (
    `{${toMembers(entity, parameters)},` +
    `"actions":[${others.map(toActionText).join(',')}],"feeds":[${feeds.map(toActionText).join(',')}]}`
  );
}

/** A package in a list: `binding` is `false` there when it has none. */
export function toPackageSummaryText(entity: Package): string {
  return `{${toBaseMembers(entity)},"binding":${toBindingText(entity, 'false')}}`;
}

function toMembers(entity: Package, parameters: readonly KeyValue[]): string {
  return (
    `${toBaseMembers(entity)},"parameters":${toKeyValuesText(parameters)},` +
    `"binding":${toBindingText(entity, '{}')}`
  );
}

function toBindingText({ binding }: Package, none: string): string {
  return binding === undefined
    ? none
    : JSON.stringify({ namespace: binding.namespace, name: binding.name });
}

function isFeed({ annotations }: Action): boolean {
  return annotations.some(({ key }) => key === 'feed');
}

function toActionText({ path, version, annotations }: Action): string {
  return `{"name":${JSON.stringify(path.name)},"version":"${version}","annotations":${toKeyValuesText(annotations)}}`;
}
