/** An answer to a web request, complete but for what every answer has. */
export interface WebResponse {
  readonly status: number;
  /** Names in lower case; one that is there several times is sent several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `undefined`: none. Text is sent as UTF-8. */
  readonly body: string | Buffer | undefined;
}
