import {
  FakeWasmRuntime,
  WasmRuntimeError,
  type CompiledArtifact,
  type CreateRuntime,
  type WasmRuntime,
} from '@wasmwhisk/runtime';

/** The only settings that the stand-in's code fits. */
export const standInSettings = 'ab12';

/** A runtime that takes precompiled code as a native one does, and runs nothing. */
class NativeStandIn extends FakeWasmRuntime {
  constructor() {
    super({ name: 'native', threading: 'own' });
  }

  override async precompile(
    ...[artifact, limits]: Parameters<WasmRuntime['precompile']>
  ): Promise<CompiledArtifact> {
    const { precompiled } = artifact;
    if (precompiled !== undefined && precompiled.settings !== standInSettings)
      throw new WasmRuntimeError('WW_ERR_ARTIFACT_FOREIGN', 'The settings are others.');
    return super.precompile(artifact, limits);
  }
}

export const createRuntime: CreateRuntime = () => new NativeStandIn();
