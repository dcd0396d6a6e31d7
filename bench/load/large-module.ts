/** Functions of the generated module, and how long their bodies are. */
const functions = 10_000;
const stepsPerFunction = 24;

/**
 * Makes a command module of about 4 MB whose functions all differ: what an interpreter or a large
 * program compiled to Wasm is like for the engine that checks it.
 */
export function buildLargeModule(): Buffer<ArrayBuffer> {
  const bodies = Array.from({ length: functions }, (_, index) => sized(functionBody(index)));
  const signatures = Buffer.alloc(functions + 1, 1).fill(0, 0, 1);
  return Buffer.concat([
    Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]),
    // Types: () -> (), and (i32) -> i32.
    section(1, Buffer.from([2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f])),
    section(3, unsigned(functions + 1), signatures),
    section(5, Buffer.from([1, 0, 1])),
    section(
      7,
      Buffer.from([2]),
      name('memory'),
      Buffer.from([2, 0]),
      name('_start'),
      Buffer.from([0, 0]),
    ),
    section(10, unsigned(functions + 1), sized(Buffer.from([0, 0x0b])), ...bodies),
  ]);
}

/** `x = load(x & 4095) + n`, over and over with other numbers. */
function functionBody(index: number): Buffer {
  const steps = Array.from({ length: stepsPerFunction }, (_, step) => [
    // local.get 0, i32.const 4095, i32.and, i32.load, i32.const n, i32.add, local.set 0
    ...[0x20, 0, 0x41, 0xff, 0x1f, 0x71, 0x28, 2, 0],
    ...[0x41, ...signed(index * 31 + step), 0x6a, 0x21, 0],
  ]);
  return Buffer.from([0, ...steps.flat(), 0x20, 0, 0x0b]);
}

function section(id: number, ...content: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([id]), sized(Buffer.concat(content))]);
}

function sized(content: Buffer): Buffer {
  return Buffer.concat([unsigned(content.length), content]);
}

function name(text: string): Buffer {
  return sized(Buffer.from(text));
}

/** LEB128. */
function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): readonly number[] {
  const bytes = [...unsigned(value)];
  const last = bytes.pop() ?? 0;
  // The highest bit of the last byte would read as a minus.
  return (last & 0x40) === 0 ? [...bytes, last] : [...bytes, last | 0x80, 0];
}
