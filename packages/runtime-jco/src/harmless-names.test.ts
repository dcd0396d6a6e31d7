import { describe, expect, it } from 'vitest';
import { assertHarmlessNames } from './harmless-names.js';

describe('assertHarmlessNames', () => {
  it.each([
    "a'+process.exit()+'",
    'a"b',
    'a`b',
    'a\\',
    'a\nb',
    'a\0b',
    'a\u2028b',
    '*/ code /*',
    '${code}',
  ])('refuses %j', (name) => {
    expect(() => {
      assertHarmlessNames(['memory', name]);
    }).toThrow(expect.objectContaining({ code: 'WW_ERR_ARTIFACT_UNSUPPORTED' }));
  });

  it('lets the names of toolchains pass', () => {
    assertHarmlessNames([
      'memory',
      '',
      '0',
      '$imports',
      'wasi:io/streams@0.2.12',
      '[method]output-stream.blocking-write-and-flush',
      'cm32p2|wasi:cli/run@0.2|run',
      'cabi_post_wasmwhisk:action/handler@0.1.0#run',
      '_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE',
      'std::ops::Fn<(A, B)>',
      'grüße',
    ]);
  });
});
