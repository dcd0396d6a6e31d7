import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { executorShape, isConfigError, loadConfig } from '@wasmwhisk/executor';
import { Check } from 'typebox/schema';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadStandaloneConfig } from './load-standalone-config.js';
import { standaloneConfigSchema, standaloneShape } from './schema.js';

const mebibyte = 1024 * 1024;

type Environment = Readonly<Record<string, string>>;

function load(environment: Environment = {}, settings: Environment = {}) {
  const flags = Object.entries(settings).map(([setting, text]) => ({
    path: setting,
    text,
    flag: `--set ${setting}`,
  }));
  return loadStandaloneConfig({ environment, flags });
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return error.message;
  }
  return '';
}

describe('loadStandaloneConfig', () => {
  it('has the defaults of a server on this machine, each with its reason', () => {
    const { config, sources } = load();
    expect(Check(standaloneConfigSchema, config)).toBe(true);
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 3233 });
    expect(config.server.bodyBytesMax).toBe(50 * mebibyte);
    expect(config.limits.memoryBytes).toBe(512 * mebibyte);
    expect(config.limits.deadlineMarginMs).toBe(0);
    expect(config.log).toEqual({ level: 'warn', guestOutput: false, retainedBytes: 0 });
    expect(config.throttle.concurrentInvocations).toBe(1000);
    expect(sources.get('limits.memoryBytes')).toEqual({
      type: 'mode-default',
      reason: 'as wide as actions.memoryMiBMax',
    });
    expect(sources.size).toBe(standaloneShape.settings.length);
  });

  it('reads its own sections and those of the executor from the same places', () => {
    const { config } = load(
      { WASMWHISK_ACTIONS_MEMORY_MIB_MIN: '1MiB', WASMWHISK_RUNTIME_NAME: 'v8' },
      { 'api.corsOrigins': 'http://a.example, http://b.example', 'actions.timeoutMsMax': '5m' },
    );
    expect(config.actions.memoryMiBMin).toBe(1);
    expect(config.actions.timeoutMsMax).toBe(300_000);
    expect(config.runtime.name).toBe('v8');
    expect(config.api.corsOrigins).toEqual(['http://a.example', 'http://b.example']);
  });

  it('widens limits of the executor that nobody set, and no others', () => {
    const widened = load({}, { 'actions.timeoutMsMax': '1h', 'api.codeBytesMax': '200MiB' }).config;
    expect(widened.limits.timeoutMsMax).toBe(3_600_000);
    expect(widened.limits.codeBytes).toBe(200 * mebibyte);
    expect(widened.server.bodyBytesMax).toBe(200 * mebibyte);
    const settings = { 'actions.memoryMiBMax': '1GiB', 'limits.memoryBytes': '256MiB' };
    expect(messageOf(() => load({}, settings))).toBe(
      'The configuration is not valid: flag --set limits.memoryBytes: limits.memoryBytes is 256 MiB, ' +
        'but actions.memoryMiBMax lets 1 GiB through.',
    );
  });

  it.each([
    [
      { 'actions.timeoutMsMax': '30s' },
      'actions.timeoutMs is 1 min, above actions.timeoutMsMax (30 s)',
    ],
    [
      { 'actions.timeoutMsMin': '2m' },
      'actions.timeoutMsMin is 2 min, above actions.timeoutMs (1 min)',
    ],
    [
      { 'actions.memoryMiBMax': '128' },
      'actions.memoryMiB is 256 MiB, above actions.memoryMiBMax (128 MiB)',
    ],
    [{ 'actions.logsMiB': '11' }, 'actions.logsMiB is 11 MiB, above actions.logsMiBMax (10 MiB)'],
    [
      { 'actions.concurrency': '201' },
      'actions.concurrency is 201, above actions.concurrencyMax (200)',
    ],
    [
      { 'pool.memoryMiB': '256' },
      'actions.memoryMiBMax is 512 MiB, above pool.memoryMiB (256 MiB)',
    ],
  ])('refuses %j', (settings, reason) => {
    expect(messageOf(() => load({}, settings))).toBe(
      `The configuration is not valid: flag --set ${Object.keys(settings).join('')}: ${reason}.`,
    );
  });

  it('reports every contradiction at once', () => {
    const message = messageOf(() =>
      load({ WASMWHISK_ACTIONS_TIMEOUT_MS: '10m' }, { 'actions.logsMiB': '20' }),
    );
    expect(message.split('\n')).toEqual([
      'The configuration has 2 problems:',
      '  environment variable WASMWHISK_ACTIONS_TIMEOUT_MS: actions.timeoutMs is 10 min, above actions.timeoutMsMax (5 min).',
      '  flag --set actions.logsMiB: actions.logsMiB is 20 MiB, above actions.logsMiBMax (10 MiB).',
    ]);
  });

  it("takes the program's own defaults before all that was set", () => {
    const defaults = new Map([['storage.dataFolder', { value: '/a', reason: 'of this test' }]]);
    expect(loadStandaloneConfig({ environment: {}, defaults }).config.storage.dataFolder).toBe(
      '/a',
    );
    const environment = { WASMWHISK_STORAGE_DATA_FOLDER: '' };
    expect(loadStandaloneConfig({ environment, defaults }).config.storage.dataFolder).toBe('');
  });

  it('suggests the near name of a misspelt setting', () => {
    expect(messageOf(() => load({ WASMWHISK_STORAGE_DATA_FODLER: '/a' }))).toContain(
      'did you mean "WASMWHISK_STORAGE_DATA_FOLDER"?',
    );
    expect(messageOf(() => load({}, { 'throtle.firesPerMinute': '1' }))).toContain(
      'did you mean "throttle.firesPerMinute"?',
    );
  });

  it('holds no secret, so that it may be printed and logged', () => {
    const names = standaloneShape.settings.map((setting) => setting.path);
    expect(names.filter((name) => /secret|password|token|key$|credential/i.test(name))).toEqual([]);
  });
});

describe('an executor in the same shell', () => {
  const otherShape = standaloneShape;

  it('passes over what is for the standalone OpenWhisk, and over nothing else', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-config-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const file = path.join(folder, 'both.json');
    writeFileSync(file, '{"server":{"port":1},"pool":{"memoryMiB":512}}');
    const environment = { WASMWHISK_STORAGE_DATA_FOLDER: '/a' };
    const { config } = loadConfig({ mode: 'service', environment, file, otherShape });
    expect(config).not.toHaveProperty('storage');
    expect(config.server.port).toBe(1);
    expect(
      messageOf(() =>
        loadConfig({
          mode: 'service',
          environment: { WASMWHISK_STORAGE_DATA_FODLER: '/a' },
          otherShape,
        }),
      ),
    ).toContain('did you mean "WASMWHISK_STORAGE_DATA_FOLDER"?');
  });

  it('refuses them by flag, where they can have no effect', () => {
    const flags = [{ path: 'pool.memoryMiB', text: '1', flag: '--set pool.memoryMiB' }];
    const message = messageOf(() =>
      loadConfig({ mode: 'service', environment: {}, flags, otherShape }),
    );
    expect(message).toContain('there is no setting "pool.memoryMiB"');
    expect(executorShape.byPath.has('pool.memoryMiB')).toBe(false);
  });
});
