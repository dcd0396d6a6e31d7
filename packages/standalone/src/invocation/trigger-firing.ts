import { jsonTextToString, type JsonText } from '@wasmwhisk/json-text';
import type { Catalog } from '../catalog/catalog.js';
import type { AcceptedActivation } from '../entities/activation-record.js';
import type { Rule } from '../entities/entity.js';
import { toPathText } from '../entities/entity-path.js';
import { mergeKeyValues } from '../entities/key-value.js';
import { isRejection } from '../rejections.js';
import type { Storage } from '../storage/stores.js';
import { createActivationId } from './activation-ids.js';
import { mergeArguments } from './arguments.js';
import type { FireRequest, Invoker } from './invocation.js';

export interface TriggerFiringOptions {
  readonly catalog: Catalog;
  readonly storage: Pick<Storage, 'activations' | 'entities'>;
  readonly now: () => number;
  /** Invokes the actions of rules. */
  readonly invoker: Pick<Invoker, 'invoke'>;
  /** Told of faults of ours, which the record only mentions. */
  readonly onError: (error: unknown) => void;
}

/** A trigger that was fired, and noted. */
export interface FiredTrigger {
  readonly activationId: string;
  /** Goes through the rules, and stores the record. */
  finish(): Promise<void>;
}

/** Fires triggers: every active rule invokes its action, as whoever fires. */
export class TriggerFiring {
  readonly #options: TriggerFiringOptions;

  constructor(options: TriggerFiringOptions) {
    this.#options = options;
  }

  /** @returns `undefined` when no rule is active: nothing happens, and nothing is recorded. */
  async begin(request: FireRequest): Promise<FiredTrigger | undefined> {
    const { storage, now } = this.#options;
    const { identity, trigger } = request;
    const rules = storage.entities.linkedRules(trigger.path);
    if (!rules.some(({ status }) => status === 'active')) return undefined;
    const activation: AcceptedActivation = {
      activationId: createActivationId(),
      namespace: identity.namespace,
      subject: identity.subject,
      name: trigger.path.name,
      package: undefined,
      version: trigger.version,
      cause: undefined,
      startEpochMs: now(),
      annotations: [],
    };
    await storage.activations.accept(activation);
    return {
      activationId: activation.activationId,
      finish: () => this.#finish(request, activation, rules),
    };
  }

  async #finish(
    request: FireRequest,
    activation: AcceptedActivation,
    rules: readonly Rule[],
  ): Promise<void> {
    const { trigger, payload, headers } = request;
    const payloadOfActions = mergeArguments(
      mergeKeyValues(trigger.parameters, [{ key: headersName, json: JSON.stringify(headers) }]),
      payload,
    );
    const logs = await Promise.all(
      rules.map((rule) => this.#follow(rule, request, payloadOfActions)),
    );
    await this.#options.storage.activations.store({
      ...activation,
      endEpochMs: undefined,
      durationMs: undefined,
      statusCode: 0,
      resultJson: jsonTextToString(payload),
      resultBytes: undefined,
      logs,
    });
  }

  /** @returns the line of a rule in the trigger's record. */
  async #follow(rule: Rule, request: FireRequest, payload: JsonText): Promise<string> {
    const ruleText = JSON.stringify(toPathText(rule.path));
    const actionText = JSON.stringify(toPathText(rule.action));
    const of = `"rule":${ruleText},"action":${actionText}`;
    if (rule.status === 'inactive')
      return `{"statusCode":1,"success":false,"error":"The rule is inactive, and its action was not invoked.",${of}}`;
    const { identity, transactionId } = request;
    try {
      const target = this.#options.catalog.resolveAction(identity, rule.action);
      const { invoker } = this.#options;
      const outcome = await invoker.invoke({ identity, target, payload, transactionId }, 0);
      const activationId =
        outcome.type === 'done' ? outcome.record.activationId : outcome.activationId;
      return `{"statusCode":0,"success":true,"activationId":"${activationId}",${of}}`;
    } catch (error) {
      const statusCode = isRejection(error) && error.status < 500 ? 1 : 3;
      if (!isRejection(error)) this.#options.onError(error);
      const text = isRejection(error) ? error.message : 'The server failed; its log has more.';
      return `{"statusCode":${String(statusCode)},"success":false,"error":${JSON.stringify(text)},${of}}`;
    }
  }
}

const headersName = '__ow_headers';
