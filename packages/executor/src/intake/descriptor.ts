import { isUtf8 } from 'node:buffer';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { suggestName } from '../config/near-name.js';
import type { Archive } from './archive.js';
import { IntakeError } from './intake-error.js';

/** Name of the descriptor at the top of an archive. */
export const descriptorPath = 'wasmwhisk.json';

const descriptorBytesMax = 64 * 1024;

const descriptorSchema = Type.Object(
  {
    module: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    main: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
    directories: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: 64 }),
    ),
    netAccess: Type.Optional(Type.Boolean()),
    runtime: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);

/**
 * What an archive says about itself in `wasmwhisk.json`: `module` is the path of the entry, `main` the
 * export to call, and the rest asks for capabilities, which the operator's policy grants or not.
 */
export type Descriptor = Static<typeof descriptorSchema>;

/**
 * Reads the archive's descriptor, if it has one.
 *
 * @throws IntakeError `descriptor-invalid`, which names the key that is wrong; `archive-malformed`
 */
export function readDescriptor(archive: Archive): Descriptor | undefined {
  const file = archive.find(({ path }) => path === descriptorPath);
  if (file === undefined) return undefined;
  if (file.size > descriptorBytesMax)
    throw invalid(`is longer than ${String(descriptorBytesMax)} bytes`);
  const value = parse(file.read());
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('is not a JSON object');
  for (const key of Object.keys(value))
    if (!Object.hasOwn(descriptorSchema.properties, key))
      throw invalid(
        `has the unknown key ${JSON.stringify(key.slice(0, 80))}${suggestName(key, Object.keys(descriptorSchema.properties))}`,
      );
  if (Value.Check(descriptorSchema, value)) return value;
  const [first] = Value.Errors(descriptorSchema, value);
  throw invalid(`is wrong at ${first?.instancePath ?? ''}: ${first?.message ?? 'not as expected'}`);
}

function parse(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw invalid('is no valid UTF-8');
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function invalid(what: string): IntakeError {
  return new IntakeError('descriptor-invalid', `The archive's ${descriptorPath} ${what}.`);
}
