// Builds the action of test/toolchains/guests with every toolchain that is here, and says which are not.
// What is built lies outside of the checkout; what is there already is not built again.
import { toCountsLine } from './counts.ts';
import { toolchains } from './toolchains/catalog.ts';
import { prepareGuest } from './toolchains/guest-store.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

let [passed, failed, skipped] = [0, 0, 0];
for (const { id, tool } of toolchains) {
  const startMs = performance.now();
  try {
    const guest = await prepareGuest(id);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    if (guest.type === 'missing') {
      skipped += 1;
      say(`skipped ${id} (${tool}): ${guest.reason}`);
      continue;
    }
    passed += 1;
    if (guest.type === 'built') say(`built ${id} (${tool}) in ${seconds} s`);
  } catch (error) {
    failed += 1;
    say(`FAILED ${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
say(toCountsLine({ passed, failed, skipped }));
process.exitCode = failed === 0 ? 0 : 1;
