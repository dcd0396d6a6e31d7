import { toErrno, type ErrnoName } from '../core/errno.js';
import { err, ok, type Result } from './result.js';

/** `wasi:filesystem/types.error-code`, as far as this host says them. */
export type FilesystemErrorCode =
  | 'access'
  | 'would-block'
  | 'bad-descriptor'
  | 'busy'
  | 'quota'
  | 'exist'
  | 'file-too-large'
  | 'illegal-byte-sequence'
  | 'interrupted'
  | 'invalid'
  | 'io'
  | 'is-directory'
  | 'loop'
  | 'too-many-links'
  | 'name-too-long'
  | 'no-device'
  | 'no-entry'
  | 'insufficient-memory'
  | 'insufficient-space'
  | 'not-directory'
  | 'not-empty'
  | 'unsupported'
  | 'no-such-device'
  | 'overflow'
  | 'not-permitted'
  | 'pipe'
  | 'read-only'
  | 'invalid-seek'
  | 'text-file-busy'
  | 'cross-device';

const codes: Readonly<Record<ErrnoName, FilesystemErrorCode>> = {
  E2BIG: 'invalid',
  EACCES: 'access',
  EAGAIN: 'would-block',
  EBADF: 'bad-descriptor',
  EBUSY: 'busy',
  EDQUOT: 'quota',
  EEXIST: 'exist',
  EFAULT: 'invalid',
  EFBIG: 'file-too-large',
  EILSEQ: 'illegal-byte-sequence',
  EINTR: 'interrupted',
  EINVAL: 'invalid',
  EIO: 'io',
  EISDIR: 'is-directory',
  ELOOP: 'loop',
  // Preview 2 has no word for too many open files.
  EMFILE: 'quota',
  EMLINK: 'too-many-links',
  ENAMETOOLONG: 'name-too-long',
  ENFILE: 'quota',
  ENODEV: 'no-device',
  ENOENT: 'no-entry',
  ENOMEM: 'insufficient-memory',
  ENOSPC: 'insufficient-space',
  ENOSYS: 'unsupported',
  ENOTCAPABLE: 'not-permitted',
  ENOTDIR: 'not-directory',
  ENOTEMPTY: 'not-empty',
  ENOTSOCK: 'invalid',
  ENOTSUP: 'unsupported',
  ENXIO: 'no-such-device',
  EOVERFLOW: 'overflow',
  EPERM: 'not-permitted',
  EPIPE: 'pipe',
  EROFS: 'read-only',
  ESPIPE: 'invalid-seek',
  // The handle refers to nothing any more.
  ESTALE: 'bad-descriptor',
  ETXTBSY: 'text-file-busy',
  EXDEV: 'cross-device',
};

/** The guest's word for what the core threw. What is none of the guest's business is thrown on. */
export function toFilesystemErrorCode(error: unknown): FilesystemErrorCode {
  const errno = toErrno(error);
  if (errno === undefined) throw error;
  return codes[errno];
}

/** Does a call of the core and gives its outcome as a result. */
export function attempt<Value>(work: () => Value): Result<Value, FilesystemErrorCode> {
  try {
    return ok(work());
  } catch (error) {
    return err(toFilesystemErrorCode(error));
  }
}
