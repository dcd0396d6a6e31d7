/** Cases of `error-code` in `wasi:http/types`, by their place in it: guests of the suite answer that number. */
export const httpErrorCodes: Readonly<
  Record<'connectionRefused' | 'connectionLimitReached' | 'requestDenied', number>
> = {
  connectionRefused: 6,
  connectionLimitReached: 11,
  requestDenied: 15,
};
