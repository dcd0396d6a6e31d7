import type { RuntimeFeature } from '@wasmwhisk/runtime';

/** What a runtime's test says about it. */
export interface ConformanceOptions {
  /** Shown in the names of the cases, for example `v8, pooled`. */
  readonly name: string;
  /** URL of the built module that exports `createRuntime`; worker threads load it too. */
  readonly module: string;
  /** What the runtime must declare, no more and no less. */
  readonly features: readonly RuntimeFeature[];
  /**
   * `inline` runs guests in the test's thread: nothing can end one that computes there, so the cases
   * of deadline and of aborting a computing guest are left out. `pooled` gives them worker threads.
   * `own` is for a runtime with threads of its own, which ends them itself.
   */
  readonly threading: 'inline' | 'pooled' | 'own';
  /** What it runs. Default: `module`. */
  readonly artifactKind?: 'module' | 'component' | 'both';
}
