import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isConfigError } from './config-error.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { configSchema } from './schema.js';
import { readSetting } from './setting-value.js';
import { executorShape } from './settings.js';

function load(options: Partial<ConfigOptions> = {}): ReturnType<typeof loadConfig> {
  return loadConfig({ mode: 'service', environment: {}, ...options });
}

function writeConfig(content: unknown): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-config-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'config.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function flag(settingPath: string, text: string) {
  return { path: settingPath, text, flag: `--set ${settingPath}` };
}

function problemsOf(options: Partial<ConfigOptions>): readonly string[] {
  try {
    load(options);
  } catch (error) {
    if (!isConfigError(error)) throw error;
    expect(error.code).toBe('WW_ERR_CONFIG_INVALID');
    return error.problems.map(({ path: settingPath, reason }) =>
      settingPath === undefined ? reason : `${settingPath} ${reason}`,
    );
  }
  return [];
}

/** The defaults, taken from the schema by another way than the loader takes. */
function schemaDefaults(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(configSchema.properties).map(([section, schema]) => [
      section,
      Object.fromEntries(
        Object.entries<{ readonly default: unknown }>(schema.properties).map(([name, leaf]) => [
          name,
          leaf.default,
        ]),
      ),
    ]),
  );
}

describe('loadConfig', () => {
  it('gives every default, as the schema itself would', () => {
    const { config, sources } = load();
    expect(config).toEqual(schemaDefaults());
    expect(Check(configSchema, config)).toBe(true);
    expect([...sources.values()].every((source) => source.type === 'default')).toBe(true);
    expect(sources.size).toBe(executorShape.settings.length);
  });

  it('lets flags win over environment, environment over file, file over defaults', () => {
    const file = writeConfig({ server: { port: 1, host: 'a' }, limits: { logBytes: 5 } });
    const { config, sources } = load({
      file,
      environment: { WASMWHISK_SERVER_PORT: '2', WASMWHISK_SERVER_HOST: 'b' },
      flags: [flag('server.port', '3')],
    });
    expect(config.server.port).toBe(3);
    expect(config.server.host).toBe('b');
    expect(config.limits.logBytes).toBe(5);
    expect(config.limits.memoryBytes).toBe(268_435_456);
    expect(sources.get('server.port')).toEqual({ type: 'flag', flag: '--set server.port' });
    expect(sources.get('server.host')).toEqual({
      type: 'environment',
      variable: 'WASMWHISK_SERVER_HOST',
    });
    expect(sources.get('limits.logBytes')).toEqual({ type: 'file', file });
  });

  it('lets every source win over the defaults of a mode', () => {
    const { config, sources } = load({
      mode: 'single',
      environment: { WASMWHISK_SERVER_PORT: '8081' },
    });
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 8081 });
    expect(sources.get('server.host')).toEqual({ type: 'mode-default', reason: 'single mode' });
  });

  it("passes over the variables of the native runtime's loader and build", () => {
    const environment = {
      WASMWHISK_NATIVE_PATH: '/a.node',
      WASMWHISK_NATIVE_TARGET: '/a',
      WASMWHISK_NATIVE_TRACE: '1',
    };
    expect(problemsOf({ environment })).toEqual([]);
    expect(problemsOf({ environment: { WASMWHISK_NATIVE_PAHT: '/a.node' } })).toHaveLength(1);
  });

  it('takes the file that WASMWHISK_CONFIG names, unless a flag names another', () => {
    const named = writeConfig({ server: { port: 1 } });
    const other = writeConfig({ server: { port: 2 } });
    const environment = { WASMWHISK_CONFIG: named };
    expect(load({ environment }).config.server.port).toBe(1);
    expect(load({ environment, file: other }).config.server.port).toBe(2);
    expect(load({ environment: { WASMWHISK_CONFIG: '' } }).config.server.port).toBe(9000);
  });

  it('reads sizes and durations with units from every source', () => {
    const file = writeConfig({ limits: { memoryBytes: '64MiB', timeoutMs: '5s' } });
    const { config } = load({
      file,
      environment: { WASMWHISK_LIMITS_LOG_BYTES: '1KiB', WASMWHISK_RUNTIME_HEAP_MIB: '1GiB' },
      flags: [flag('limits.timeoutMsMax', '10m')],
    });
    expect(config.limits).toMatchObject({
      memoryBytes: 67_108_864,
      timeoutMs: 5000,
      logBytes: 1024,
      timeoutMsMax: 600_000,
    });
    expect(config.runtime.heapMiB).toBe(1024);
  });

  it('reads lists comma separated, and empty text as an empty one', () => {
    const environment = { WASMWHISK_POLICY_HTTP_HOSTS: 'a.example, b.example:8443' };
    expect(load({ environment }).config.policy.httpHosts).toEqual(['a.example', 'b.example:8443']);
    const empty = { WASMWHISK_POLICY_HTTP_HOSTS: '' };
    expect(load({ environment: empty }).config.policy.httpHosts).toEqual([]);
  });

  it('is frozen in depth', () => {
    const { config } = load({ flags: [flag('policy.httpHosts', 'a')] });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.values(config).every((section) => Object.isFrozen(section))).toBe(true);
    expect(Object.isFrozen(config.policy.httpHosts)).toBe(true);
  });

  it('refuses unknown names of every source with the near name', () => {
    expect(
      problemsOf({
        file: writeConfig({ limit: {}, limits: { memoryByte: 1 }, server: { memoryBytes: 1 } }),
        environment: { WASMWHISK_LIMITS_MEMORY_BYTE: '1', WASMWHISK_CONFG: 'x', OTHER: '1' },
        flags: [flag('memoryBytes', '1'), flag('nonsense', '1')],
      }),
    ).toEqual([
      'there is no section "limit"; did you mean "limits"?',
      'there is no setting "limits.memoryByte"; did you mean "limits.memoryBytes"?',
      'there is no setting "server.memoryBytes"; did you mean "limits.memoryBytes"?',
      'there is no such setting; did you mean "WASMWHISK_LIMITS_MEMORY_BYTES"?',
      'there is no such setting; did you mean "WASMWHISK_CONFIG"?',
      'there is no setting "memoryBytes"; did you mean "limits.memoryBytes"?',
      'there is no setting "nonsense"',
    ]);
  });

  it('reports wrong types and ranges of all sources at once, each with its origin', () => {
    const file = writeConfig({
      server: { port: '8080', host: 7, allowedHosts: ['', 1] },
      containers: { max: 1.5 },
      log: { guestOutput: 'true', level: 'loud' },
    });
    let message = '';
    try {
      load({
        file,
        environment: { WASMWHISK_LIMITS_MEMORY_BYTES: '1KiB', WASMWHISK_LIMITS_TIMEOUT_MS: 'soon' },
        flags: [
          flag('log.guestOutput', 'yes'),
          flag('server.port', '99999'),
          flag('policy.runtimesByAnnotation', 'v8,v9'),
        ],
      });
    } catch (error) {
      if (!isConfigError(error)) throw error;
      message = error.message;
    }
    expect(message.split('\n')).toEqual([
      'The configuration has 11 problems:',
      `  file ${file}: server.port must be a whole number, but is "8080".`,
      `  file ${file}: server.host must be text, but is 7.`,
      `  file ${file}: server.allowedHosts must hold texts that are not empty, but holds "".`,
      `  file ${file}: containers.max must be a whole number, but is 1.5.`,
      `  file ${file}: log.guestOutput must be true or false, but is "true".`,
      `  file ${file}: log.level must be one of silent, error, warn, info, debug, trace, but is "loud".`,
      '  environment variable WASMWHISK_LIMITS_MEMORY_BYTES: limits.memoryBytes must be between 64 KiB and 4 GiB, but is 1 KiB.',
      '  environment variable WASMWHISK_LIMITS_TIMEOUT_MS: limits.timeoutMs must be a whole number of milliseconds, or text such as 250ms, 30s, 5m, 1h, but is "soon".',
      '  flag --set log.guestOutput: log.guestOutput must be true or false, but is "yes".',
      '  flag --set server.port: server.port must be between 0 and 65,535, but is 99,999.',
      '  flag --set policy.runtimesByAnnotation: policy.runtimesByAnnotation may hold wasmtime, v8, wasmer, jco, but holds "v9".',
    ]);
  });

  it('says what is wrong with a file that is no configuration', () => {
    expect(problemsOf({ file: '/nonexistent.json' })).toEqual(['does not exist']);
    expect(problemsOf({ file: tmpdir() })).toEqual(['is a folder']);
    expect(problemsOf({ file: writeConfig('{"server":') })[0]).toMatch(/^is not valid JSON \(/);
    expect(problemsOf({ file: writeConfig('[]') })).toEqual(['must hold a JSON object']);
    expect(problemsOf({ file: writeConfig('{"server":[]}') })).toEqual([
      '"server" must be a JSON object',
    ]);
    expect(problemsOf({ file: writeConfig('{"server":{"__proto__":1}}') })).toEqual([
      'there is no setting "server.__proto__"',
    ]);
  });

  it('looks past the variables that Kubernetes sets for a service of our name', () => {
    expect(
      problemsOf({
        environment: {
          WASMWHISK_SERVICE_HOST: '10.0.0.1',
          WASMWHISK_SERVICE_PORT: '9000',
          WASMWHISK_SERVICE_PORT_HTTP: '9000',
          WASMWHISK_PORT: 'tcp://10.0.0.1:9000',
          WASMWHISK_PORT_9000_TCP: 'tcp://10.0.0.1:9000',
          WASMWHISK_PORT_9000_TCP_ADDR: '10.0.0.1',
        },
      }),
    ).toEqual([]);
    expect(problemsOf({ environment: { WASMWHISK_PORT: '9000' } })).toHaveLength(1);
  });

  it('accepts exactly what the schema accepts', () => {
    const values = fc.oneof(
      fc.integer(),
      fc.integer({ min: -1, max: 70_000 }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom('auto', 'v8', 'plain', 'silent', 'namespace', 'text', ''),
      fc.array(fc.constantFrom('v8', 'x', '')),
      fc.constant(null),
      fc.object(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...executorShape.settings), values, (setting, value) => {
        const read = readSetting(setting, value);
        const config = schemaDefaults();
        const section = config[setting.section];
        if (section === undefined) throw new Error(setting.section);
        section[setting.name] = value;
        expect(read.type === 'value').toBe(Check(configSchema, config));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes keys as `wasmwhisk keys` prints them, and says what is wrong with others', () => {
    const key = 'ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
    const other = 'ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=';
    const setting = 'policy.precompiledKeys';
    const { config } = load({ flags: [flag(setting, `${key}, ${other}`)] });
    expect(config.policy.precompiledKeys).toEqual([key, other]);
    expect(Check(configSchema, { ...schemaDefaults(), policy: config.policy })).toBe(true);
    const zeros = `ed25519:${'A'.repeat(43)}=`;
    for (const [wrong, reason] of [
      [key.slice(8), /holds "11qY.*", which must be ed25519: and 44 characters of base64/],
      [`${key.slice(0, -2)}p=`, /without bits left over/],
      [zeros, /small order/],
    ] as const) {
      const [problem, ...others] = problemsOf({ flags: [flag(setting, `${key},${wrong}`)] });
      expect(others).toEqual([]);
      expect(problem).toMatch(reason);
    }
  });

  it('survives any JSON file with one error that names the file', () => {
    const file = writeConfig('');
    fc.assert(
      fc.property(fc.json(), (json) => {
        writeFileSync(file, json);
        try {
          load({ file });
        } catch (error) {
          if (!isConfigError(error)) throw error;
          expect(error.problems.every(({ origin }) => origin === `file ${file}`)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('executorShape.settings', () => {
  it('reads every setting back from its variable', () => {
    const environment = Object.fromEntries(
      executorShape.settings.map(({ environmentName, defaultValue }) => [
        environmentName,
        Array.isArray(defaultValue) ? defaultValue.join(',') : String(defaultValue),
      ]),
    );
    expect(Object.keys(environment)).toHaveLength(executorShape.settings.length);
    expect(load({ environment }).config).toEqual(load().config);
  });

  it('holds no secret, so that it may be printed and logged', () => {
    // Whoever adds one has to keep it out of `wasmwhisk config` and of the log first.
    const names = executorShape.settings.map((setting) => setting.path);
    expect(names.filter((name) => /secret|password|token|key$|credential/i.test(name))).toEqual([]);
  });

  it('names variables by section and words', () => {
    const names = executorShape.settings.map((setting) => setting.environmentName);
    expect(names).toContain('WASMWHISK_LIMITS_MEMORY_BYTES');
    expect(names).toContain('WASMWHISK_RUNTIME_HEAP_MIB');
    expect(names).toContain('WASMWHISK_SERVER_KEEP_ALIVE_TIMEOUT_MS');
  });
});
