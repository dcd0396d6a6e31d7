import type { Figure } from '../measuring/figure.ts';
import type { WasmtimeCommand } from '../processes/wasmtime-command.ts';

/** What a section gives: figures, and lines about how they were measured. */
export interface SectionFigures {
  readonly notes?: readonly string[];
  readonly figures: readonly Figure[];
}

/** What a section may need and the machine may not have. */
export interface SectionOptions {
  readonly wasmtime: WasmtimeCommand;
}

/** One question that the benchmark answers. */
export interface Section {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly measure: (options: SectionOptions) => Promise<SectionFigures>;
}
