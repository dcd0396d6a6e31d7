import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const root = join(import.meta.dirname, '../..');
const guestFolder = join(root, 'packages/executor/guests');

/** A module of packages/executor/guests, as `npm run build` makes it. */
export function guest(name: string): Buffer {
  return readFileSync(join(guestFolder, 'build', `${name}.wasm`));
}

/** The text of a guest written in WAT. */
export function guestText(name: string): string {
  return readFileSync(join(guestFolder, `${name}.wat`), 'utf8');
}

/** Makes a module of WAT. */
export async function compileWat(text: string): Promise<Buffer> {
  const { parseWat } = await wabt();
  const parsed = parseWat('test.wat', text);
  try {
    parsed.resolveNames();
    parsed.validate();
    return Buffer.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** Appends a custom section, which no engine looks into. */
export function withCustomSection(module: Buffer, content: Buffer): Buffer {
  const name = Buffer.from([7, ...Buffer.from('padding')]);
  return Buffer.concat([
    module,
    Buffer.from([0]),
    unsigned(name.length + content.length),
    name,
    content,
  ]);
}

/** Unsigned LEB128. */
function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
