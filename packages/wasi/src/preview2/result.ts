/** WIT's `result`, as the component glue takes it from the host. */
export type Result<Value, Failure> =
  { readonly tag: 'ok'; readonly val: Value } | { readonly tag: 'err'; readonly val: Failure };

export function ok<Value>(val: Value): { readonly tag: 'ok'; readonly val: Value } {
  return { tag: 'ok', val };
}

export function err<const Failure>(val: Failure): { readonly tag: 'err'; readonly val: Failure } {
  return { tag: 'err', val };
}

/** `ok` without a value. */
export const done: { readonly tag: 'ok'; readonly val: undefined } = ok(undefined);
