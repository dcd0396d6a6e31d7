import {
  fd_close,
  fd_prestat_dir_name,
  fd_prestat_get,
  path_open,
} from './host/wasi_snapshot_preview1';
import { readAll } from './streams';

const rightToRead: i64 = 1 << 1;
const firstPreopen: i32 = 3;

/** A file of the current directory, `null` when there is none or it may not be read. */
export function readFile(path: string): string | null {
  const directory = currentDirectory();
  if (directory < 0) return null;
  const name = String.UTF8.encode(path);
  const descriptor = memory.data(4);
  const errno = path_open(
    directory,
    1, // follow symbolic links
    changetype<usize>(name),
    name.byteLength,
    0,
    rightToRead,
    0,
    0,
    descriptor,
  );
  if (errno != 0) return null;
  const fd = load<i32>(descriptor);
  const text = String.UTF8.decode(readAll(fd));
  fd_close(fd);
  return text;
}

/** The directory that the host opened under the name `.`; -1 when it gave none. */
function currentDirectory(): i32 {
  const prestat = memory.data(8);
  for (let fd = firstPreopen; fd_prestat_get(fd, prestat) == 0; fd++) {
    const length = load<i32>(prestat, 4);
    const name = new ArrayBuffer(length);
    if (fd_prestat_dir_name(fd, changetype<usize>(name), length) != 0) continue;
    if (String.UTF8.decode(name) == '.') return fd;
  }
  return -1;
}
