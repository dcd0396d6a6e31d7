import { isArtifactError } from './artifact-error.js';
import type { ByteReader } from './byte-reader.js';
import type { Producer } from './description.js';

/**
 * Reads the content of a `producers` section behind its name.
 *
 * A damaged one counts as absent: engines ignore what custom sections hold, so it must not make the
 * artifact invalid.
 */
export function readProducers(reader: ByteReader): readonly Producer[] {
  const producers: Producer[] = [];
  try {
    const fields = reader.count('producers', 'producers fields');
    for (let field = 0; field < fields; field += 1) {
      const fieldName = reader.name();
      const values = reader.count('producers', 'producers');
      for (let value = 0; value < values; value += 1)
        producers.push({ field: fieldName, name: reader.name(), version: reader.name() });
      reader.assertLimit('producers', producers.length, 'producers');
    }
    reader.assertDone();
    return producers;
  } catch (error) {
    if (isArtifactError(error)) return [];
    throw error;
  }
}

/** Takes in producers that are not known yet, up to `most` in all. */
export function addProducers(
  known: Map<string, Producer>,
  more: readonly Producer[],
  most: number,
): void {
  for (const producer of more) {
    if (known.size >= most) return;
    known.set(JSON.stringify([producer.field, producer.name, producer.version]), producer);
  }
}
