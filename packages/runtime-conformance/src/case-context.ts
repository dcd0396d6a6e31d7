import { it } from 'vitest';
import type { RuntimeFeature } from '@wasmwhisk/runtime';
import type { ConformanceOptions } from './conformance-options.js';
import { declaredForms, guestFile, mayLack, type GuestForm } from './guest-forms.js';
import type { Harness } from './harness.js';

/** What a file of cases is given. */
export interface CaseContext {
  readonly options: ConformanceOptions;
  readonly forms: readonly GuestForm[];
  /** The form in which cases are run that do not depend on the form; `undefined` when none is served. */
  readonly anyForm: GuestForm | undefined;
  readonly declares: (feature: RuntimeFeature) => boolean;
  /** Guests compute elsewhere: the test's thread goes on beside a loop, which can be ended. */
  readonly computesElsewhere: boolean;
  /** Open while cases run. */
  readonly harness: () => Harness;
}

export function createCaseContext(
  options: ConformanceOptions,
  harness: () => Harness,
): CaseContext {
  const forms = declaredForms(options);
  return {
    options,
    forms,
    anyForm: anyOf(forms),
    declares: (feature) => options.features.includes(feature),
    computesElsewhere: options.threading !== 'inline',
    harness,
  };
}

function anyOf(forms: readonly GuestForm[]): GuestForm | undefined {
  return forms.find(({ name }) => name === 'command') ?? forms[0];
}

/** The same for what only modules or only components have. */
export function formsOf(context: CaseContext, format: GuestForm['format']): CaseContext {
  const forms = context.forms.filter((form) => form.format === format);
  return { ...context, forms, anyForm: anyOf(forms) };
}

/**
 * A case for a guest, once per form that the runtime declares. A component that the toolchain does
 * not make is shown as skipped, with its file.
 */
export function eachForm(
  context: CaseContext,
  behaviour: string,
  guest: string,
  run: (file: string, form: GuestForm, harness: Harness) => Promise<void>,
): void {
  for (const form of context.forms) caseOf(context, form, behaviour, guest, run);
}

/** As `eachForm`, for what does not depend on the form. */
export function inOneForm(
  context: CaseContext,
  behaviour: string,
  guest: string,
  run: (file: string, form: GuestForm, harness: Harness) => Promise<void>,
): void {
  const { anyForm } = context;
  if (anyForm !== undefined) caseOf(context, anyForm, behaviour, guest, run);
}

function caseOf(
  context: CaseContext,
  form: GuestForm,
  behaviour: string,
  guest: string,
  run: (file: string, form: GuestForm, harness: Harness) => Promise<void>,
): void {
  const file = guestFile(form, guest);
  // Both kinds have a form `command`.
  const shown = context.options.artifactKind === 'both' ? `${form.name} ${form.format}` : form.name;
  if (mayLack(form, guest)) {
    it.skip(`${shown}: ${behaviour} (no fixture ${form.name}-${guest}.component.wasm)`);
    return;
  }
  it(`${shown}: ${behaviour}`, () => run(file, form, context.harness()));
}
