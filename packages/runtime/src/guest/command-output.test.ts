import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandOutput } from './command-output.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function collect(): { log: () => string; output: CommandOutput } {
  const chunks: Buffer[] = [];
  const logs = {
    write: (stream: string, bytes: Uint8Array) => {
      if (stream === 'stdout') chunks.push(Buffer.from(bytes));
    },
  };
  return {
    log: () => Buffer.concat(chunks).toString(),
    output: new CommandOutput({ logs, resultBytes: 100 }),
  };
}

describe('CommandOutput', () => {
  it('takes the last line for the result and passes the others on as they come', () => {
    const { log, output } = collect();
    output.write(encode('one\ntwo\n{"a"'));
    expect(log()).toBe('one\ntwo\n');
    output.write(encode(':1}\n'));
    expect(log()).toBe('one\ntwo\n');
    expect(output.finish()).toEqual({ type: 'ok', json: '{"a":1}' });
    expect(log()).toBe('one\ntwo\n');
  });

  it('does not take empty lines at the end for the last line', () => {
    const { output } = collect();
    output.write(encode('{"a":1}\r\n\n\r\n'));
    expect(output.finish()).toEqual({ type: 'ok', json: '{"a":1}' });
  });

  it('makes an empty object of nothing', () => {
    expect(collect().output.finish()).toEqual({ type: 'ok', json: '{}' });
  });

  it('gives what was held back to the log of a guest that failed', () => {
    const { log, output } = collect();
    output.write(encode('half a line'));
    expect(log()).toBe('');
    output.abandon();
    expect(log()).toBe('half a line');
  });

  it('refuses a last line that is no object or array, and shows it on stderr', () => {
    const errors: string[] = [];
    const output = new CommandOutput({
      logs: { write: (stream, bytes) => errors.push(`${stream}:${Buffer.from(bytes).toString()}`) },
      resultBytes: 100,
    });
    output.write(encode('"text"\n'));
    expect(() => output.finish()).toThrow('did not return a dictionary or array');
    expect(errors.join('')).toContain('stderr:"text"');
  });

  it('bounds the line it holds', () => {
    const { output } = collect();
    expect(() => {
      for (let index = 0; index < 1000; index += 1) output.write(encode('xxxxxxxxxx'));
    }).toThrow('more than 100 bytes');
  });

  it('gives the same result and log however the output is cut into writes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{"a":1}', '\n', 'x', '❄', '\r\n', ' ')),
        fc.array(fc.nat({ max: 9 })),
        (pieces, cuts) => {
          const bytes = encode(`${pieces.join('')}\n[1]`);
          if (bytes.length > 90) return;
          const whole = collect();
          whole.output.write(bytes);
          const parts = collect();
          let at = 0;
          for (const cut of cuts) {
            parts.output.write(bytes.subarray(at, at + cut));
            at = Math.min(bytes.length, at + cut);
          }
          parts.output.write(bytes.subarray(at));
          expect(parts.output.finish()).toEqual(whole.output.finish());
          expect(parts.log()).toBe(whole.log());
          expect(whole.log()).toBe(`${pieces.join('')}\n`);
        },
      ),
    );
  });

  it('holds a long line that is written byte by byte in about its own length', () => {
    const output = new CommandOutput({ logs: { write: () => undefined }, resultBytes: 2_000_000 });
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    for (const byte of encode(`["${'x'.repeat(1_000_000)}"]`)) output.write(Uint8Array.of(byte));
    const now = process.memoryUsage();
    // Each byte in an array of its own was two hundred times as much.
    expect(now.arrayBuffers + now.heapUsed - arrayBuffers - heapUsed).toBeLessThan(100_000_000);
    const { json } = output.finish();
    expect(json.length).toBe(1_000_004);
  });
});
