/** What an artifact's bytes are, as far as the bytes themselves tell. */
export type ArtifactFormat = 'module' | 'component';

/**
 * How a guest takes its input and gives its result. Told by the artifact itself.
 *
 * - `buffer`: exports `wasm_memory_buffer_allocate_space` and two getters; result is `{"Ok": x}` or `{"Err": e}`.
 * - `buffer-second`: exports `set_input`, `get_result_len`, `get_result`; result is plain JSON.
 * - `command`: exports `_start` (WASI preview 1), or is a component that exports `wasi:cli/run`.
 * - `action-world`: a component that exports `wasmwhisk:action/handler`.
 * - `http-handler`: a component that exports `wasi:http/incoming-handler`.
 * - `numeric`: a module without `_start`; `main` names an export with number parameters.
 */
export type GuestInterface =
  'buffer' | 'buffer-second' | 'command' | 'action-world' | 'http-handler' | 'numeric';

/** A Wasm value type in the text format's spelling: `i32`, `i64`, `f32`, `f64`, `v128`, or a reference type. */
export type ValueTypeName = string;

export interface FunctionType {
  readonly params: readonly ValueTypeName[];
  readonly results: readonly ValueTypeName[];
}

/** Limits of a memory in pages of `pageBytes`, or of a table in elements. */
export interface LimitsType {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly shared: boolean;
  readonly is64: boolean;
}

export type ExternalType =
  | { readonly type: 'function'; readonly signature: FunctionType }
  | { readonly type: 'table'; readonly limits: LimitsType }
  | { readonly type: 'memory'; readonly limits: LimitsType; readonly pageBytes: number }
  | { readonly type: 'global'; readonly valueType: ValueTypeName; readonly mutable: boolean }
  | { readonly type: 'tag' };

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly external: ExternalType;
}

export interface ModuleExport {
  readonly name: string;
  readonly external: ExternalType;
}

/** An import or export of a component: its extern name, such as `wasi:cli/run@0.2.3`, and its kind. */
export interface ComponentExtern {
  readonly name: string;
  readonly kind: 'module' | 'function' | 'value' | 'type' | 'instance' | 'component';
}

/** One entry of the `producers` custom section, for example field `language`, name `Rust`, version `1.63.0`. */
export interface Producer {
  readonly field: string;
  readonly name: string;
  readonly version: string;
}

export interface ModuleDescription {
  readonly format: 'module';
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** Every memory, imported ones first, in index order. */
  readonly memories: readonly {
    readonly imported: boolean;
    readonly limits: LimitsType;
    readonly pageBytes: number;
  }[];
  readonly tables: readonly { readonly imported: boolean; readonly limits: LimitsType }[];
  readonly hasStartFunction: boolean;
  /** It defines array types of the garbage collection proposal. */
  readonly definesArrays: boolean;
  readonly customSections: readonly string[];
  readonly producers: readonly Producer[];
  /** `undefined` when no interface of ours is recognised; `numeric` needs an export named by `main`. */
  readonly guestInterface: GuestInterface | undefined;
}

export interface ComponentDescription {
  readonly format: 'component';
  readonly imports: readonly ComponentExtern[];
  readonly exports: readonly ComponentExtern[];
  /** How many core modules are embedded, nested components included. */
  readonly coreModules: number;
  /** Some core module defines a memory that threads can share. `undefined` when none does. */
  readonly definesSharedMemory: boolean | undefined;
  readonly producers: readonly Producer[];
  readonly guestInterface: GuestInterface | undefined;
}

export type ArtifactDescription = ModuleDescription | ComponentDescription;

/** Which engine made precompiled code. Native code runs only where all of it matches. */
export interface PrecompiledCode {
  /** The runtime that takes it, such as `wasmtime`. */
  readonly runtime: string;
  /** The engine and its version, such as `wasmtime 48.0.8`. */
  readonly engine: string;
  /** Target triple, such as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** Digest of the engine's settings, processor features included: hex. */
  readonly settings: string;
}

/** The bytes of an action's Wasm, and what they are. Plain data: may cross a thread. */
export interface Artifact {
  /** SHA-256 of `bytes`, 64 lower-case hex digits. */
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly description: ArtifactDescription;
  /**
   * Set when `bytes` are native code and `description` tells what they were made of. Running hostile
   * native code is running anything: only whoever has verified a trusted signature sets it.
   */
  readonly precompiled?: PrecompiledCode;
}
