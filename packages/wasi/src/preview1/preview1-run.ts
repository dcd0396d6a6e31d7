import { HostDescriptors } from '../core/host-descriptors.js';
import { resolveArgs, resolveEnvironment, type WasiHostOptions } from '../core/host-options.js';
import { openPreopens } from '../core/preopens.js';
import { DescriptorTable, type Descriptor } from './descriptor-table.js';
import { GuestMemory } from './guest-memory.js';
import { StringList } from './string-list.js';

export interface Preview1Options extends WasiHostOptions {
  /**
   * Whether `poll_oneoff` suspends a guest that waits (JSPI); its entry must then be called through
   * `WebAssembly.promising`. Default `false`: the guest's thread is held.
   */
  readonly suspending?: boolean;
}

/** All state of one run: what the functions of preview 1 work on. Made anew for each instance. */
export class Preview1Run {
  readonly memory: GuestMemory = new GuestMemory();
  readonly options: Preview1Options;
  readonly table: DescriptorTable;
  readonly host: HostDescriptors;
  #args: StringList | undefined;
  #environment: StringList | undefined;

  /** @throws what `node:fs` throws when a preopened directory cannot be opened */
  constructor(options: Preview1Options) {
    const { stdio, preopens } = options;
    this.options = options;
    this.host = new HostDescriptors(options.descriptorsMax);
    const descriptors: Descriptor[] = [
      { type: 'input', source: stdio.stdin },
      { type: 'output', sink: stdio.stdout },
      { type: 'output', sink: stdio.stderr },
    ];
    if (preopens.length > 0) descriptors.push(...openDescriptors(options, this.host));
    this.table = new DescriptorTable(descriptors);
  }

  /** Encoded when asked for: many guests never look. */
  get args(): StringList {
    return (this.#args ??= new StringList(resolveArgs(this.options.args)));
  }

  get environment(): StringList {
    return (this.#environment ??= new StringList(
      resolveEnvironment(this.options.environment).map(([name, value]) => `${name}=${value}`),
    ));
  }
}

function openDescriptors(options: Preview1Options, host: HostDescriptors): Descriptor[] {
  try {
    return openPreopens(options.preopens, host).map(({ directory, guestPath }) => ({
      type: 'directory',
      directory,
      preopenedAs: guestPath,
      listing: undefined,
    }));
  } catch (error) {
    host.close();
    throw error;
  }
}
