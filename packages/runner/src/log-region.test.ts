import fc from 'fast-check';
import { OutputLine, OutputTurns } from '@wasmwhisk/runtime';
import { describe, expect, it } from 'vitest';
import {
  createLogRegion,
  LogRegionReader,
  logRegionBytes,
  LogRegionWriter,
  type LogFrames,
} from './log-region.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Its clock stands still: there is always time. */
const atOnce = (): OutputLine => new OutputLine(new OutputTurns(() => 0));

class Sink {
  stdout = '';
  stderr = '';
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this[stream] += Buffer.from(bytes).toString('latin1');
  }
}

describe('the log region', () => {
  it('hands every byte on once, whichever way it goes and whenever somebody looks', () => {
    const step = fc.oneof(
      fc.record({
        act: fc.constant('write' as const),
        run: fc.constantFrom(1, 2, 3),
        stream: fc.constantFrom('stdout' as const, 'stderr' as const),
        length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3 * logRegionBytes })),
      }),
      fc.record({ act: fc.constantFrom('peek' as const, 'flush' as const, 'deliver' as const) }),
      fc.record({ act: fc.constant('take' as const), run: fc.constantFrom(1, 2, 3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const region = createLogRegion();
        const onTheWay: LogFrames[] = [];
        const writer = new LogRegionWriter(region, (frames) => onTheWay.push(frames));
        const sinks = new Map([1, 2, 3].map((run) => [run, new Sink()]));
        const reader = new LogRegionReader(region, (run) => sinks.get(run), atOnce());
        const expected = new Map([1, 2, 3].map((run) => [run, new Sink()]));
        const deliver = (): void => {
          for (const frames of onTheWay.splice(0)) reader.receive(frames);
        };
        let letter = 0;
        for (const one of steps) {
          if (one.act === 'write') {
            const bytes = new Uint8Array(one.length).fill(97 + (letter++ % 26));
            writer.write(one.run, one.stream, bytes);
            expected.get(one.run)?.write(one.stream, bytes);
          } else if (one.act === 'take') {
            const taken = writer.take(one.run);
            // A result is handled after the messages that were sent before it.
            deliver();
            if (taken !== undefined) reader.receive(taken);
          } else if (one.act === 'peek') {
            reader.peek('now');
          } else if (one.act === 'flush') writer.flush();
          else deliver();
        }
        deliver();
        reader.peek('end');
        expect([...sinks]).toEqual([...expected]);
      }),
    );
  });

  it('does not repeat frames of a worker that ended before it emptied its region', () => {
    const region = createLogRegion();
    const sink = new Sink();
    const reader = new LogRegionReader(region, () => sink, atOnce());
    let posted: LogFrames | undefined;
    const writer = new LogRegionWriter(region, (frames) => {
      posted = frames;
      throw new Error('the worker is ended here');
    });
    writer.write(1, 'stdout', encode('last words'));
    expect(() => {
      writer.flush();
    }).toThrow('ended here');
    if (posted !== undefined) reader.receive(posted);
    reader.peek('end');
    expect(sink.stdout).toBe('last words');
  });

  it('puts together what a guest wrote byte by byte, and keeps the order of its streams', () => {
    const region = createLogRegion();
    const writes: string[] = [];
    const reader = new LogRegionReader(
      region,
      () => ({
        write: (stream, bytes) => {
          writes.push(`${stream} ${String(bytes.length)}`);
        },
      }),
      atOnce(),
    );
    const writer = new LogRegionWriter(region, () => undefined);
    for (let index = 0; index < 1500; index += 1) writer.write(1, 'stdout', encode('a'));
    writer.write(1, 'stderr', encode('b'));
    writer.write(1, 'stdout', encode('c'));
    const taken = writer.take(1);
    if (taken !== undefined) reader.receive(taken);
    expect(writes).toEqual(['stdout 1024', 'stdout 476', 'stderr 1', 'stdout 1']);
  });
});
