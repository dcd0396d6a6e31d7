/*
 * Plain JSON Schema, whose type TypeBox infers. Importing TypeBox itself would cost every process
 * 17 MB of memory, for a schema that never changes.
 */

/** What every setting says of itself. */
export interface Described<Default> {
  readonly default: Default;
  readonly description: string;
}

/** An integer within bounds. */
export const count = (
  defaultValue: number,
  minimum: number,
  maximum: number,
  description: string,
) => ({ type: 'integer', default: defaultValue, minimum, maximum, description }) as const;

/** A text. */
export const text = (options: Described<string> & { readonly minLength?: number }) =>
  ({ type: 'string', ...options }) as const;

/** Yes or no. */
export const flag = (options: Described<boolean>) => ({ type: 'boolean', ...options }) as const;

/** The choices stay a tuple in the type: of a plain array TypeBox infers `never`. */
export const choice = <const Choices extends readonly string[]>(
  choices: Choices,
  options: Described<NoInfer<Choices>[number]>,
) => ({ enum: choices, ...options }) as const;

/** A list of texts. */
export const texts = (options: Described<readonly string[]>) =>
  ({ type: 'array', items: { type: 'string', minLength: 1 }, ...options }) as const;

/** A text for those who read it, one of these for those who set it. */
export const chosenTexts = (choices: readonly string[], options: Described<readonly string[]>) =>
  ({
    type: 'array',
    items: { type: 'string', enum: choices } as { readonly type: 'string' },
    ...options,
  }) as const;

/** A section of settings, complete once its defaults are filled in. */
export const section = <const Properties extends Readonly<Record<string, object>>>(
  properties: Properties,
) =>
  ({
    type: 'object',
    additionalProperties: false,
    default: {},
    required: Object.keys(properties) as readonly (keyof Properties & string)[],
    properties,
  }) as const;
