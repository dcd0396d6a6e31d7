/**
 * Thrown through the guest when it calls exit: nothing of it runs on. Not a failure in itself;
 * whoever called the guest reads the code.
 */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The guest exited with code ${String(exitCode)}.`);
    this.exitCode = exitCode;
  }
}
