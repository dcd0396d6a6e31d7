/** Limits that are built into compiled code. */
export interface CompileLimits {
  /** Most linear memory of one instance, all its memories together, in bytes. */
  readonly memoryBytes: number;
  /** Most elements of one guest, all its tables together. */
  readonly tableElements: number;
  /**
   * Whether modules may define arrays of the garbage collection proposal. On V8 one array that no
   * longer fits into the heap ends the process and not the thread. Default: they may not.
   */
  readonly arrays?: boolean;
}

/** Limits of each run. Every one is finite. */
export interface RunLimits extends CompileLimits {
  /** Longest result, in bytes of JSON text. */
  readonly resultBytes: number;
}

/** A host directory that a guest may use, granted by the operator. */
export interface DirectoryGrant {
  /** Absolute; must exist. */
  readonly hostPath: string;
  /** The name under which the guest sees it, such as `.` or `/data`. */
  readonly guestPath: string;
  readonly access: 'read-only' | 'read-write';
  /** Most bytes that it may hold when it is read-write, 4 KiB for each entry included. Default: any number. */
  readonly bytesMax?: number;
}

/** Outgoing HTTP as granted: hosts are names or `*`, optionally with a port. */
export type HttpGrant =
  | { readonly type: 'denied'; readonly reason: string }
  | { readonly type: 'granted'; readonly hosts: readonly string[] };

/** All that a container's runs have in common. Plain data. */
export interface ContainerSettings {
  /**
   * The export that `main` names; `undefined`: the default one. Numeric guests must export it.
   * Modules of the command and second buffer form begin there instead of at `_start` when they
   * export it as a function without parameters and results, and at `_start` when they do not.
   * Modules of the first buffer form ignore it: the tools of their time send nonsense there.
   */
  readonly entry: string | undefined;
  readonly limits: RunLimits;
  readonly directories: readonly DirectoryGrant[];
  readonly http: HttpGrant;
}
