/** Entry of the transpiling thread. `transpiler.ts` says why it is a thread of its own. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { preview2SuspendingImports } from '@wasmwhisk/wasi';
import type { Transpiled, TranspiledMessage, TranspileMessage } from './transpile-message.js';

if (isMainThread || parentPort === null)
  throw new Error('transpile-worker.js is the entry of a worker thread');
const port = parentPort;

port.on('message', ({ component }: TranspileMessage) => {
  transpile(component).then(
    (transpiled) => {
      post({ type: 'transpiled', transpiled });
    },
    (error: unknown) => {
      post({ type: 'refused', reason: reasonOf(error) });
    },
  );
});

function post(message: TranspiledMessage): void {
  port.postMessage(message);
}

async function transpile(component: Uint8Array): Promise<Transpiled> {
  const result = await transpileBytes(component, {
    name: 'component',
    // Core modules and imports are given at each instantiation, which is done in one go.
    instantiation: 'sync',
    // Exports that may suspend: everything that we call.
    asyncMode: 'jspi',
    asyncImports: [...preview2SuspendingImports],
    asyncExports: ['wasi:cli/run#run', 'wasmwhisk:action/handler#run'],
    emitTypescriptDeclarations: false,
    nodejsCompat: false,
    // V8 has several memories; else jco refuses modules that do, and copies between components
    // through shims.
    multiMemory: true,
  });
  const files = Object.entries(result.files);
  const [, javaScript] = files.find(([name]) => name.endsWith('.js')) ?? [];
  if (javaScript === undefined) throw new Error('jco generated no JavaScript');
  return {
    module: new TextDecoder('utf-8', { fatal: true }).decode(javaScript),
    coreModules: new Map(
      files
        .filter(([name]) => name.endsWith('.wasm'))
        .map(([name, bytes]) => [name, Uint8Array.from(bytes)]),
    ),
    imports: result.imports,
    exports: result.exports.map(([name]) => name),
  };
}

/** jco throws errors, their payloads, and errors whose message is a chain of lines. */
function reasonOf(cause: unknown): string {
  const payload =
    typeof cause === 'object' && cause !== null && 'payload' in cause ? cause.payload : undefined;
  const text =
    typeof payload === 'string' ? payload : cause instanceof Error ? cause.message : String(cause);
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line.length > 0)
    .join(' ')
    .slice(0, 2000);
}
