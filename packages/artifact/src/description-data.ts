import { artifactLimits } from './artifact-limits.js';
import type {
  ArtifactDescription,
  ComponentDescription,
  ComponentExtern,
  ExternalType,
  FunctionType,
  GuestInterface,
  LimitsType,
  ModuleDescription,
  ModuleExport,
  ModuleImport,
  Producer,
} from './description.js';
import {
  isObject,
  PlainDataError,
  readBoolean,
  readChoice,
  readCount,
  readList,
  readObject,
  readOptional,
  readText,
  type ReadValue,
} from './plain-data-reader.js';

/*
 * A description as plain data, out of a file. Everything is checked for its form, and nothing for its
 * truth: whoever made the file vouches for that.
 */

const name = readText(artifactLimits.nameBytes);
const valueType = readText(1000);

const guestInterface: ReadValue<GuestInterface | undefined> = readOptional(
  readChoice([
    'buffer',
    'buffer-second',
    'command',
    'action-world',
    'http-handler',
    'numeric',
  ] satisfies readonly GuestInterface[]),
);

const limits = readObject<LimitsType>({
  minimum: readCount,
  maximum: readOptional(readCount),
  shared: readBoolean,
  is64: readBoolean,
});

const signature = readObject<FunctionType>({
  params: readList(valueType),
  results: readList(valueType),
});

type ExternalOf<Type extends ExternalType['type']> = Extract<ExternalType, { type: Type }>;

const externals: { readonly [Type in ExternalType['type']]: ReadValue<ExternalOf<Type>> } = {
  function: readObject<ExternalOf<'function'>>({ type: readChoice(['function']), signature }),
  table: readObject<ExternalOf<'table'>>({ type: readChoice(['table']), limits }),
  memory: readObject<ExternalOf<'memory'>>({
    type: readChoice(['memory']),
    limits,
    pageBytes: readCount,
  }),
  global: readObject<ExternalOf<'global'>>({
    type: readChoice(['global']),
    valueType,
    mutable: readBoolean,
  }),
  tag: readObject<ExternalOf<'tag'>>({ type: readChoice(['tag']) }),
};

const externalType = readChoice(Object.keys(externals) as ExternalType['type'][]);

const external: ReadValue<ExternalType> = (value, place) => {
  if (!isObject(value)) throw new PlainDataError(`${place} is no object`);
  return externals[externalType(value['type'], `${place}/type`)](value, place);
};

const producers = readList(readObject<Producer>({ field: name, name, version: name }));

const moduleDescription = readObject<ModuleDescription>({
  format: readChoice(['module']),
  imports: readList(readObject<ModuleImport>({ module: name, name, external })),
  exports: readList(readObject<ModuleExport>({ name, external })),
  memories: readList(
    readObject<ModuleDescription['memories'][number]>({
      imported: readBoolean,
      limits,
      pageBytes: readCount,
    }),
  ),
  tables: readList(
    readObject<ModuleDescription['tables'][number]>({ imported: readBoolean, limits }),
  ),
  hasStartFunction: readBoolean,
  definesArrays: readBoolean,
  customSections: readList(name),
  producers,
  guestInterface,
});

const externs = readList(
  readObject<ComponentExtern>({
    name,
    kind: readChoice(['module', 'function', 'value', 'type', 'instance', 'component']),
  }),
);

const componentDescription = readObject<ComponentDescription>({
  format: readChoice(['component']),
  imports: externs,
  exports: externs,
  coreModules: readCount,
  definesSharedMemory: readOptional(readBoolean),
  producers,
  guestInterface,
});

/** Reads a description. Its members come out in one order, always. @throws PlainDataError */
export const readDescription: ReadValue<ArtifactDescription> = (value, place) =>
  isObject(value) && value['format'] === 'component'
    ? componentDescription(value, place)
    : moduleDescription(value, place);
