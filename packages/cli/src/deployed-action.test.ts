import { describe, expect, it } from 'vitest';
import { formatDeployed, type DeployedAction } from './deployed-action.js';

const action: DeployedAction = {
  namespace: 'guest',
  name: 'add',
  version: '0.0.1',
  kind: 'wasm:0.1',
  web: false,
  bytes: 1234,
  uploadMs: 2.5,
  apihost: 'http://127.0.0.1:3233',
  authKey: 'uuid:key',
  published: true,
};

describe('formatDeployed', () => {
  it('shows the lines that invoke an action', () => {
    expect(formatDeployed(action, false))
      .toBe(`deployed /guest/add 0.0.1 (wasm:0.1, 1,234 bytes in 3 ms)

  wsk action invoke add --result
  curl -s -u uuid:key -X POST -H 'content-type: application/json' -d '{}' 'http://127.0.0.1:3233/api/v1/namespaces/_/actions/add?blocking=true&result=true'

Arguments: '-p NAME VALUE' with wsk, members of the JSON object with curl.
`);
  });

  it('prints no key that is not known to everybody', () => {
    const text = formatDeployed({ ...action, published: false }, false);
    expect(text).not.toContain('uuid:key');
    expect(text).toContain('-u "$WHISK_AUTH"');
  });

  it('names web actions and those in packages, quoted for a shell', () => {
    const inPackage = { ...action, namespace: 'guest/my math', name: 'a&b', web: true };
    const text = formatDeployed(inPackage, false);
    expect(text).toContain("wsk action invoke 'my math/a&b' --result");
    expect(text).toContain('/api/v1/namespaces/_/actions/my%20math/a%26b?');
    expect(text).toContain("curl -s 'http://127.0.0.1:3233/api/v1/web/guest/my%20math/a%26b.json'");
    expect(formatDeployed({ ...action, web: true }, false)).toContain(
      '/api/v1/web/guest/default/add',
    );
  });

  it('is one JSON object for scripts, without the key', () => {
    const text = formatDeployed(action, true);
    expect(JSON.parse(text)).toEqual({
      namespace: 'guest',
      name: 'add',
      version: '0.0.1',
      kind: 'wasm:0.1',
      bytes: 1234,
      apihost: 'http://127.0.0.1:3233',
      invokeUrl: 'http://127.0.0.1:3233/api/v1/namespaces/_/actions/add?blocking=true&result=true',
      webUrl: null,
    });
  });
});
