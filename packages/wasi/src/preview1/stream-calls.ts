import { WasiError } from '../core/errno.js';
import type { OpenFile } from '../core/open-file.js';
import type { FileDescriptor, InputDescriptor } from './descriptor-table.js';
import type { Preview1Run } from './preview1-run.js';

export function fdRead(
  run: Preview1Run,
  fd: number,
  vectors: number,
  count: number,
  bytesRead: number,
): void {
  const descriptor = run.table.get(fd);
  switch (descriptor.type) {
    case 'input':
      run.memory.setU32(bytesRead, readInput(run, descriptor, vectors, count));
      return;
    case 'file': {
      const { file, position } = descriptor;
      const length = readFile(run, file, vectors, count, position);
      descriptor.position = position + BigInt(length);
      run.memory.setU32(bytesRead, length);
      return;
    }
    case 'output':
    case 'directory':
      throw new WasiError('EBADF');
  }
}

export function fdWrite(
  run: Preview1Run,
  fd: number,
  vectors: number,
  count: number,
  bytesWritten: number,
): void {
  const descriptor = run.table.get(fd);
  switch (descriptor.type) {
    case 'output': {
      let total = 0;
      for (const { pointer, length } of run.memory.vectors(vectors, count)) {
        descriptor.sink(run.memory.bytes(pointer, length));
        total += length;
      }
      run.memory.setU32(bytesWritten, total);
      return;
    }
    case 'file': {
      const { file, position } = descriptor;
      const length = writeFile(run, file, vectors, count, position);
      // A file opened to append has written at its end, wherever the position was.
      descriptor.position =
        file.mode.append && file.seekable ? file.stat().size : position + BigInt(length);
      run.memory.setU32(bytesWritten, length);
      return;
    }
    case 'input':
    case 'directory':
      throw new WasiError('EBADF');
  }
}

export function fdPread(
  run: Preview1Run,
  fd: number,
  vectors: number,
  count: number,
  offset: bigint,
  bytesRead: number,
): void {
  const { file } = seekable(run, fd);
  const at = BigInt.asUintN(64, offset);
  run.memory.setU32(bytesRead, readFile(run, file, vectors, count, at));
}

export function fdPwrite(
  run: Preview1Run,
  fd: number,
  vectors: number,
  count: number,
  offset: bigint,
  bytesWritten: number,
): void {
  const { file } = seekable(run, fd);
  const at = BigInt.asUintN(64, offset);
  run.memory.setU32(bytesWritten, writeFile(run, file, vectors, count, at));
}

/** The order of `whence` differs between the two versions of preview 1. */
export type WhenceOrder = readonly ['start' | 'current', 'current' | 'end', 'end' | 'start'];

export function fdSeek(
  order: WhenceOrder,
): (run: Preview1Run, fd: number, offset: bigint, whence: number, position: number) => void {
  return (run, fd, offset, whence, position) => {
    const descriptor = seekable(run, fd);
    const origin = order[whence as 0 | 1 | 2] as WhenceOrder[number] | undefined;
    if (origin === undefined) throw new WasiError('EINVAL');
    const base = { start: 0n, current: descriptor.position, end: 0n }[origin];
    const target = (origin === 'end' ? descriptor.file.stat().size : base) + offset;
    if (target < 0n || target > 0x7fff_ffff_ffff_ffffn) throw new WasiError('EINVAL');
    descriptor.position = target;
    run.memory.setU64(position, target);
  };
}

export function fdTell(run: Preview1Run, fd: number, position: number): void {
  run.memory.setU64(position, seekable(run, fd).position);
}

function seekable(run: Preview1Run, fd: number): FileDescriptor {
  const descriptor = run.table.get(fd);
  if (descriptor.type === 'directory') throw new WasiError('EBADF');
  if (descriptor.type !== 'file' || !descriptor.file.seekable) throw new WasiError('ESPIPE');
  return descriptor;
}

function readInput(
  run: Preview1Run,
  { source }: InputDescriptor,
  vectors: number,
  count: number,
): number {
  let total = 0;
  for (const { pointer, length } of run.memory.vectors(vectors, count)) {
    const piece = source.read(length).subarray(0, length);
    run.memory.set(pointer, piece);
    total += piece.length;
    if (piece.length < length) break;
  }
  return total;
}

function readFile(
  run: Preview1Run,
  file: OpenFile,
  vectors: number,
  count: number,
  offset: bigint,
): number {
  let total = 0;
  for (const { pointer, length } of run.memory.vectors(vectors, count)) {
    const read = file.read(run.memory.bytes(pointer, length), offset + BigInt(total));
    total += read;
    if (read < length) break;
  }
  return total;
}

function writeFile(
  run: Preview1Run,
  file: OpenFile,
  vectors: number,
  count: number,
  offset: bigint,
): number {
  let total = 0;
  for (const { pointer, length } of run.memory.vectors(vectors, count)) {
    const written = file.write(run.memory.bytes(pointer, length), offset + BigInt(total));
    total += written;
    if (written < length) break;
  }
  return total;
}
