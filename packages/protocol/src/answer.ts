import { JsonSyntaxError, jsonTextToBytes, scanMembers, type JsonText } from '@wasmwhisk/json-text';

/** What a guest answered, as the wire sees it. */
export interface GuestAnswer {
  readonly type: 'ok' | 'application-error';
  readonly json: JsonText;
}

/**
 * How a result is sent: `plain` is the result itself, as OpenWhisk reads it; `envelope` is the
 * forerunner's form, which a stock invoker takes for a success even when it holds an error.
 */
export type AnswerShape = 'plain' | 'envelope';

/** The body of a 200 answer to `/run`. The guest's text goes out as it was written. */
export function toAnswerBody(answer: GuestAnswer, shape: AnswerShape): JsonText {
  if (shape === 'envelope') {
    const failed = answer.type === 'application-error';
    return join(
      '{"result":',
      answer.json,
      failed
        ? ',"status":"application error","status_code":1,"success":false}'
        : ',"status":"success","status_code":0,"success":true}',
    );
  }
  if (answer.type === 'ok' || hasError(answer.json)) return answer.json;
  return join('{"error":', answer.json, '}');
}

/** Most members of an application error that are looked at, on the thread that answers. */
const membersMax = 10_000;

/** What has more members is no error of OpenWhisk's form, and becomes the value of one. */
function hasError(json: JsonText): boolean {
  try {
    const members = scanMembers(jsonTextToBytes(json), membersMax);
    return members?.some((member) => member.name === 'error') === true;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function join(before: string, json: JsonText, after: string): JsonText {
  if (typeof json === 'string') return before + json + after;
  const joined = new Uint8Array(before.length + json.length + after.length);
  joined.set(Buffer.from(before), 0);
  joined.set(json, before.length);
  joined.set(Buffer.from(after), before.length + json.length);
  return joined;
}
