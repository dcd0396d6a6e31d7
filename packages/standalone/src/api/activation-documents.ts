import type { ActivationRecord, StatusCode } from '../entities/activation-record.js';
import { toKeyValuesText } from '../entities/key-value-lists.js';
import type { ActivationSummary } from '../storage/stores.js';

/** As `wsk` reads them: it computes the number from the text again. */
const statusTexts: Readonly<Record<StatusCode, string>> = {
  0: 'success',
  1: 'application error',
  2: 'action developer error',
  3: 'whisk internal error',
};

/** The document of an activation, as JSON text; its result is pasted as it is. */
export function toActivationText(record: ActivationRecord): string {
  const { endEpochMs, durationMs, cause } = record;
  return (
    `{"namespace":${JSON.stringify(record.namespace)},"name":${JSON.stringify(record.name)},` +
    `"version":"${record.version}","subject":${JSON.stringify(record.subject)},` +
    `"activationId":"${record.activationId}"${cause === undefined ? '' : `,"cause":"${cause}"`},` +
    `"start":${String(record.startEpochMs)}` +
    (endEpochMs === undefined ? '' : `,"end":${String(endEpochMs)}`) +
    (durationMs === undefined ? '' : `,"duration":${String(durationMs)}`) +
    `,"response":${toResponseText(record)},"logs":${JSON.stringify(record.logs)},` +
    `"annotations":${toKeyValuesText(record.annotations)},"publish":false}`
  );
}

/** The member `response` of a record: what `wsk activation result` shows. */
export function toResponseText({ statusCode, resultJson, resultBytes }: ActivationRecord): string {
  return (
    `{"status":"${statusTexts[statusCode]}","success":${String(statusCode === 0)}` +
    (resultJson === undefined ? '' : `,"result":${resultJson}`) +
    (resultBytes === undefined ? '' : `,"size":${String(resultBytes)}`) +
    '}'
  );
}

/** `{"logs": […]}` */
export function toLogsText({ logs }: ActivationRecord): string {
  return `{"logs":${JSON.stringify(logs)}}`;
}

/** An activation in a list: with the number of its status, and the time on the clock as its duration. */
export function toSummaryText(summary: ActivationSummary): string {
  const { startEpochMs, endEpochMs, cause } = summary;
  return (
    `{"namespace":${JSON.stringify(summary.namespace)},"name":${JSON.stringify(summary.name)},` +
    `"version":"${summary.version}","publish":false,` +
    `"annotations":${toKeyValuesText(summary.annotations)},` +
    `"activationId":"${summary.activationId}","start":${String(startEpochMs)}` +
    (endEpochMs === undefined
      ? ''
      : `,"end":${String(endEpochMs)},"duration":${String(endEpochMs - startEpochMs)}`) +
    `,"statusCode":${String(summary.statusCode)}${cause === undefined ? '' : `,"cause":"${cause}"`}}`
  );
}
