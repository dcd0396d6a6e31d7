import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { errorOf, start, wasmwhisk, launcher, scratchFolder } from './launcher.js';

const commands = [
  'standalone',
  'deploy',
  'user',
  'serve',
  'pack',
  'invoke',
  'inspect',
  'run',
  'config',
  'precompile',
  'keys',
];

describe('help and version', () => {
  it('prints the version', async () => {
    const { code, stdout } = await wasmwhisk(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lists every command and an example', async () => {
    const { code, stdout, stderr } = await wasmwhisk(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const command of commands) expect(stdout).toContain(`\n  ${command} `);
    expect(stdout).toContain('Examples:');
  });

  it.each(commands)('helps with %s by examples', async (command) => {
    const { code, stdout } = await wasmwhisk([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: wasmwhisk ${command} `));
    expect(stdout).toContain(`Examples:\n`);
    expect(stdout).toContain(`wasmwhisk ${command}`);
  });

  it('prints help on stderr and ends with 2 when there is no command', async () => {
    const { code, stdout, stderr } = await wasmwhisk([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: wasmwhisk');
  });
});

describe('a wrong command line', () => {
  it.each([
    [['serv'], 'Unknown command "serv". Did you mean serve?'],
    [['serve', '--prot', '1'], 'Unknown option "--prot". Did you mean --port?'],
    [['invoke'], 'Missing required argument "file".'],
    [['invoke', 'a', 'b'], 'Too many arguments'],
    [['invoke', 'a.zip', '-p', 'x'], '-p needs a name and a value.'],
    [['invoke', '-', '-P', '-'], 'cannot both come from stdin'],
    [['invoke', 'a.zip', '--env', 'X'], '"X" is no variable.'],
    [['serve', '--set', 'x'], 'It has to be path=value.'],
    [['pack'], 'Missing required argument "path".'],
    [['run', 'a.wasm', '--dir', '::'], '"::" is no folder to give.'],
    [['precompile', 'a.wasm'], 'Required option "-o, --output <file>" not specified.'],
    [['keys', 'creat'], 'Unknown command "creat". Did you mean create?'],
    [['keys', 'show'], 'Missing required argument "file".'],
    [['config', '--mode', 'local'], 'Allowed choices are service, single, standalone.'],
    [['standalone', '--memory', '--data', 'x'], 'cannot be used with'],
    [['standalone', '--data', ''], '--data names no folder.'],
    [['deploy'], 'Missing required argument "path".'],
    [['deploy', '--web', 'a.wasm'], 'Allowed choices are yes, raw, no.'],
    [['deploy', 'a.wasm', '-p', 'x'], '-p needs a name and a value.'],
    [['user', 'creat'], 'Unknown command "creat". Did you mean create?'],
    [['user', 'get'], 'Missing required argument "subject".'],
    [['serve', '--port'], 'Option "--port <number>" argument missing.'],
  ])('%j is one line on stderr and 2', async (args, words) => {
    const { code, stdout, stderr } = await wasmwhisk(args);
    expect(stderr).toMatch(/^wasmwhisk: [^\n]*\n$/);
    expect(stderr).toContain(words);
    expect(code).toBe(exitCodes.usage.number);
    expect(stdout).toBe('');
  });

  it('comes with its code when that is asked for', async () => {
    const { stderr } = await wasmwhisk(['inspect', '/nonexistent', '--verbose']);
    expect(stderr).toContain('code: WW_ERR_CLI_FILE_MISSING');
  });

  it('is one JSON object for scripts', async () => {
    const ended = await wasmwhisk(['inspect', '--json']);
    expect(errorOf(ended)).toMatchObject({ code: 'WW_ERR_CLI_USAGE', exitCode: 2 });
  });
});

describe('the configuration', () => {
  it('shows each value and where it comes from', async () => {
    const folder = scratchFolder({ 'c.json': '{"limits":{"logBytes":"1KiB"}}' });
    const ended = await wasmwhisk(['config', '--config', 'c.json', '--set', 'server.port=1234'], {
      cwd: folder,
      environment: { WASMWHISK_SERVER_HOST: '127.0.0.2' },
    });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(
      /^server\.host +127\.0\.0\.2 +environment WASMWHISK_SERVER_HOST$/m,
    );
    expect(ended.stdout).toMatch(/^server\.port +1234 +flag --set server\.port$/m);
    expect(ended.stdout).toMatch(/^limits\.logBytes +1024 +file .*c\.json$/m);
    expect(ended.stdout).toMatch(/^limits\.timeoutMs +60000 +default$/m);
  });

  it('shows the defaults of single mode as JSON', async () => {
    const { stdout } = await wasmwhisk(['config', '--mode', 'single', '--json'], {
      environment: { __OW_ALLOW_CONCURRENT: 'True' },
    });
    const { config, sources } = JSON.parse(stdout) as {
      config: Record<string, Record<string, unknown>>;
      sources: Record<string, unknown>;
    };
    expect(config['server']).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect(config['containers']).toMatchObject({ concurrency: 1000 });
    expect(sources['server.port']).toEqual({ type: 'mode-default', reason: 'single mode' });
  });

  it('shows the settings of a standalone OpenWhisk', async () => {
    const { stdout } = await wasmwhisk(['config', '--mode', 'standalone'], {
      environment: { XDG_DATA_HOME: '/data', WASMWHISK_POOL_MEMORY_MIB: '1GiB' },
    });
    expect(stdout).toMatch(/^storage\.dataFolder +\/data\/wasmwhisk +default \(of this user\)$/m);
    expect(stdout).toMatch(/^pool\.memoryMiB +1024 +environment WASMWHISK_POOL_MEMORY_MIB$/m);
    expect(stdout).toMatch(/^limits\.memoryBytes +536870912 +default \(as wide as /m);
  });

  it('of an executor passes over what is for a standalone OpenWhisk, but not over a misspelt name', async () => {
    const environment = { WASMWHISK_POOL_MEMORY_MIB: '1GiB' };
    expect(await wasmwhisk(['config'], { environment })).toMatchObject({ code: 0, stderr: '' });
    const misspelt = await wasmwhisk(['config'], {
      environment: { WASMWHISK_POOL_MEMORY_MBI: '1GiB' },
    });
    expect(misspelt.code).toBe(exitCodes.config.number);
    expect(misspelt.stderr).toContain('did you mean "WASMWHISK_POOL_MEMORY_MIB"?');
  });

  it.each([['serve'], ['standalone'], ['config'], ['invoke', 'x.zip'], ['run', 'x.wasm']])(
    'stops %s with 78 and all problems at once when it is wrong',
    async (...args) => {
      const { code, stdout, stderr } = await wasmwhisk([...args, '--runtime', 'v9'], {
        environment: { WASMWHISK_SERVER_PROT: '1' },
      });
      expect(code).toBe(exitCodes.config.number);
      expect(stdout).toBe('');
      expect(stderr).toContain('The configuration has 2 problems:');
      expect(stderr).toContain('did you mean "WASMWHISK_SERVER_PORT"?');
      expect(stderr).toContain(
        'flag --runtime: runtime.name must be one of auto, wasmtime, v8, wasmer, jco',
      );
    },
  );
});

describe('a reader that closes the output', () => {
  it('ends the command with 141 and without a word', async () => {
    const shell = `"${launcher}" config | true; exit "\${PIPESTATUS[0]}"`;
    const { code, stderr } = await start('bash', ['-c', shell]).ended;
    expect(stderr).toBe('');
    expect(code).toBe(exitCodes.brokenPipe.number);
  });
});
