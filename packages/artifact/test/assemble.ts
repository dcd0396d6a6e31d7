import wabt from 'wabt';

const assembler = await wabt();

/** Every feature that the assembler knows. */
const features = {
  exceptions: true,
  threads: true,
  memory64: true,
  multi_memory: true,
  extended_const: true,
  function_references: true,
  tail_call: true,
  gc: true,
};

/** Assembles a module from the text format. */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = assembler.parseWat('test.wat', text, features);
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

const modulePreamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const componentPreamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** A section or name by hand: its length goes before it. Contents are shorter than 16 KiB. */
export function sized(content: readonly number[]): number[] {
  return content.length < 128
    ? [content.length, ...content]
    : [(content.length & 0x7f) | 0x80, content.length >> 7, ...content];
}

export function text(value: string): number[] {
  return sized([...Buffer.from(value)]);
}

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

/** A module by hand, for what the assembler does not know and for what is wrong on purpose. */
export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...modulePreamble, ...sections.flat()]);
}

export function componentOf(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...componentPreamble, ...sections.flat()]);
}

/** A component's export section of instances with these names. */
export function instanceExports(...names: readonly string[]): number[] {
  return section(11, [
    names.length,
    ...names.flatMap((name) => [0x00, ...text(name), 0x05, 0x00, 0x00]),
  ]);
}
