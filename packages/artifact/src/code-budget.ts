import { ArtifactError } from './artifact-error.js';
import type { ByteReader } from './byte-reader.js';
import { readBodyShape } from './function-body.js';
import { readValueType } from './value-types.js';

/**
 * Most that compiling may cost, told by the shape of the code. Engines compile in time and memory that
 * grow faster than the code does, and nothing interrupts them.
 */
export interface CodeLimits {
  /** Bytes of one function. */
  readonly functionBytes: number;
  /** Blocks within blocks of one function. */
  readonly functionDepth: number;
  /**
   * Work of one function: its branches, calls and blocks, its loops times its locals, and a sixty-fourth of
   * its loops squared. Each of these takes Cranelift about as long.
   */
  readonly functionWork: number;
  /** Work of all functions together, and a sixteenth of their bytes. */
  readonly codeWork: number;
}

/** Some four times the most that was found in what real toolchains make, and more. */
export const defaultCodeLimits: CodeLimits = {
  functionBytes: 4 * 1024 * 1024,
  functionDepth: 10_000,
  functionWork: 250_000,
  codeWork: 8_000_000,
};

/** Adds up what the functions of an artifact cost, all its core modules together. */
export class CodeBudget {
  readonly #limits: CodeLimits | undefined;
  #work = 0;

  /** @param limits Default: only what no engine takes well is refused, and no body is walked. */
  constructor(limits?: CodeLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a code section.
   *
   * @throws ArtifactError `limit-exceeded`, `malformed`
   */
  take(content: ByteReader): void {
    const count = content.count('functions', 'functions');
    for (let index = 0; index < count; index += 1) {
      const body = content.part(content.u32(), 'code');
      const bytes = body.end - body.offset;
      let locals = 0;
      for (let groups = body.u32(); groups > 0; groups -= 1) {
        locals += body.u32();
        readValueType(body);
      }
      content.assertLimit(
        'functionEffort',
        locals * bytes,
        `locals for the length of function body ${String(index)} (${String(locals)} in ${String(bytes)} bytes)`,
      );
      if (this.#limits !== undefined)
        this.#assertWork(body, { index, bytes, locals }, this.#limits);
    }
  }

  #assertWork(
    body: ByteReader,
    { index, bytes, locals }: Readonly<Record<'index' | 'bytes' | 'locals', number>>,
    limits: CodeLimits,
  ): void {
    const start = body.offset;
    const assert = (limit: keyof CodeLimits, found: number, what: string): void => {
      if (found <= limits[limit]) return;
      throw new ArtifactError(
        'limit-exceeded',
        `Compiling the code would cost too much: ${what} ${String(found)}, and at most ` +
          `${String(limits[limit])} is allowed (limits.${limit}). Split the function, or ask the operator for a higher limit.`,
        { section: 'code', offset: start },
      );
    };
    const which = `function body ${String(index)}`;
    assert('functionBytes', bytes, `the bytes of ${which} are`);
    const { depth, loops, edges } = readBodyShape(body);
    assert('functionDepth', depth, `the depth of blocks in ${which} is`);
    const work = edges + loops * locals + Math.floor((loops * loops) / 64);
    assert('functionWork', work, `the work of ${which} (its branches, calls and loops) is`);
    this.#work += work + bytes / 16;
    assert('codeWork', Math.floor(this.#work), `the work of all functions up to ${which} is`);
  }
}
