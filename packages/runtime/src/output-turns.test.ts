import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputLine, outputPieceBytes, OutputTurns, WriteTask } from './output-turns.js';

/** A clock that only moves with the work that is done. */
class Work {
  nowMs = 0;
  readonly turns = new OutputTurns(() => this.nowMs);
  readonly done: string[] = [];

  /** A sink whose every piece takes so long. */
  sink(name: string, pieceMs: number) {
    return {
      write: (_stream: string, bytes: Uint8Array): void => {
        expect(bytes.length).toBeLessThanOrEqual(outputPieceBytes);
        this.nowMs += pieceMs;
        this.done.push(name);
      },
    };
  }

  task(name: string, pieces: number, pieceMs = 1): WriteTask {
    const bytes = new Uint8Array(pieces * outputPieceBytes);
    return new WriteTask(this.sink(name, pieceMs), 'stdout', bytes, () => {
      this.done.push(`${name} handled`);
    });
  }

  async untilIdle(line: OutputLine): Promise<void> {
    while (!line.idle) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the turns of output', () => {
  it('handle what is short at once', () => {
    const work = new Work();
    const line = new OutputLine(work.turns);
    line.write(work.task('a', 1));
    line.afterwards(() => work.done.push('end'));
    expect(work.done).toEqual(['a', 'a handled', 'end']);
  });

  it('stop after a slice, and give credit only when all of a write was handled', async () => {
    const work = new Work();
    const line = new OutputLine(work.turns);
    line.write(work.task('a', 12));
    line.afterwards(() => work.done.push('end'));
    expect(work.done).toEqual(Array<string>(5).fill('a'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(work.done).toEqual(Array<string>(10).fill('a'));
    await work.untilIdle(line);
    expect(work.done.slice(12)).toEqual(['a handled', 'end']);
  });

  it('serve lines by turns, so that nobody waits behind a flood', async () => {
    const work = new Work();
    const flood = new OutputLine(work.turns);
    const other = new OutputLine(work.turns);
    flood.write(work.task('flood', 1000));
    other.write(work.task('other', 1));
    await work.untilIdle(other);
    expect(work.done.filter((name) => name === 'flood').length).toBeLessThan(12);
    flood.clear();
  });

  it('go on, a piece in each turn, where others use up every slice', async () => {
    const work = new Work();
    const line = new OutputLine(work.turns);
    line.write(work.task('a', 4, 100));
    await work.untilIdle(line);
    expect(work.done).toHaveLength(5);
  });

  it('keep the order of a line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 20 }), async (lengths) => {
        const work = new Work();
        const line = new OutputLine(work.turns);
        lengths.forEach((pieces, index) => {
          line.write(work.task(String(index), pieces));
          line.afterwards(() => work.done.push(`end ${String(index)}`));
        });
        await work.untilIdle(line);
        expect(work.done).toEqual(
          lengths.flatMap((pieces, index) => [
            ...Array<string>(Math.max(1, pieces)).fill(String(index)),
            `${String(index)} handled`,
            `end ${String(index)}`,
          ]),
        );
      }),
    );
  });
});
