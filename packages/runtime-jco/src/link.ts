import { preview2Offer } from '@wasmwhisk/wasi';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import type { GlueImport } from './glue.js';

/**
 * Checks that the host has everything that the component takes.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_LINK` with the name of what is missing
 */
export function assertImports(imports: readonly GlueImport[]): void {
  for (const { interfaceName, members } of imports) {
    const offer = preview2Offer(interfaceName);
    if (offer === undefined)
      throw missing(
        `${interfaceName}, which no host has here: WASI 0.2 and nothing else is offered`,
      );
    const unknown = members.find((member) => !offer.has(member));
    if (unknown !== undefined)
      throw missing(`"${unknown}" of ${interfaceName}, which this host does not have`);
  }
}

function missing(what: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_GUEST_LINK', `The component imports ${what}.`);
}
