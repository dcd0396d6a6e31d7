import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ArtifactFormat } from '@wasmwhisk/artifact';
import type { RuntimeFeature } from '@wasmwhisk/runtime';
import type { ConformanceOptions } from './conformance-options.js';

/** One way in which guests of the suite exist: a guest interface of modules or of components. */
export interface GuestForm {
  readonly name: string;
  /** The feature that a runtime declares to serve it. */
  readonly feature: RuntimeFeature;
  readonly format: ArtifactFormat;
  /** Whether an error that the guest returns is told apart from a result, or is plain JSON with `error`. */
  readonly tagsErrors: boolean;
}

const guestForms: readonly GuestForm[] = [
  { name: 'buffer', feature: 'buffer', format: 'module', tagsErrors: true },
  { name: 'buffer-second', feature: 'buffer-second', format: 'module', tagsErrors: false },
  { name: 'command', feature: 'command', format: 'module', tagsErrors: false },
  { name: 'command', feature: 'command', format: 'component', tagsErrors: false },
  { name: 'action', feature: 'action-world', format: 'component', tagsErrors: true },
];

/** The forms that a runtime declares to serve. */
export function declaredForms(options: ConformanceOptions): readonly GuestForm[] {
  const { artifactKind = 'module' } = options;
  return guestForms.filter(
    ({ feature, format }) =>
      options.features.includes(feature) && (artifactKind === 'both' || artifactKind === format),
  );
}

/** The fixture of a guest in a form. */
export function guestFile(form: GuestForm, guest: string): string {
  const suffix = form.format === 'component' ? '.component.wasm' : '.wasm';
  return fixtureFile(`${form.name}-${guest}${suffix}`);
}

/** A file that the package's build scripts made. */
export function fixtureFile(name: string): string {
  return fileURLToPath(new URL(`../dist/guests/${name}`, import.meta.url));
}

/** Components are built by another toolchain, which does not make every guest. Modules must all be there. */
export function mayLack(form: GuestForm, guest: string): boolean {
  return form.format === 'component' && !existsSync(guestFile(form, guest));
}
