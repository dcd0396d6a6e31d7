/** An action that OpenWhisk has taken. */
export interface DeployedAction {
  /** Such as `guest` or `guest/math`. */
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly web: boolean;
  /** What was uploaded, before base64. */
  readonly bytes: number;
  readonly uploadMs: number;
  /** Such as `http://127.0.0.1:3233`. */
  readonly apihost: string;
  readonly authKey: string;
  /** Whether the key is one that everybody knows: no other one is ever printed. */
  readonly published: boolean;
}

/** What is printed of it: one JSON object, or lines that say how to invoke it. */
export function formatDeployed(action: DeployedAction, json: boolean): string {
  const { namespace, name, version, kind, bytes, uploadMs, apihost } = action;
  const invokeUrl = `${apihost}/api/v1/namespaces/_/actions/${pathOf(action)}?blocking=true&result=true`;
  const webUrl = action.web ? `${apihost}/api/v1/web/${webPathOf(action)}` : null;
  if (json)
    return `${JSON.stringify({ namespace, name, version, kind, bytes, apihost, invokeUrl, webUrl })}\n`;
  const key = action.published ? action.authKey : '"$WHISK_AUTH"';
  const lines = [
    `deployed /${namespace}/${name} ${version} (${kind}, ${bytes.toLocaleString('en-US')} bytes in ${String(Math.ceil(uploadMs))} ms)`,
    '',
    `  wsk action invoke ${quote(relativeName(action))} --result`,
    `  curl -s -u ${key} -X POST -H 'content-type: application/json' -d '{}' '${invokeUrl}'`,
    ...(webUrl === null ? [] : [`  curl -s '${webUrl}.json'`]),
    '',
    "Arguments: '-p NAME VALUE' with wsk, members of the JSON object with curl.",
  ];
  return `${lines.join('\n')}\n`;
}

/** `add`, or `math/add` in a package. */
function relativeName({ namespace, name }: DeployedAction): string {
  return [...namespace.split('/').slice(1), name].join('/');
}

function pathOf(action: DeployedAction): string {
  return relativeName(action).split('/').map(encodeURIComponent).join('/');
}

/** Web actions outside of a package are in `default`. */
function webPathOf({ namespace, name }: DeployedAction): string {
  const [owner = '', inPackage = 'default'] = namespace.split('/');
  return [owner, inPackage, name].map(encodeURIComponent).join('/');
}

/** For a shell: names may have blanks and `&`. */
function quote(name: string): string {
  return /^[\w@./-]+$/.test(name) ? name : `'${name}'`;
}
