import type { FilesystemErrorCode } from './filesystem-error.js';
import { GuestResource, type GuestContext } from './guest-context.js';

/** The resource `wasi:io/error.error`: why a stream failed. */
export class IoError extends GuestResource {
  /** What `filesystem-error-code` tells of it; `undefined` when the stream is not of a file. */
  readonly filesystemCode: FilesystemErrorCode | undefined;

  constructor(filesystemCode: FilesystemErrorCode | undefined, context: GuestContext) {
    super(context);
    this.filesystemCode = filesystemCode;
  }

  toDebugString(): string {
    return this.filesystemCode ?? 'the stream failed';
  }
}
