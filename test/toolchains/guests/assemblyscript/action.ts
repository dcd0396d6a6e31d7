import { readInput, returnError, returnOk } from '../../../../examples/guest/assemblyscript/buffer';
import { findMember, parseString, quote } from '../../../../examples/guest/assemblyscript/json';
import { sleep } from '../../../../examples/guest/assemblyscript/process';
import { stderr, stdout, write } from '../../../../examples/guest/assemblyscript/streams';

// The action of test/toolchains/guests/README.md, for the first form of the buffer interface.
export {
  get_wasm_memory_buffer_len,
  get_wasm_memory_buffer_pointer,
  wasm_memory_buffer_allocate_space,
} from '../../../../examples/guest/assemblyscript/buffer';

let runs: i32 = 0;

export function _start(): void {
  const input = readInput();
  if (input === null) return;
  runs += 1;
  const ask = parseString(findMember(input, 'ask'));
  if (ask == 'result') {
    const name = parseString(findMember(input, 'name'));
    returnOk(`{"greeting":${quote(`Hello, ${name}!`)}}`);
  } else if (ask == 'error') {
    returnError('{"reason":"asked for"}');
  } else if (ask == 'log') {
    write(stdout, 'first line on stdout\nzweite Zeile: grün, 你好, 🦀\n');
    write(stderr, 'a line on stderr\n');
    returnOk('{"logged":true}');
  } else if (ask == 'echo') {
    const text = findMember(input, 'text');
    // The texts that are sent need no escapes in JSON: two quotes are all that is not theirs.
    const bytes = String.UTF8.byteLength(text) - 2;
    returnOk(`{"text":${text},"bytes":${bytes}}`);
  } else if (ask == 'turn') {
    const wait = I64.parseInt(findMember(input, 'waitMs'));
    if (wait > 0) sleep(wait);
    returnOk(`{"number":${findMember(input, 'number')},"runs":${runs}}`);
  }
}
