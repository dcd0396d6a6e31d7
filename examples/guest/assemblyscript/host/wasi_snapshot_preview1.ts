// The WASI preview 1 functions that our AssemblyScript guests call. AssemblyScript names the import
// module after the file, so this file is called as WASI calls itself.
// Pointers and sizes are bytes in guest memory; every function answers an errno, 0 for success.

/** Counts the arguments and the bytes they need, each ended by NUL. */
export declare function args_sizes_get(count: usize, bytes: usize): i32;
export declare function args_get(pointers: usize, bytes: usize): i32;
export declare function environ_sizes_get(count: usize, bytes: usize): i32;
export declare function environ_get(pointers: usize, bytes: usize): i32;
export declare function fd_read(fd: i32, iovs: usize, iovCount: i32, read: usize): i32;
export declare function fd_write(fd: i32, iovs: usize, iovCount: i32, written: usize): i32;
export declare function fd_close(fd: i32): i32;
/** Says of a preopened directory how long its name is: 8 bytes, the length at 4. */
export declare function fd_prestat_get(fd: i32, prestat: usize): i32;
export declare function fd_prestat_dir_name(fd: i32, name: usize, nameBytes: i32): i32;
export declare function path_open(
  directory: i32,
  lookupFlags: i32,
  path: usize,
  pathBytes: i32,
  openFlags: i32,
  rights: i64,
  inheritingRights: i64,
  descriptorFlags: i32,
  descriptor: usize,
): i32;
/** Waits until one of the subscriptions (48 bytes each) has an event (32 bytes each). */
export declare function poll_oneoff(
  subscriptions: usize,
  events: usize,
  count: i32,
  eventCount: usize,
): i32;
export declare function proc_exit(code: i32): void;
