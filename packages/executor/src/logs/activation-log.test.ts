import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameMarker } from '@wasmwhisk/protocol';
import { ActivationLog } from './activation-log.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function open(bytes = 1_000_000, linesMax = 1000): { log: ActivationLog; lines: string[] } {
  const lines: string[] = [];
  const owner = { containerId: 'c', activationId: 'a' };
  const log = new ActivationLog({ bytes, lines: linesMax }, owner, {
    line: (seenOwner, line) => {
      expect(seenOwner).toBe(owner);
      lines.push(`${line.stream}: ${line.log}`);
    },
  });
  return { log, lines };
}

describe('ActivationLog', () => {
  it('hands a line on when it is complete, and the rest at the end', () => {
    const { log, lines } = open();
    log.write('stdout', encode('one\ntw'));
    expect(lines).toEqual(['stdout: one']);
    log.write('stdout', encode('o\nthree'));
    expect(lines).toEqual(['stdout: one', 'stdout: two']);
    log.end();
    expect(lines).toEqual(['stdout: one', 'stdout: two', 'stdout: three']);
  });

  it('keeps the streams apart', () => {
    const { log, lines } = open();
    log.write('stdout', encode('a'));
    log.write('stderr', encode('b\n'));
    log.write('stdout', encode('c\n'));
    expect(lines).toEqual(['stderr: b', 'stdout: ac']);
  });

  it('makes whole characters of split ones, whatever the cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 7 })), (cuts) => {
        const bytes = encode('❄ ☃ ❄\nüñ\n');
        const { log, lines } = open();
        let at = 0;
        for (const cut of cuts) {
          log.write('stdout', bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        log.write('stdout', bytes.subarray(at));
        expect(lines).toEqual(['stdout: ❄ ☃ ❄', 'stdout: üñ']);
      }),
    );
  });

  it('cuts a flood at the limit and says so once', () => {
    const { log, lines } = open(10);
    log.write('stdout', encode('12345678'));
    log.write('stdout', encode('9abcdef\n'));
    log.write('stderr', encode('more\n'));
    log.end();
    expect(lines).toEqual([
      'stdout: 123456789a',
      'stderr: Logs were truncated because the total bytes size exceeds the limit of 10 bytes.',
    ]);
    expect(log.bytes).toBe(10);
    expect(log.truncated).toBe(true);
  });

  it('lets no guest forge the end of its log', () => {
    const { log, lines } = open();
    log.write('stdout', encode(`${frameMarker}\n`));
    expect(lines.join()).not.toContain(frameMarker);
    expect(lines).toHaveLength(1);
  });

  it('hands on a line without an end in pieces instead of keeping all of it', () => {
    const { log, lines } = open();
    for (let index = 0; index < 20; index += 1)
      log.write('stdout', new Uint8Array(10_000).fill(97));
    expect(lines.length).toBeGreaterThan(1);
    log.end();
    expect(lines.map((line) => line.slice(8)).join('')).toBe('a'.repeat(200_000));
  });

  it('puts its own words behind what the guest began', () => {
    const { log, lines } = open();
    log.write('stdout', encode('begun'));
    log.diagnose('An error has occurred: x\n    at f');
    expect(lines).toEqual([
      'stdout: begun',
      'stderr: An error has occurred: x',
      'stderr:     at f',
    ]);
  });

  it('keeps so many lines and no more, however short they are, and says so once', () => {
    const { log, lines } = open(1_000_000, 2);
    log.write('stdout', encode('\n\nthree\n\n'));
    log.write('stderr', encode('four\n'.repeat(3)));
    log.end();
    expect(lines).toEqual([
      'stdout: ',
      'stdout: ',
      'stderr: Logs were truncated because the total number of lines exceeds the limit of 2 lines.',
    ]);
    expect(log.bytes).toBe(2);
  });
});
