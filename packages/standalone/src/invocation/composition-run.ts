import { jsonTextToString } from '@wasmwhisk/json-text';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import type { CodeExec } from '../entities/entity.js';
import type { EntityPath } from '../entities/entity-path.js';
import type { KeyValue } from '../entities/key-value.js';
import { parseEntityName, parsePathText } from '../entities/names.js';
import { isRejection } from '../rejections.js';
import type { ActionRunner } from './action-run.js';
import { isArray, membersOf, mergeArguments } from './arguments.js';
import { ComponentRuns, exhaustion, type ComponentServices } from './component-runs.js';
import { toErrorResponse, type ActivationResponse } from './response.js';
import type { ActivationTask } from './task.js';

/** What a conductor answers: what to run next, or that it is done. */
export type ConductorStep =
  | { readonly type: 'done'; readonly resultJson: string }
  | {
      readonly type: 'next';
      readonly action: string;
      readonly paramsJson: string;
      /** An object. */
      readonly stateJson: string;
    }
  /** `reason` is a sentence. */
  | { readonly type: 'invalid'; readonly reason: string };

export interface CompositionServices extends ComponentServices {
  readonly actions: Pick<ActionRunner, 'run'>;
}

const conductorAnnotation: readonly KeyValue[] = [{ key: 'conductor', json: 'true' }];

/**
 * Runs compositions. A conductor is an action whose result `{action, params, state}` names the next
 * component; with that one's result and the state it is called again, until its result names none.
 */
export class CompositionRunner {
  readonly #services: CompositionServices;

  constructor(services: CompositionServices) {
    this.#services = services;
  }

  async run(task: ActivationTask, exec: CodeExec): Promise<ActivationRecord> {
    const runs = new ComponentRuns(this.#services, task);
    const response = await this.#runAll(task, exec, runs);
    await runs.settled();
    return runs.toRecord(response, conductorAnnotation);
  }

  async #runAll(
    task: ActivationTask,
    exec: CodeExec,
    runs: ComponentRuns,
  ): Promise<ActivationResponse> {
    const { budget, target } = task;
    const namespace = task.identity.namespace;
    let { payload } = task;
    for (;;) {
      budget.conductorCalls -= 1;
      const why =
        exhaustion(task) ??
        (budget.conductorCalls < 0 ? 'The conductor was called more often than is allowed.' : '');
      if (why !== '') return toErrorResponse(1, why);
      const called = await runs.run(target, payload, (conductorTask) =>
        this.#services.actions.run(conductorTask, exec),
      );
      if (called.statusCode !== 0) return called;
      const step = readStep(called.resultJson ?? '{}');
      if (step.type === 'invalid') return toErrorResponse(1, step.reason);
      if (step.type === 'done') return { ...called, resultJson: step.resultJson };
      const component = resolveComponent(runs, step.action, namespace);
      let resultJson: string;
      if (typeof component === 'string') {
        // The conductor is told, and may go another way.
        resultJson = `{"error":${JSON.stringify(component)}}`;
      } else {
        if (component.action.exec.type === 'code') budget.components -= 1;
        const exhausted = exhaustion(task);
        if (exhausted !== undefined) return toErrorResponse(1, exhausted);
        const ran = await runs.run(component, step.paramsJson);
        // A fault of ours is nothing that a conductor could handle.
        if (ran.statusCode === 3) return ran;
        resultJson = ran.resultJson ?? '{}';
      }
      payload = addState(resultJson, step.stateJson);
    }
  }
}

/** Reads what a conductor answered. @param json One JSON object or array. */
export function readStep(json: string): ConductorStep {
  const members = membersOf(json);
  const valueOf = (name: string): string | undefined => {
    const found = members.find(({ key }) => key === name)?.json;
    return found === 'null' ? undefined : found;
  };
  const action = valueOf('action');
  const paramsJson = valueOf('params');
  if (action === undefined) return { type: 'done', resultJson: paramsJson ?? json };
  if (!action.startsWith('"'))
    return {
      type: 'invalid',
      reason: 'The conductor answered an "action" that is no string.',
    };
  const stateJson = valueOf('state') ?? '{}';
  for (const [name, value] of [
    ['params', paramsJson ?? '{}'],
    ['state', stateJson],
  ] as const)
    if (!value.startsWith('{'))
      return { type: 'invalid', reason: `The conductor answered "${name}" that is no object.` };
  return {
    type: 'next',
    action: JSON.parse(action) as string,
    paramsJson: paramsJson ?? '{}',
    stateJson,
  };
}

/** Lays the state over a result. A result that is a list has no members, and becomes the member `value`. */
export function addState(resultJson: string, stateJson: string): string {
  if (membersOf(stateJson).length === 0) return resultJson;
  const result = isArray(resultJson) ? [{ key: 'value', json: resultJson }] : membersOf(resultJson);
  return jsonTextToString(mergeArguments(result, stateJson));
}

/** Finds what a conductor names: `add`, `math/add`, `/guest/math/add`. @returns why not, when it cannot be */
function resolveComponent(
  runs: ComponentRuns,
  name: string,
  namespace: string,
): ResolvedAction | string {
  let path: EntityPath;
  try {
    path = parseComponentName(name, namespace);
  } catch (error) {
    if (isRejection(error)) return `The conductor names no action: ${error.message}`;
    throw error;
  }
  return runs.resolve(path);
}

/** @throws Rejection `WW_ERR_API_NAME` */
function parseComponentName(name: string, namespace: string): EntityPath {
  if (name.startsWith('/')) return parsePathText(name, namespace);
  if (name.includes('/')) return parsePathText(`/_/${name}`, namespace);
  return { namespace, package: undefined, name: parseEntityName(name, 'action name') };
}
