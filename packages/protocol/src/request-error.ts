/** A request body that is no request. `reason` is a clause that goes onto the wire. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
  }
}
