/**
 * Every refusal of the API: status and meaning by code. The text on the wire is written where it is
 * refused, because it names what the caller sent. Codes go into the header `x-wasmwhisk-error` and are
 * never reused; the member `code` of the body is the transaction id, as `wsk` expects.
 */
export const rejections = {
  WW_ERR_API_BODY: { status: 400, summary: 'The body is not JSON, or a member has a wrong type.' },
  WW_ERR_API_QUERY: { status: 400, summary: 'A query parameter has a wrong value.' },
  WW_ERR_API_NAME: {
    status: 400,
    summary: 'A name is too long, or has characters it may not have.',
  },
  WW_ERR_API_RESERVED: { status: 400, summary: 'The name is reserved.' },
  WW_ERR_API_KIND: { status: 400, summary: 'The kind is none of those served.' },
  WW_ERR_API_CODE: { status: 400, summary: 'The code is missing, or was damaged on its way.' },
  WW_ERR_API_LIMIT: { status: 400, summary: 'A limit is out of its bounds.' },
  WW_ERR_API_FINAL_PARAMETER: {
    status: 400,
    summary: 'An argument would override a parameter of an action whose parameters are final.',
  },
  WW_ERR_API_SEQUENCE: { status: 400, summary: 'A rule of sequences is broken.' },
  WW_ERR_API_BINDING: { status: 400, summary: 'A rule of package bindings is broken.' },
  WW_ERR_API_RULE: {
    status: 400,
    summary: 'A rule lacks its trigger or action, or has a wrong status.',
  },
  WW_ERR_API_ACTIVATION_ID: {
    status: 400,
    summary: 'The activation id is not 32 lower-case hex digits.',
  },
  WW_ERR_API_USER: { status: 400, summary: 'A subject, namespace or key of a user is not valid.' },
  WW_ERR_API_REQUEST: { status: 400, summary: 'The HTTP request itself is malformed.' },
  WW_ERR_API_GATEWAY: {
    status: 400,
    summary: 'The description of an API is incomplete or contradicts itself.',
  },
  WW_ERR_API_NO_CREDENTIALS: { status: 401, summary: 'No credentials were sent.' },
  WW_ERR_API_CREDENTIALS: { status: 401, summary: 'The credentials are wrong.' },
  WW_ERR_API_FORBIDDEN: {
    status: 403,
    summary: "The caller has no right to another namespace's entity.",
  },
  WW_ERR_API_FOREIGN: {
    status: 403,
    summary: 'The request comes from a web page (`Origin`), or under a `Host` that is not ours.',
  },
  WW_ERR_API_NOT_FOUND: { status: 404, summary: 'There is no such entity, record or path.' },
  WW_ERR_API_METHOD: { status: 405, summary: 'The path does not take this method.' },
  WW_ERR_API_TIMEOUT: { status: 408, summary: 'The request did not arrive in time.' },
  WW_ERR_API_EXISTS: { status: 409, summary: 'The entity exists, and `overwrite` is not true.' },
  WW_ERR_API_COLLECTION: {
    status: 409,
    summary: 'The entity exists but is of another type: all types share their names.',
  },
  WW_ERR_API_NOT_EMPTY: { status: 409, summary: 'The package still has actions.' },
  WW_ERR_API_TOO_LARGE: {
    status: 413,
    summary: 'The body, code, parameters or annotations are too large.',
  },
  WW_ERR_API_URI_TOO_LONG: { status: 414, summary: 'The URI is too long.' },
  WW_ERR_API_MEDIA_TYPE: { status: 415, summary: 'The body is not sent as JSON.' },
  WW_ERR_API_SELF_BINDING: { status: 422, summary: 'A binding refers to itself.' },
  WW_ERR_API_THROTTLED: {
    status: 429,
    summary: 'The namespace invokes too often, or too much at once.',
  },
  WW_ERR_API_INTERNAL: { status: 500, summary: 'A fault of wasmwhisk itself; the log has more.' },
  WW_ERR_API_STORAGE: {
    status: 500,
    summary:
      'What was asked could not be read or kept: the disk is full, or the data folder is gone or damaged. The log has more.',
  },
  WW_ERR_API_CLOSING: { status: 503, summary: 'SIGTERM was received; nothing new is taken.' },
  WW_ERR_WEB_RESULT: {
    status: 400,
    summary: 'The result of a web action cannot become an answer of the asked type.',
  },
  WW_ERR_WEB_RESERVED: {
    status: 400,
    summary: 'A query or body names a reserved or final parameter of a web action.',
  },
  WW_ERR_WEB_ACTION: { status: 400, summary: 'A web action failed; its activation has more.' },
} as const;

export type RejectionCode = keyof typeof rejections;

/** A request that is refused. `message` is the text on the wire. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionCode;
  readonly status: number;

  constructor(code: RejectionCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = rejections[code].status;
  }
}

export function isRejection(error: unknown): error is Rejection {
  return error instanceof Rejection;
}
