import { JsonSyntaxError, scanJson, toJsonText } from '@wasmwhisk/json-text';
import { WasmRuntimeError, type ActionResult, type ResultRules } from '@wasmwhisk/runtime';

/**
 * The application error of an err text: any JSON, as it was written. A text that is no JSON becomes
 * a JSON string, since that is what languages' error messages are.
 *
 * @throws WasmRuntimeError `WW_ERR_RESULT_TOO_LARGE`
 */
export function toErrorJson(text: string, { resultBytes }: ResultRules): ActionResult {
  const bytes = Buffer.from(text);
  const json = findJson(bytes) ?? Buffer.from(JSON.stringify(text));
  if (json.length > resultBytes)
    throw new WasmRuntimeError(
      'WW_ERR_RESULT_TOO_LARGE',
      `The action returned an error of ${String(json.length)} bytes; the limit is ${String(resultBytes)}.`,
    );
  return { type: 'application-error', json: toJsonText(json) };
}

/** The JSON value without the white space around it. */
function findJson(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const { start, end } = scanJson(bytes);
    return bytes.subarray(start, end);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return undefined;
  }
}
