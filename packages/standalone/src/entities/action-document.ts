import { toBaseMembers } from './base-document.js';
import type { Action, Exec } from './entity.js';
import { toPathText, type EntityPath } from './entity-path.js';
import { toKeyValuesText } from './key-value-lists.js';
import type { KeyValue } from './key-value.js';
import { sequenceKind } from './kinds.js';
import { toLimitsText } from './limits.js';

/** What a document shows beside the action itself. */
export interface ActionDocumentOptions {
  /** Default: the action's own, without those of its package. */
  readonly parameters?: readonly KeyValue[];
  /** The code as one JSON string. Default: not shown. */
  readonly codeJson?: string | undefined;
  /** The binding that it was found through. Default: not shown. */
  readonly binding?: EntityPath | undefined;
}

/** An action as JSON text, as `GET`, `PUT` and `DELETE` answer it. */
export function toActionDocument(
  action: Action,
  { parameters = action.parameters, codeJson, binding }: ActionDocumentOptions = {},
): string {
  const bound = binding === undefined ? '' : `,"binding":${JSON.stringify(toPathText(binding))}`;
  return (
    `{${toBaseMembers(action)},"exec":${toExecText(action.exec, codeJson)},` +
    `"parameters":${toKeyValuesText(parameters)},"limits":${toLimitsText(action.limits)}${bound}}`
  );
}

/** An action as it stands in a list, as JSON text: without parameters, and of `exec` only `binary`. */
export function toActionSummary(action: Action): string {
  const binary = action.exec.type === 'code' && action.exec.binary;
  return `{${toBaseMembers(action)},"limits":${toLimitsText(action.limits)},"exec":{"binary":${String(binary)}}}`;
}

/** The kind as annotations and documents name it. */
export function kindOf(exec: Exec): string {
  return exec.type === 'sequence' ? sequenceKind : exec.kind;
}

/** The names of a sequence's components as JSON text, each with a slash in front. */
export function toComponentsText(components: readonly EntityPath[]): string {
  return JSON.stringify(components.map((component) => `/${toPathText(component)}`));
}

function toExecText(exec: Exec, codeJson: string | undefined): string {
  if (exec.type === 'sequence')
    return `{"kind":"${sequenceKind}","components":${toComponentsText(exec.components)}}`;
  const main = exec.main === undefined ? '' : `,"main":${JSON.stringify(exec.main)}`;
  const code = codeJson === undefined ? '' : `,"code":${codeJson}`;
  // `wsk action get --save` needs `binary`, also without code.
  return `{"kind":${JSON.stringify(exec.kind)},"binary":${String(exec.binary)}${main}${code}}`;
}
