import { GuestResource, type GuestContext } from './guest-context.js';
import { done, err, ok, type Result } from './result.js';
import { OutputStream } from './streams.js';

type HeaderError =
  | { readonly tag: 'invalid-syntax' }
  | { readonly tag: 'forbidden' }
  | { readonly tag: 'immutable' };

/** Most bytes that one `Fields` keeps for a guest. */
const fieldsBytesMax = 16 * 1024;

/** What an entry costs beside its text, so that many empty ones are bounded too. */
const entryBytes = 32;

/** The resource `wasi:http/types.fields`. */
export class Fields extends GuestResource {
  #entries: (readonly [name: string, value: Uint8Array])[] = [];

  /** @param context - that of the run */
  constructor(context: GuestContext) {
    super(context, fieldsBytesMax);
  }

  /** Takes all entries, or none. */
  fill(entries: readonly (readonly [string, Uint8Array])[]): Result<void, HeaderError> {
    return this.#replace([...entries]);
  }

  get(name: string): readonly Uint8Array[] {
    return this.#entries.filter(([known]) => isSameName(known, name)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([known]) => isSameName(known, name));
  }

  set(name: string, values: readonly Uint8Array[]): Result<void, HeaderError> {
    const others = this.#entries.filter(([known]) => !isSameName(known, name));
    return this.#replace([...others, ...values.map((value) => [name, value] as const)]);
  }

  delete(name: string): Result<void, HeaderError> {
    return this.set(name, []);
  }

  append(name: string, value: Uint8Array): Result<void, HeaderError> {
    return this.#replace([...this.#entries, [name, value]]);
  }

  entries(): readonly (readonly [string, Uint8Array])[] {
    return this.#entries;
  }

  clone(): Fields {
    const copy = new Fields(this.context);
    copy.#entries = [...this.#entries];
    return copy;
  }

  #replace(entries: (readonly [string, Uint8Array])[]): Result<void, HeaderError> {
    const size = entries.reduce(
      (sum, [name, value]) => sum + name.length + value.length + entryBytes,
      0,
    );
    if (size > fieldsBytesMax) return err({ tag: 'forbidden' });
    this.#entries = entries;
    return done;
  }
}

/** The resource `wasi:http/types.outgoing-request`: can be filled in as usual, and is refused when it is sent. */
class OutgoingRequest extends GuestResource {
  readonly #headers: Fields;
  #method: unknown = { tag: 'get' };
  #pathWithQuery: string | undefined;
  #scheme: unknown;
  #authority: string | undefined;
  #bodyTaken = false;

  constructor(context: GuestContext, headers: Fields) {
    super(context);
    this.#headers = headers;
  }

  body(): Result<OutgoingBody, undefined> {
    if (this.#bodyTaken) return err(undefined);
    this.#bodyTaken = true;
    return ok(new OutgoingBody(this.context));
  }

  method(): unknown {
    return this.#method;
  }

  setMethod(method: unknown): Result<void, undefined> {
    this.#method = method;
    return done;
  }

  pathWithQuery(): string | undefined {
    return this.#pathWithQuery;
  }

  setPathWithQuery(path: string | undefined): Result<void, undefined> {
    this.#pathWithQuery = path;
    return done;
  }

  scheme(): unknown {
    return this.#scheme;
  }

  setScheme(scheme: unknown): Result<void, undefined> {
    this.#scheme = scheme;
    return done;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): Result<void, undefined> {
    this.#authority = authority;
    return done;
  }

  headers(): Fields {
    return this.#headers.clone();
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#headers[Symbol.dispose]();
  }
}

/** The resource `wasi:http/types.outgoing-body`: takes what is written and forgets it. */
class OutgoingBody extends GuestResource {
  static finish(body: OutgoingBody): Result<void, never> {
    body[Symbol.dispose]();
    return done;
  }

  write(): Result<OutputStream, undefined> {
    return ok(new OutputStream({ write: () => undefined }, this.context));
  }
}

/** The resource `wasi:http/types.request-options`. */
class RequestOptions extends GuestResource {
  readonly #timeouts = new Map<string, bigint | undefined>();

  connectTimeout(): bigint | undefined {
    return this.#timeouts.get('connect');
  }

  setConnectTimeout(duration: bigint | undefined): Result<void, undefined> {
    this.#timeouts.set('connect', duration);
    return done;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#timeouts.get('first-byte');
  }

  setFirstByteTimeout(duration: bigint | undefined): Result<void, undefined> {
    this.#timeouts.set('first-byte', duration);
    return done;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#timeouts.get('between-bytes');
  }

  setBetweenBytesTimeout(duration: bigint | undefined): Result<void, undefined> {
    this.#timeouts.set('between-bytes', duration);
    return done;
  }
}

/** Resources of answers and of the serving side; none ever comes to exist. */
class IncomingRequest {}
class IncomingResponse {}
class IncomingBody {}
class FutureTrailers {}
class FutureIncomingResponse {}
class OutgoingResponse {}
class ResponseOutparam {}

/**
 * `wasi:http` for one run: guests may import it, since the standard libraries of scripting languages
 * do, but every request is refused.
 */
export function createDeniedHttp(
  context: GuestContext,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return {
    'wasi:http/types': {
      ...constructibleResources(context),
      OutgoingBody,
      IncomingRequest,
      IncomingResponse,
      IncomingBody,
      FutureTrailers,
      FutureIncomingResponse,
      OutgoingResponse,
      ResponseOutparam,
      httpErrorCode: () => undefined,
    },
    'wasi:http/outgoing-handler': {
      handle: (
        request: GuestResource,
        options: GuestResource | undefined,
      ): Result<never, { readonly tag: 'HTTP-request-denied' }> => {
        request[Symbol.dispose]();
        options?.[Symbol.dispose]();
        return err({ tag: 'HTTP-request-denied' });
      },
    },
  };
}

/** The resources that a guest makes by itself: classes whose constructors know the run. */
function constructibleResources(context: GuestContext): Readonly<Record<string, unknown>> {
  return {
    Fields: class extends Fields {
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof Fields;
      }

      static fromList(
        entries: readonly (readonly [string, Uint8Array])[],
      ): Result<Fields, HeaderError> {
        const fields = new Fields(context);
        const filled = fields.fill(entries);
        return filled.tag === 'ok' ? ok(fields) : filled;
      }

      constructor() {
        super(context);
      }
    },
    OutgoingRequest: class extends OutgoingRequest {
      constructor(headers: Fields) {
        super(context, headers);
      }
    },
    RequestOptions: class extends RequestOptions {
      constructor() {
        super(context);
      }
    },
  };
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
