import type {
  ArtifactDescription,
  ComponentDescription,
  ExternalType,
  LimitsType,
  ModuleDescription,
  PrecompiledClaims,
} from '@wasmwhisk/artifact';
import { formatQuantity, type CodeInspection } from '@wasmwhisk/executor';

/** Whether `/init` would take the code. */
export type InitVerdict =
  | { readonly type: 'taken' }
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };

/** Imports or exports shown to people; `--json` has them all. */
const shownMax = 40;

/** An inspection as text, one fact on a line. */
export function formatInspection(
  file: string,
  inspection: CodeInspection,
  verdict: InitVerdict,
): string {
  const { artifact, precompiled, entry, entryFile, descriptor, files, runtimes } = inspection;
  const { description, bytes, digest } = artifact;
  const lines: string[] = [file];
  const add = (title: string, text: string): void => {
    lines.push(`  ${title.padEnd(10)} ${text}`);
  };
  if (entryFile !== undefined)
    add(
      'archive',
      `${printable(entryFile)} is what runs${files.count === 0 ? '' : `; ${count(files.count, 'other file')}, ${formatQuantity(files.bytes, undefined)} bytes`}`,
    );
  if (descriptor !== undefined) add('descriptor', printable(JSON.stringify(descriptor)));
  add(
    'format',
    `${precompiled === undefined ? '' : 'precompiled code of a '}${formatText(description)}, ${formatQuantity(bytes.length, undefined)} bytes, SHA-256 ${digest}`,
  );
  if (precompiled !== undefined) {
    addPrecompiled(precompiled, add);
    add('signature', 'holds, and policy.precompiledKeys lists the key');
  }
  add('interface', description.guestInterface ?? 'none that is known here');
  if (entry !== undefined) add('entry', printable(entry));
  for (const producer of description.producers)
    add('producer', printable(`${producer.field}: ${producer.name} ${producer.version}`.trim()));
  if (description.format === 'module') addModule(description, add);
  else addComponent(description, add);
  for (const { name, assessment } of runtimes)
    add(
      'runtime',
      assessment.type === 'supported' ? `${name}: yes` : `${name}: no, ${assessment.reason}`,
    );
  add('/init', verdict.type === 'taken' ? 'would take it' : `would refuse it: ${verdict.reason}`);
  return `${lines.join('\n')}\n`;
}

/** Precompiled code that no trusted key signed, as text: nothing of what it says has been verified. */
export function formatUntrusted(file: string, claims: PrecompiledClaims, reason: string): string {
  const lines: string[] = [file];
  const add = (title: string, text: string): void => {
    lines.push(`  ${title.padEnd(10)} ${text}`);
  };
  add('format', 'precompiled code, not trusted; what follows is what the file claims');
  addPrecompiled(claims, add);
  add('/init', `would refuse it: ${reason}`);
  return `${lines.join('\n')}\n`;
}

/** Names in a manifest are short lines of ASCII, so they may go to the terminal. */
function addPrecompiled({ manifest, signer }: PrecompiledClaims, add: Add): void {
  const { engine, originalDigest, createdBy } = manifest;
  add('engine', `${engine.engine} (runtime ${engine.runtime})`);
  add('target', `${engine.target}, settings ${engine.settings}`);
  add('key', signer);
  add('original', `SHA-256 ${originalDigest}`);
  add('made by', createdBy);
}

type Add = (title: string, text: string) => void;

function formatText(description: ArtifactDescription): string {
  return description.format === 'module'
    ? 'core module'
    : `component with ${count(description.coreModules, 'core module')}`;
}

function addModule(description: ModuleDescription, add: Add): void {
  for (const { imported, limits, pageBytes } of description.memories)
    add('memory', `${imported ? 'imported' : 'own'}, ${formatMemory(limits, pageBytes)}`);
  for (const { imported, limits } of description.tables)
    add(
      'table',
      `${imported ? 'imported' : 'own'}, ${String(limits.minimum)} elements${limits.maximum === undefined ? '' : ` to ${String(limits.maximum)}`}`,
    );
  addList(
    'import',
    description.imports.map(
      ({ module, name, external }) => `${module} ${name}${formatExternal(external)}`,
    ),
    add,
  );
  addList(
    'export',
    description.exports.map(({ name, external }) => `${name}${formatExternal(external)}`),
    add,
  );
}

function addComponent(description: ComponentDescription, add: Add): void {
  addList(
    'import',
    description.imports.map(({ name, kind }) => `${name} (${kind})`),
    add,
  );
  addList(
    'export',
    description.exports.map(({ name, kind }) => `${name} (${kind})`),
    add,
  );
}

function addList(title: string, items: readonly string[], add: Add): void {
  for (const item of items.slice(0, shownMax)) add(title, printable(item));
  if (items.length > shownMax)
    add(title, `and ${String(items.length - shownMax)} more; --json shows all`);
}

function formatExternal(external: ExternalType): string {
  switch (external.type) {
    case 'function': {
      const { params, results } = external.signature;
      const result = results.length === 0 ? '' : ` -> ${results.join(', ')}`;
      return ` (${params.join(', ')})${result}`;
    }
    case 'global':
      return ` global ${external.mutable ? 'mutable ' : ''}${external.valueType}`;
    case 'memory':
    case 'table':
    case 'tag':
      return ` ${external.type}`;
  }
}

function formatMemory({ minimum, maximum, shared, is64 }: LimitsType, pageBytes: number): string {
  const least = formatQuantity(minimum * pageBytes, 'bytes');
  const most = maximum === undefined ? '' : ` to ${formatQuantity(maximum * pageBytes, 'bytes')}`;
  return `${least}${most}${shared ? ', shared' : ''}${is64 ? ', 64 bit' : ''}`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Names come from strangers: no control characters reach the terminal. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
