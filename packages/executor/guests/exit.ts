// Writes a result and then ends with the exit code `code`, 0 by default.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember } from '../../../examples/guest/assemblyscript/json';
import { proc_exit } from '../../../examples/guest/assemblyscript/host/wasi_snapshot_preview1';

export function _start(): void {
  const code = findMember(readInput(), 'code');
  returnResult('{"exiting":true}');
  proc_exit(code.length == 0 ? 0 : <i32>I32.parseInt(code));
}
