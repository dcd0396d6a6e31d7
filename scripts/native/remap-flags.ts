import { join } from 'node:path';
import type { Toolchain } from './toolchain.ts';

/**
 * A panic names the file it happened in: without this, with the home of whoever built. All that cargo
 * does has to be given the same, or it compiles everything again.
 */
export function remapFlags({ environment }: Toolchain): readonly string[] {
  const home = environment['CARGO_HOME'] ?? join(environment['HOME'] ?? '', '.cargo');
  const flag = `--remap-path-prefix=${join(home, 'registry', 'src')}=crates`;
  return ['--config', `build.rustflags=[${JSON.stringify(flag)}]`];
}
