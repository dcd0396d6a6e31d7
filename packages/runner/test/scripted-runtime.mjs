// A runtime whose guests are scripts: what each run does is named by its input.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { toRunEndError, WasmRuntimeError } from '@wasmwhisk/runtime';

const encode = (text) => new TextEncoder().encode(text);

export function createRuntime(options = {}) {
  return {
    name: 'scripted',
    threading: 'caller',
    features: new Set(),
    assess: () => ({ type: 'supported' }),
    precompile: () => Promise.reject(new Error('not needed')),
    initialize(compiled, settings) {
      if (compiled.code === 'refuse')
        return Promise.reject(new WasmRuntimeError('WW_ERR_GUEST_LINK', 'refused'));
      let runs = 0;
      return Promise.resolve({
        async run(activation, signal) {
          runs += 1;
          const text =
            typeof activation.input === 'string'
              ? activation.input
              : Buffer.from(activation.input).toString();
          const { act, ms = 0, lines = 0, bytes = 0, file = '' } = JSON.parse(text);
          const usage = { peakMemoryBytes: undefined, cpuTimeUs: undefined };
          const done = (json) => ({ result: { type: 'ok', json }, usage });
          for (let index = 0; index < lines; index += 1)
            activation.logs.write(index % 2 === 0 ? 'stdout' : 'stderr', encode(`line ${index}\n`));
          switch (act) {
            case 'echo':
              return done(activation.input);
            case 'runs':
              return done(JSON.stringify({ runs, entry: settings.entry }));
            case 'environment':
              return done(JSON.stringify(activation.environment));
            case 'loop':
              for (;;);
            case 'wait':
              options.onWaiting?.(activation.id, true, bytes);
              try {
                await sleep(ms, undefined, { signal });
              } catch {
                throw toRunEndError(signal.reason);
              } finally {
                options.onWaiting?.(activation.id, false, bytes);
              }
              return done('{"waited":true}');
            case 'wait-endlessly':
              for (;;) {
                options.onWaiting?.(activation.id, true, bytes);
                await new Promise((resolve) => setImmediate(resolve));
                options.onWaiting?.(activation.id, false, bytes);
                if (signal.aborted) throw toRunEndError(signal.reason);
              }
            case 'wait-stubbornly':
              options.onWaiting?.(activation.id, true, bytes);
              await sleep(ms);
              options.onWaiting?.(activation.id, false, bytes);
              return done('{}');
            case 'hold-thread':
              // Nothing ends a thread that is in such a call, as when an engine compiles.
              spawnSync('sh', ['-c', `sleep 2; touch "${file}"`]);
              return done('{}');
            case 'fill-heap': {
              const kept = [];
              for (;;) kept.push(new Array(10_000).fill(kept.length));
            }
            case 'crash':
              return process.exit(7);
            default:
              throw new WasmRuntimeError('WW_ERR_GUEST_TRAP', 'no such act', {
                details: { trap: 'unreachable-code-reached' },
              });
          }
        },
        destroy: () => Promise.resolve(),
      });
    },
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
