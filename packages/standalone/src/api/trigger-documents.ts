import { toBaseMembers } from '../entities/base-document.js';
import type { Rule, Trigger } from '../entities/entity.js';
import { toContainerText, toPathText, type EntityPath } from '../entities/entity-path.js';
import { toKeyValuesText } from '../entities/key-value-lists.js';

/** A trigger with its rules, which it only shows when it has some. */
export function toTriggerText(trigger: Trigger, rules: readonly Rule[]): string {
  const links = rules.map(
    (rule) =>
      `${JSON.stringify(toPathText(rule.path))}:{"action":${toReferenceText(rule.action)},"status":"${statusOf(rule)}"}`,
  );
  return (
    `{${toBaseMembers(trigger)},"parameters":${toKeyValuesText(trigger.parameters)},"limits":{}` +
    `${links.length === 0 ? '' : `,"rules":{${links.join(',')}}`}}`
  );
}

/** A trigger in a list. */
export function toTriggerSummaryText(trigger: Trigger): string {
  return `{${toBaseMembers(trigger)}}`;
}

/** A rule with its status. */
export function toRuleText(rule: Rule, status: Rule['status'] = statusOf(rule)): string {
  return `{${toRuleMembers(rule)},"status":"${status}"}`;
}

/** A rule in a list: without its status, as in OpenWhisk. */
export function toRuleSummaryText(rule: Rule): string {
  return `{${toRuleMembers(rule)}}`;
}

/** A rule that its trigger does not know is inactive. */
export function statusOf({ linked, status }: Rule): Rule['status'] {
  return linked ? status : 'inactive';
}

function toRuleMembers(rule: Rule): string {
  return (
    `${toBaseMembers(rule)},"trigger":${toReferenceText(rule.trigger)},` +
    `"action":${toReferenceText(rule.action)}`
  );
}

function toReferenceText(path: EntityPath): string {
  return `{"path":${JSON.stringify(toContainerText(path))},"name":${JSON.stringify(path.name)}}`;
}
