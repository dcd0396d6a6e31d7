import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from './cli-error.js';
import { collectPair, joinPairs } from './pair-options.js';

describe('joinPairs', () => {
  it('joins the two words of -p and -a', () => {
    expect(joinPairs(['invoke', 'a.zip', '-p', 'key', 'value', '-a', 'dir', '/x'])).toEqual([
      'invoke',
      'a.zip',
      '--param=["key","value"]',
      '--annotation=["dir","/x"]',
    ]);
  });

  it('takes values that look like options', () => {
    expect(joinPairs(['invoke', 'a.zip', '-p', 'key', '-1'])).toEqual([
      'invoke',
      'a.zip',
      '--param=["key","-1"]',
    ]);
  });

  it('leaves other commands, and what follows --, alone', () => {
    for (const args of [['run', 'a.wasm', '-p', 'x'], ['invoke', 'a.zip', '--', '-p'], ['-p'], []])
      expect(joinPairs(args)).toEqual(args);
  });

  it('says so when a word is missing', () => {
    for (const args of [['-p'], ['-p', 'key']])
      expect(() => joinPairs(['invoke', 'a.zip', ...args])).toThrow('-p needs a name and a value.');
  });

  it('gives back any pair whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        const [, joined = ''] = joinPairs(['invoke', '-p', name, value]);
        expect(collectPair(joined.slice('--param='.length))).toEqual([[name, value]]);
      }),
    );
  });
});

describe('collectPair', () => {
  it('keeps those that came before', () => {
    expect(collectPair('["b","2"]', [['a', '1']])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('refuses what is no pair', () => {
    for (const text of ['key=value', '["a"]', '["a",1]', '{}'])
      expect(() => collectPair(text)).toThrow(CliError);
  });
});
