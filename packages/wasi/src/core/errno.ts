/**
 * Every way in which a call of a guest can fail, by its POSIX name. A closed set: each face has a
 * table from these names to its own numbers or words, and the compiler sees that it is complete.
 */
export const errnoNames = [
  'E2BIG',
  'EACCES',
  'EAGAIN',
  'EBADF',
  'EBUSY',
  'EDQUOT',
  'EEXIST',
  'EFAULT',
  'EFBIG',
  'EILSEQ',
  'EINTR',
  'EINVAL',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'EMLINK',
  'ENAMETOOLONG',
  'ENFILE',
  'ENODEV',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'ENOSYS',
  /** WASI's own: the descriptor lacks the right. */
  'ENOTCAPABLE',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENOTSOCK',
  'ENOTSUP',
  'ENXIO',
  'EOVERFLOW',
  'EPERM',
  'EPIPE',
  'EROFS',
  'ESPIPE',
  'ESTALE',
  'ETXTBSY',
  'EXDEV',
] as const;

export type ErrnoName = (typeof errnoNames)[number];

/** A call of the guest fails with this errno. Never leaves a face: each turns it into the guest's own form. */
export class WasiError extends Error {
  override readonly name = 'WasiError';
  readonly errno: ErrnoName;

  constructor(errno: ErrnoName, message: string = errno) {
    // It is an answer and no fault, and every start of a libc gets one: nobody reads its stack,
    // which would be most of its cost.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.errno = errno;
  }
}

const known: ReadonlySet<string> = new Set(errnoNames);

/**
 * The errno for anything that the core throws: a `WasiError`, or an error of `node:fs` by its code.
 * `undefined` means that the error is none of the guest's (a fault of ours, `ProcessExit`, an
 * aborted wait): a face throws it on.
 */
export function toErrno(error: unknown): ErrnoName | undefined {
  if (error instanceof WasiError) return error.errno;
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  const { code } = error;
  if (typeof code !== 'string') return undefined;
  return known.has(code) ? (code as ErrnoName) : 'EIO';
}
