import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One case of an example; see examples/actions/action.schema.json. */
export interface ExampleCase {
  readonly title: string;
  readonly input: unknown;
  readonly outcome?: 'ok' | 'application-error' | 'failure';
  readonly expected?: unknown;
  readonly expectedMatch?: string;
  readonly code?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly minimumMs?: number;
}

/** An example action, as its `action.json` says. */
export interface Example {
  readonly name: string;
  readonly wasm: string;
  readonly main?: string;
  readonly features: readonly string[];
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly grants: { readonly directories?: readonly string[]; readonly http?: readonly string[] };
  readonly cases: readonly ExampleCase[];
}

const home = join(import.meta.dirname, '../../examples/actions');

export const examples: readonly Example[] = readdirSync(home)
  .sort()
  .filter((name) => statSync(join(home, name)).isDirectory())
  .map((name) => JSON.parse(readFileSync(join(home, name, 'action.json'), 'utf8')) as Example);

/** The built module or component. */
export function readExample({ name, wasm }: Example): Buffer {
  return readFileSync(join(home, name, wasm));
}
