/** A WASI function of the preview 1 family, as the engine calls it. All of ours take and give plain numbers. */
export type WasiCall = (...args: (number | bigint)[]) => number;
