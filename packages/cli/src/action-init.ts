import path from 'node:path';
import type { Container } from '@wasmwhisk/executor';
import { toValueText } from './arguments-text.js';
import type { CodeText } from './code-text.js';

/** An action as the command line describes it. */
export interface ActionRequest {
  /** `-` for standard input. */
  readonly file: string;
  readonly main: string;
  /** Values are JSON, or else strings. */
  readonly annotations: readonly (readonly [name: string, value: string])[];
  readonly variables: readonly (readonly [name: string, value: string])[];
}

/** The name that an action gets from its file. */
export function actionName(file: string): string {
  if (file === '-') return 'action';
  return path.basename(file).replace(/\.[^.]*$/, '') || 'action';
}

/**
 * Puts an action into a container.
 *
 * @throws ExecutorError, WasmRuntimeError
 */
export async function initializeAction(
  container: Container,
  { file, main, annotations, variables }: ActionRequest,
  code: CodeText,
): Promise<void> {
  await container.initialize({
    name: actionName(file),
    main,
    ...code,
    environment: variables,
    annotations: new Map(
      annotations.map(([name, value]) => [name, JSON.parse(toValueText(value)) as unknown]),
    ),
  });
}
