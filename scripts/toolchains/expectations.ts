import { toolchains, type GuestForm, type Toolchain } from './catalog.ts';

export const runtimeNames = ['wasmtime', 'v8', 'wasmer', 'jco'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** What every toolchain's guest is asked, and the head of its column in the docs. */
export const guestCases = {
  result: 'result',
  error: 'error',
  log: 'log',
  medium: '100 KB in and out',
  large: '1 MB in and out',
  text: 'non-ASCII',
  overlap: '100 runs at once',
} as const;
export type GuestCase = keyof typeof guestCases;

/** How a case ends. A runtime that does not take a form says so at `/init`. */
export type Outcome =
  | { readonly type: 'runs' }
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };

const runs: Outcome = { type: 'runs' };

function refused(reason: string): Outcome {
  return { type: 'refused', code: 'WW_ERR_ARTIFACT_UNSUPPORTED', reason };
}

const onV8 = refused('it is a component, and V8 runs core modules only');
const onWasmer = refused('it is a component, and wasmer runs core modules only');
const onJco = refused('it is a core module, and this runtime takes components');

const outcomes: Readonly<Record<GuestForm, Readonly<Record<RuntimeName, Outcome>>>> = {
  'action component': { wasmtime: runs, v8: onV8, wasmer: onWasmer, jco: runs },
  'command component': { wasmtime: runs, v8: onV8, wasmer: onWasmer, jco: runs },
  'command module': { wasmtime: runs, v8: runs, wasmer: runs, jco: onJco },
  'buffer module': { wasmtime: runs, v8: runs, wasmer: runs, jco: onJco },
};

/** One row of the table in the docs: a toolchain on a runtime, and how each case ends. */
export interface ExpectedRow {
  readonly toolchain: Toolchain & { readonly id: (typeof toolchains)[number]['id'] };
  readonly runtime: RuntimeName;
  readonly cells: Readonly<Record<GuestCase, Outcome>>;
}

function expectRow(toolchain: ExpectedRow['toolchain'], runtime: RuntimeName): ExpectedRow {
  const outcome = outcomes[toolchain.form][runtime];
  const cells = {
    result: outcome,
    error: outcome,
    log: outcome,
    medium: outcome,
    large: outcome,
    text: outcome,
    overlap: outcome,
  };
  return { toolchain, runtime, cells };
}

/** What holds, cell by cell: the tests ask every one of them, and the docs show them. */
export const expectedRows: readonly ExpectedRow[] = toolchains.flatMap((toolchain) =>
  runtimeNames.map((runtime) => expectRow(toolchain, runtime)),
);
