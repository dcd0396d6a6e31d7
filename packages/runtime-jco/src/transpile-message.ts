/** What jco makes of a component. Plain data. */
export interface Transpiled {
  /** JavaScript, as an ES module. */
  readonly module: string;
  /** By file name, in the order in which jco numbers them. */
  readonly coreModules: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Names in the form in which they appear in the module. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** To the transpiling thread: the component's bytes. */
export interface TranspileMessage {
  readonly component: Uint8Array;
}

/** From the transpiling thread. `reason` is what jco said: a clause. */
export type TranspiledMessage =
  | { readonly type: 'transpiled'; readonly transpiled: Transpiled }
  | { readonly type: 'refused'; readonly reason: string };
