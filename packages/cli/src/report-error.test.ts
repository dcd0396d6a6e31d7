import { ConfigError, executorErrors } from '@wasmwhisk/executor';
import { storageErrors } from '@wasmwhisk/standalone';
import { WasmRuntimeError, wasmRuntimeErrors, type WasmRuntimeErrorCode } from '@wasmwhisk/runtime';
import { describe, expect, it } from 'vitest';
import { CliError, toFileError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';
import { formatReport, toReportedError } from './report-error.js';

function withCode(code: string): Error {
  return Object.assign(new Error('it failed.'), { code });
}

describe('toReportedError', () => {
  it('knows how the command ends with every code of a run', () => {
    const codes = Object.keys(wasmRuntimeErrors) as WasmRuntimeErrorCode[];
    const exits = codes.map((code) => toReportedError(new WasmRuntimeError(code, 'x.')));
    expect(exits.every(({ code }, index) => code === codes[index])).toBe(true);
    const internal = exits.filter(({ exit }) => exit === 'internal').map(({ code }) => code);
    expect(internal).toEqual(['WW_ERR_RUNTIME_INTERNAL']);
  });

  it('tells code that is of no use from a run that failed', () => {
    expect(toReportedError(withCode('WW_ERR_CODE_INVALID')).exit).toBe('dataInvalid');
    expect(toReportedError(withCode('WW_ERR_GUEST_LINK')).exit).toBe('dataInvalid');
    expect(toReportedError(withCode('WW_ERR_GUEST_TRAP')).exit).toBe('runFailed');
    expect(toReportedError(withCode('WW_ERR_RUN_TIMEOUT')).exit).toBe('runFailed');
    expect(toReportedError(withCode('WW_ERR_RUNTIME_UNAVAILABLE')).exit).toBe('unavailable');
  });

  it('knows how the command ends with every fault of a data folder, and adds no hint to it', () => {
    const exits = Object.keys(storageErrors).map((code) => {
      const { exit, hint } = toReportedError(withCode(code));
      expect(hint).toBeUndefined();
      return [code, exit];
    });
    expect(Object.fromEntries(exits)).toMatchObject({
      WW_ERR_STORAGE_FOLDER: 'cannotCreate',
      WW_ERR_STORAGE_LOCKED: 'unavailable',
      WW_ERR_STORAGE_KEY: 'dataInvalid',
      WW_ERR_STORAGE_NEWER: 'dataInvalid',
    });
    expect(toReportedError(withCode('WW_ERR_API_USER')).exit).toBe('dataInvalid');
    expect(toReportedError(withCode('WW_ERR_API_EXISTS')).exit).toBe('cannotCreate');
  });

  it('leaves out what the wire says before a reason', () => {
    const error = withCode('WW_ERR_CODE_INVALID');
    error.message = executorErrors.WW_ERR_CODE_INVALID.text.replace('%s', 'No module.');
    expect(toReportedError(error).message).toBe('No module.');
  });

  it('takes anything else for a fault of ours', () => {
    for (const thrown of [new Error('x'), 'text', undefined, withCode('ENOENT')])
      expect(toReportedError(thrown)).toMatchObject({
        exit: 'internal',
        code: 'WW_ERR_CLI_INTERNAL',
      });
  });

  it('names a missing file', () => {
    const error = toFileError('a.zip', withCode('ENOENT'));
    expect(toReportedError(error)).toMatchObject({
      exit: 'inputMissing',
      message: 'a.zip does not exist.',
    });
  });
});

describe('formatReport', () => {
  const error = new CliError('WW_ERR_CLI_USAGE', 'It is wrong.', { hint: 'Do that.' });
  const report = toReportedError(error);

  it('is one line without a stack', () => {
    expect(formatReport(report, error, { json: false, verbose: false })).toBe(
      'wasmwhisk: It is wrong. Do that.\n',
    );
  });

  it('is one JSON line for scripts', () => {
    const text = formatReport(report, error, { json: true, verbose: false });
    expect(JSON.parse(text)).toEqual({
      error: {
        code: 'WW_ERR_CLI_USAGE',
        message: 'It is wrong.',
        hint: 'Do that.',
        exitCode: 2,
      },
    });
  });

  it('has the code and the stack when asked', () => {
    const text = formatReport(report, error, { json: false, verbose: true });
    expect(text).toContain('code: WW_ERR_CLI_USAGE');
    expect(text).toContain('report-error.test');
  });

  it('lists the problems of a configuration on lines of their own', () => {
    const config = new ConfigError([
      { origin: 'flag --port', path: 'server.port', reason: 'is wrong' },
      { origin: 'file /x', path: undefined, reason: 'does not exist' },
    ]);
    expect(
      formatReport(toReportedError(config), config, { json: false, verbose: false }).split('\n'),
    ).toEqual([
      'wasmwhisk: The configuration has 2 problems:',
      '  flag --port: server.port is wrong.',
      '  file /x: does not exist.',
      "'wasmwhisk config' shows every setting and where its value comes from.",
      '',
    ]);
  });
});

describe('exitCodes', () => {
  it('gives each reason a number of its own', () => {
    const numbers = Object.values(exitCodes).map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.every((number) => number >= 0 && number <= 255)).toBe(true);
  });
});
