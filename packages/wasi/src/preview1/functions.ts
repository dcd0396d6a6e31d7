import * as directory from './directory-calls.js';
import * as fd from './fd-calls.js';
import { pollOneoff, subscriptionLayout, unstableSubscriptionLayout } from './poll.js';
import type { Preview1Run } from './preview1-run.js';
import * as process from './process-calls.js';
import { writeFileStat, writeUnstableFileStat } from './stat-layout.js';
import * as stream from './stream-calls.js';

/** The module names under which guests import preview 1; the second is its older draft. */
export type Preview1Version = 'wasi_snapshot_preview1' | 'wasi_unstable';

/** What a function of preview 1 does. Failures are thrown; it returns a promise when the guest waits, and nothing that matters else. */
export type Preview1Call = (run: Preview1Run, ...args: never[]) => unknown;

export interface Preview1Function {
  /** The core signature: `i` for i32, `I` for i64, one letter per parameter. */
  readonly params: string;
  /** @hidden Only the host calls it. */
  readonly call: Preview1Call;
  /** `proc_exit` does not return; all others return an errno. */
  readonly returns: boolean;
}

function define(params: string, call: Preview1Call, returns = true): Preview1Function {
  return { params, call, returns };
}

const both: Readonly<Record<string, Preview1Function>> = {
  args_get: define('ii', process.argsGet),
  args_sizes_get: define('ii', process.argsSizesGet),
  clock_res_get: define('ii', process.clockResGet),
  clock_time_get: define('iIi', process.clockTimeGet),
  environ_get: define('ii', process.environGet),
  environ_sizes_get: define('ii', process.environSizesGet),
  fd_advise: define('iIIi', fd.fdAdvise),
  fd_allocate: define('iII', fd.fdAllocate),
  fd_close: define('i', fd.fdClose),
  fd_datasync: define('i', fd.fdDatasync),
  fd_fdstat_get: define('ii', fd.fdFdstatGet),
  fd_fdstat_set_flags: define('ii', fd.fdFdstatSetFlags),
  fd_fdstat_set_rights: define('iII', fd.fdFdstatSetRights),
  fd_filestat_set_size: define('iI', fd.fdFilestatSetSize),
  fd_filestat_set_times: define('iIIi', fd.fdFilestatSetTimes),
  fd_pread: define('iiiIi', stream.fdPread),
  fd_prestat_dir_name: define('iii', fd.fdPrestatDirName),
  fd_prestat_get: define('ii', fd.fdPrestatGet),
  fd_pwrite: define('iiiIi', stream.fdPwrite),
  fd_read: define('iiii', stream.fdRead),
  fd_readdir: define('iiiIi', directory.fdReaddir),
  fd_renumber: define('ii', fd.fdRenumber),
  fd_sync: define('i', fd.fdSync),
  fd_tell: define('ii', stream.fdTell),
  fd_write: define('iiii', stream.fdWrite),
  path_create_directory: define('iii', directory.pathCreateDirectory),
  path_filestat_set_times: define('iiiiIIi', directory.pathFilestatSetTimes),
  path_link: define('iiiiiii', directory.pathLink),
  path_open: define('iiiiiIIii', directory.pathOpen),
  path_readlink: define('iiiiii', directory.pathReadlink),
  path_remove_directory: define('iii', directory.pathRemoveDirectory),
  path_rename: define('iiiiii', directory.pathRename),
  path_symlink: define('iiiii', directory.pathSymlink),
  path_unlink_file: define('iii', directory.pathUnlinkFile),
  proc_exit: define('i', process.procExit, false),
  proc_raise: define('i', process.procRaise),
  random_get: define('ii', process.randomGet),
  sched_yield: define('', process.schedYield),
  sock_recv: define('iiiiii', process.sockRefused),
  sock_send: define('iiiii', process.sockRefused),
  sock_shutdown: define('ii', process.sockRefused),
};

/** Every function of each version, by name. The draft lacks `sock_accept` and lays out three others differently. */
export const preview1Functions: Readonly<
  Record<Preview1Version, ReadonlyMap<string, Preview1Function>>
> = {
  wasi_snapshot_preview1: toMap({
    ...both,
    fd_filestat_get: define('ii', fd.fdFilestatGet(writeFileStat)),
    fd_seek: define('iIii', stream.fdSeek(['start', 'current', 'end'])),
    path_filestat_get: define('iiiii', directory.pathFilestatGet(writeFileStat)),
    poll_oneoff: define('iiii', pollOneoff(subscriptionLayout)),
    sock_accept: define('iii', process.sockRefused),
  }),
  wasi_unstable: toMap({
    ...both,
    fd_filestat_get: define('ii', fd.fdFilestatGet(writeUnstableFileStat)),
    fd_seek: define('iIii', stream.fdSeek(['current', 'end', 'start'])),
    path_filestat_get: define('iiiii', directory.pathFilestatGet(writeUnstableFileStat)),
    poll_oneoff: define('iiii', pollOneoff(unstableSubscriptionLayout)),
  }),
};

/** A map and not an object: guests import by any name, `toString` too. */
function toMap(
  functions: Readonly<Record<string, Preview1Function>>,
): ReadonlyMap<string, Preview1Function> {
  return new Map(Object.entries(functions));
}

/** The functions in which a guest may wait. */
export const waitingFunctions: ReadonlySet<string> = new Set(['poll_oneoff']);
