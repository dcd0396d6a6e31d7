/**
 * The line that ends an activation's logs, once on each stream. Readers on Docker take any line
 * that contains it for one, so a guest's line must never do.
 */
export const frameMarker = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX';

const harmlessMarker = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_(written by the action)_XXX';

/** A line of guest output in which no reader will see a frame marker. */
export function withoutFrameMarker(line: string): string {
  return line.includes(frameMarker) ? line.replaceAll(frameMarker, harmlessMarker) : line;
}
