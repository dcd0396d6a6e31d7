import { describe, expect, it } from 'vitest';
import { ControlWindowReader, ControlWindowWriter, createControlWindow } from './control-window.js';

function open(): { writer: ControlWindowWriter; reader: ControlWindowReader } {
  const window = createControlWindow();
  return { writer: new ControlWindowWriter(window), reader: new ControlWindowReader(window) };
}

function elapsedMs(action: () => void): number {
  const startedAt = performance.now();
  action();
  return performance.now() - startedAt;
}

describe('ControlWindowWriter', () => {
  it('goes on as long as the other side reads, also when the counts wrap around', () => {
    const { writer, reader } = open();
    const ms = elapsedMs(() => {
      for (let sent = 0; sent < 5 * 2 ** 30; sent += 2 ** 17) {
        writer.admit(2 ** 17);
        reader.release(2 ** 17);
      }
    });
    expect(ms).toBeLessThan(900);
  });

  it('stands still when nobody reads, and then goes on slowly', () => {
    const { writer } = open();
    expect(
      elapsedMs(() => {
        for (let message = 0; message < 256; message += 1) writer.admit(0);
      }),
    ).toBeLessThan(900);
    expect(
      elapsedMs(() => {
        writer.admit(0);
      }),
    ).toBeGreaterThan(900);
  });
});
