import type { GlueImport } from './glue.js';

/** The guest interfaces that this runtime serves. */
export type ComponentInterface = 'command' | 'action-world';

/** What `precompile` makes of a component. Survives structured clone. */
export interface CompiledComponent {
  readonly guestInterface: ComponentInterface;
  /** The exported instance with the interface's `run`, such as `wasi:cli/run@0.2.3`. */
  readonly exportName: string;
  /** Body of the function that `compileGlue` compiles. */
  readonly glueSource: string;
  readonly coreModules: readonly CoreModule[];
  readonly imports: readonly GlueImport[];
}

export interface CoreModule {
  /** The name by which the glue asks for it. */
  readonly name: string;
  /** Its memories and tables are capped. */
  readonly module: WebAssembly.Module;
  /** How many instances one instance of the component makes of it. */
  readonly instances: number;
}
