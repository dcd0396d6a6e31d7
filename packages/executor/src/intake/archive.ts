/** A file of an archive. */
export interface ArchiveFile {
  /** Safe and normal: relative, parts joined by `/`, none of them empty, `.` or `..`. */
  readonly path: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /**
   * Unpacks it. Nothing is kept: whoever reads twice unpacks twice.
   *
   * @throws IntakeError `archive-malformed`
   */
  read(): Uint8Array;
}

/** The files of an archive in its own order. Folders are not listed: they follow from the paths. */
export type Archive = readonly ArchiveFile[];
