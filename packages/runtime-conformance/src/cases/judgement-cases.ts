import { preview1Signatures, readArtifact, type Preview1Version } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import type { WasmRuntimeErrorCode } from '@wasmwhisk/runtime';
import type { CaseContext } from '../case-context.js';
import { componentExporting, componentImporting } from '../component-bytes.js';
import { commandModule, invalidBody, type ModuleRequest } from '../module-bytes.js';

interface Refused {
  readonly what: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly code: WasmRuntimeErrorCode;
  readonly message: string;
}

const errno = { params: [], results: ['i32'] };
const randomGet = preview1Signatures.wasi_snapshot_preview1.get('random_get') ?? errno;

/** Modules whose code no engine would compile either: they are refused before one looks at it. */
function module(request: ModuleRequest): Uint8Array<ArrayBuffer> {
  return commandModule({ ...request, body: invalidBody });
}

const noThreads =
  'and guests have no threads here: such a memory would know no limit. Build it without threads.';
const needsMemory =
  'which needs the memory of its caller, and does not export a memory as "memory". ' +
  'Export it: linkers do unless they are told otherwise.';
const needsRelease =
  'WASI 0.2 is offered, in its releases 0.2.x: build the component for one of them.';

const refusedModules: readonly Refused[] = [
  {
    what: 'an import that nobody has',
    bytes: module({ imports: [['env', 'log', errno]] }),
    code: 'WW_ERR_GUEST_LINK',
    message:
      'Nothing here provides the import env.log (a function). A JavaScript page of its toolchain usually does: build for WASI (wasm32-wasi) instead.',
  },
  {
    what: 'a function of WASI of another type',
    bytes: module({ imports: [['wasi_unstable', 'random_get', errno]] }),
    code: 'WW_ERR_GUEST_LINK',
    message:
      'The import wasi_unstable.random_get is a function () -> (i32), but what can be provided is a function (i32, i32) -> (i32). Build the action with a toolchain for WASI preview 1.',
  },
  ...(['private', 'none'] as const).map((memory) => ({
    what: `a function of WASI where the memory is ${memory}`,
    bytes: module({ imports: [['wasi_snapshot_preview1', 'random_get', randomGet]], memory }),
    code: 'WW_ERR_GUEST_EXPORT_MISSING' as const,
    message: `The action imports wasi_snapshot_preview1.random_get, ${needsMemory}`,
  })),
  {
    what: 'a shared memory',
    bytes: module({ memory: 'shared' }),
    code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
    message: `The module has a shared memory, ${noThreads}`,
  },
];

const refusedComponents: readonly Refused[] = [
  {
    what: 'an interface that nobody has',
    bytes: componentImporting('wasi:keyvalue/store@0.2.0', 'wasmwhisk:action/handler@0.1.0'),
    code: 'WW_ERR_GUEST_LINK',
    message:
      'Nothing here provides the import wasi:keyvalue/store@0.2.0 of the component (of kind instance). Components can import WASI 0.2 and nothing else.',
  },
  {
    what: 'a release candidate of WASI',
    bytes: componentImporting('wasi:io/poll@0.2.0-rc-2023-11-10', 'wasi:cli/run@0.2.0'),
    code: 'WW_ERR_GUEST_LINK',
    message: `Nothing here provides the import wasi:io/poll@0.2.0-rc-2023-11-10 of the component (of kind instance). ${needsRelease}`,
  },
  ...['wasi:cli/run@0.2.0-rc-2023-11-10', 'wasmwhisk:action/handler@0.2.0'].map((name) => ({
    what: `the entry ${name}`,
    bytes: componentExporting(name),
    code: 'WW_ERR_ARTIFACT_UNSUPPORTED' as const,
    message:
      `The component exports its entry as ${name}, and nothing here serves that version. Served are ` +
      'wasmwhisk:action/handler@0.1.x, wasi:http/incoming-handler@0.2.x and wasi:cli/run@0.2.x, no release candidates. ' +
      'Build it with the released interfaces.',
  })),
];

/** What no runtime runs each refuses with the same words, before its engine sees the code. */
export function judgementCases(context: CaseContext): void {
  const kind = context.options.artifactKind ?? 'module';
  const limits = { memoryBytes: 16 * 1024 * 1024, tableElements: 1000 };
  const refused = [
    ...(kind === 'component' ? [] : refusedModules),
    ...(kind === 'module' ? [] : refusedComponents),
  ];
  describe('before anything is compiled', () => {
    it.each(refused)('refuses $what', async ({ bytes, code, message }) => {
      const { runtime } = context.harness();
      const artifact = readArtifact(bytes);
      expect(runtime.assess(artifact.description)).toEqual({
        type: 'unsupported',
        reason: message,
      });
      await expect(runtime.precompile(artifact, limits)).rejects.toMatchObject({ code, message });
    });

    if (kind === 'component') return;
    it.each(['wasi_snapshot_preview1', 'wasi_unstable'] satisfies Preview1Version[])(
      'takes every function of %s',
      async (version) => {
        const imports = [...preview1Signatures[version]].map(
          ([name, type]) => [version, name, type] as const,
        );
        await start(context, commandModule({ imports }));
      },
    );

    it('takes proc_exit from a module without memory', async () => {
      const exits = { params: ['i32'], results: [] };
      const bytes = commandModule({
        imports: [['wasi_snapshot_preview1', 'proc_exit', exits]],
        memory: 'none',
        // Ends with 3.
        body: [0x41, 0x03, 0x10, 0x00],
      });
      const seen = await context.harness().observe(await start(context, bytes));
      expect(seen.error?.details.exitCode).toBe(3);
    });
  });

  async function start(
    { harness }: CaseContext,
    bytes: Uint8Array<ArrayBuffer>,
  ): ReturnType<ReturnType<CaseContext['harness']>['start']> {
    const { runtime } = harness();
    return harness().start(await runtime.precompile(readArtifact(bytes), limits));
  }
}
