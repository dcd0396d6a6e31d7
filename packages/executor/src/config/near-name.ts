/**
 * The known name that was probably meant: few typing errors away, or the same last part
 * (`memoryBytes` for `limits.memoryBytes`). `undefined` when nothing is near.
 */
export function findNearName(given: string, known: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  const lastPart = lastPartOf(wanted);
  const sameLastPart = known.filter((name) => lastPartOf(name.toLowerCase()) === lastPart);
  if (sameLastPart.length === 1) return sameLastPart[0];
  let nearest: string | undefined;
  // A third of the letters may be wrong: beyond that a suggestion only puzzles.
  let leastErrors = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const errors = countTypingErrors(wanted, name.toLowerCase(), leastErrors);
    if (errors >= leastErrors) continue;
    leastErrors = errors;
    nearest = name;
  }
  return nearest;
}

/** A clause for a message: `; did you mean "x"?`, or nothing. */
export function suggestName(given: string, known: readonly string[]): string {
  const near = findNearName(given, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function lastPartOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Longer names are not compared: whoever sends one did not mistype, and the work grows with its length. */
const comparedLengthMax = 128;

/** Inserted, missing, wrong and swapped letters; stops counting at `atMost`. */
function countTypingErrors(given: string, known: string, atMost: number): number {
  if (given.length > comparedLengthMax || Math.abs(given.length - known.length) >= atMost)
    return atMost;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: known.length + 1 }, (_, index) => index);
  for (let row = 1; row <= given.length; row++) {
    const current = [row];
    for (let column = 1; column <= known.length; column++) {
      const same = given[row - 1] === known[column - 1];
      let errors = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        given[row - 1] === known[column - 2] &&
        given[row - 2] === known[column - 1];
      if (swapped) errors = Math.min(errors, at(beforePrevious, column - 2) + 1);
      current.push(errors);
    }
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(atMost, at(previous, known.length));
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
