import type { FilesystemErrorCode } from './filesystem-error.js';

/** The resource `wasi:io/error.error`: why a stream failed. */
export class IoError {
  /** What `filesystem-error-code` tells of it; `undefined` when the stream is not of a file. */
  readonly filesystemCode: FilesystemErrorCode | undefined;

  constructor(filesystemCode: FilesystemErrorCode | undefined) {
    this.filesystemCode = filesystemCode;
  }

  toDebugString(): string {
    return this.filesystemCode ?? 'the stream failed';
  }
}
