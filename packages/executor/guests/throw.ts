// Throws: AssemblyScript's abort says why on stderr and traps.
export function _start(): void {
  throw new Error('nooooo');
}
