import { fields, list, text } from './reply-fields.js';

/** What `wskdeploy` goes by when it does not take the kinds from the reply. */
export type ServedKinds = readonly string[] | 'built-in';

/**
 * The kinds that `wskdeploy` takes from the reply to `GET /`: only when the content type is a part of one
 * fixed text, to the letter. Otherwise it goes by a list of its own, in which there is no Wasm.
 */
export function readServedKinds(contentType: string, body: string): ServedKinds {
  if (!'application/json; charset=UTF-8'.includes(contentType)) return 'built-in';
  const families = Object.entries(fields(fields(JSON.parse(body))['runtimes']));
  return families.flatMap(([family, kinds]) =>
    list(kinds).flatMap((kind) => {
      const name = text(kind, 'kind');
      return fields(kind)['default'] === true ? [name, `${family}:default`] : [name];
    }),
  );
}
