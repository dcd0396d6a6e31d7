import type { Figure } from '../measuring/figure.ts';

/** What a section gives: figures, and lines about how they were measured. */
export interface SectionFigures {
  readonly notes?: readonly string[];
  readonly figures: readonly Figure[];
}

/** One question that the benchmark answers. */
export interface Section {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly measure: () => Promise<SectionFigures>;
}
