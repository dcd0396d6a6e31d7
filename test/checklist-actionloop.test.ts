import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rawZip, tarGz, zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { startSingle, type SingleExecutor } from './support/test-executor.js';

/* The suites of OpenWhisk's go runtime and its proxy; see docs/reference/checklist.md. */

async function expectEcho({ container }: SingleExecutor): Promise<void> {
  const answer = await container.run({ a: 'A' });
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ a: 'A' });
}

describe("the go runtime's checklist", () => {
  it('G1: answers 403 to an empty init and 500 to a run after it', async () => {
    await using single = await startSingle();
    expect((await single.container.post('/init', '{}')).status).toBe(403);
    expect((await single.container.post('/run', '{}')).status).toBe(500);
  });

  it('G2: takes a bare module in base64', async () => {
    await using single = await startSingle();
    expect((await single.container.init({ code: guest('echo') })).status).toBe(200);
    await expectEcho(single);
  });

  it('G3: takes the file exec of a zip for the module', async () => {
    await using single = await startSingle();
    const code = zip({
      'a.wasm': guest('string'),
      exec: guest('echo'),
      'main.wasm': guest('string'),
    });
    expect((await single.container.init({ code })).status).toBe(200);
    await expectEcho(single);
  });

  it('G4: takes the only module of a zip, whatever its name', async () => {
    await using single = await startSingle();
    const code = zip({ 'readme.md': '# Echo', 'whatever.wasm': guest('echo') });
    expect((await single.container.init({ code })).status).toBe(200);
    await expectEcho(single);
  });

  it.each([
    ['G5', 'a bare module', 'main', () => guest('echo')],
    ['G6', 'a bare module', 'niam', () => guest('niam')],
    ['G7', 'a zip', 'main', () => zip({ 'main.wasm': guest('echo') })],
    ['G8', 'a zip', 'niam', () => zip({ 'main.wasm': guest('niam') })],
  ])('%s: runs %s from %s', async (_id, _what, main, code) => {
    await using single = await startSingle();
    expect((await single.container.init({ code: code(), main })).status).toBe(200);
    await expectEcho(single);
  });

  it('G9: takes a zip with folders', async () => {
    await using single = await startSingle();
    const code = zip({ 'src/': '', 'src/lib/data.txt': 'x', 'src/echo.wasm': guest('echo') });
    expect((await single.container.init({ code })).status).toBe(200);
    await expectEcho(single);
  });

  it('G10: answers an array', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('array') });
    const answer = await single.container.run({});
    expect([answer.status, answer.text]).toEqual([200, '["a","b"]']);
  });

  it('G11: takes an array for its argument', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('array-echo') });
    const answer = await single.container.run(['a', 'b']);
    expect([answer.status, answer.text]).toEqual([200, '["a","b"]']);
  });
});

describe("the go proxy's checklist", () => {
  it('GU1: answers a fresh server’s bad requests in the exact words', async () => {
    await using single = await startSingle();
    const { container } = single;
    const answers = [
      await container.post('/init', '{}'),
      await container.post('/init', 'XXX'),
      await container.post('/run', '{}'),
      await container.post('/run', 'XXX'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 400, 500, 500]);
    const texts = answers.map((answer) => (answer.json() as { error: string }).error);
    expect(texts).toEqual([
      'Missing main/no code to execute.',
      expect.stringMatching(/^Error unmarshaling request: ./),
      'no action defined yet',
      'no action defined yet',
    ]);
    expect(single.stdout.text + single.stderr.text).toBe('');
  });

  it.each([
    ['an empty file', () => zip({ exec: '' })],
    ['a shell script', () => Buffer.from('#!/bin/sh\necho hello\n')],
    ['a program for another machine', () => Buffer.from('\x7fELF\x02\x01\x01' + '\0'.repeat(64))],
  ])('GU2: refuses %s and can still be initialized', async (_what, code) => {
    await using single = await startSingle();
    const { container } = single;
    expect((await container.init({ code: code() })).status).toBe(502);
    expect((await container.run({})).status).toBe(500);
    expect((await container.init({ code: guest('echo') })).status).toBe(200);
    await expectEcho(single);
  });

  it('GU3: writes why code does not compile to stderr, and ends the log', async () => {
    await using single = await startSingle();
    // A section that says it is longer than the file.
    const code = Buffer.concat([guest('echo').subarray(0, 8), Buffer.from([1, 200, 1, 0])]);
    const answer = await single.container.init({ code });
    expect(answer.status).toBe(502);
    expect(answer.text).toMatch(/^\{"error":"Initialization has failed due to: ./);
    expect(single.stderr.filtered).toMatch(/^Error during initialization: ./);
    expect(single.stdout.filtered).toBe('');
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('GU4: hands strings on as they are and anything else as JSON', async () => {
    await using single = await startSingle();
    const env = {
      text: 'a=b=c "d"',
      empty: '',
      number: 42.5,
      array: [1, 'two', null],
      object: { b: 1, a: { c: true } },
      yes: true,
      none: null,
    };
    await single.container.init({ code: guest('environment'), env });
    expect((await single.container.run({})).json()).toEqual({
      text: 'a=b=c "d"',
      empty: '',
      number: '42.5',
      array: '[1,"two",null]',
      object: '{"b":1,"a":{"c":true}}',
      yes: 'true',
      none: '',
    });
  });

  it('GU5: shows the action nothing but what it was given', async () => {
    await using single = await startSingle({
      environment: { PATH: '/bin', HOME: '/home', SECRET: 's', __OW_API_HOST: 'h', LET_IN: 'yes' },
      config: { policy: { environment: ['LET_IN'] } },
    });
    await single.container.init({ code: guest('environment'), env: { GIVEN: 'g' } });
    expect((await single.container.run({}, { namespace: 'n' })).json()).toEqual({
      __OW_API_HOST: 'h',
      LET_IN: 'yes',
      GIVEN: 'g',
      __OW_NAMESPACE: 'n',
    });
  });

  it.each([
    ['WAMR', Buffer.from('\0aot\x03\0\0\0' + '\0'.repeat(64), 'latin1')],
    ['an ELF object', Buffer.from('\x7fELF\x02\x01\x01\0' + '\0'.repeat(64), 'latin1')],
  ])(
    'GU7: refuses code made for another environment (%s), then takes the right one',
    async (_engine, module) => {
      await using single = await startSingle();
      const { container } = single;
      for (const code of [module, zip({ content: module })]) {
        const answer = await container.init({ code });
        expect(answer.status).toBe(502);
        expect(answer.text).toMatch(/another engine|precompiled|WAMR|ELF/i);
      }
      expect((await container.init({ code: guest('echo') })).status).toBe(200);
      await expectEcho(single);
    },
  );

  it('GU8: recognises archives and modules by their first bytes', async () => {
    await using single = await startSingle();
    const { container } = single;
    const reasons: string[] = [];
    for (const magic of [
      'PK\x05\x06' + '\0'.repeat(18),
      'PK\x07\x08' + '\0'.repeat(40),
      '\x1f\x8b\x08\0nothing',
    ]) {
      const answer = await container.init({ code: Buffer.from(magic, 'latin1') });
      expect(answer.status).toBe(502);
      reasons.push((answer.json() as { error: string }).error);
    }
    const [empty, spanned, gzip] = reasons;
    expect(empty).toMatch(/zip|archive/i);
    expect(spanned).toMatch(/zip|archive/i);
    expect(gzip).toMatch(/gzip|tar|archive/i);
    expect((await container.init({ code: zip({ 'a.wasm': guest('echo') }) })).status).toBe(200);
    await expectEcho(single);
  });

  it.each([
    ['leaves the root', [{ name: '../evil.txt', content: Buffer.from('x') }]],
    ['is absolute', [{ name: '/etc/evil.txt', content: Buffer.from('x') }]],
    ['is a link', [{ name: 'link', content: Buffer.from('/etc/passwd'), mode: 0o120777 }]],
  ])('GU9: keeps folders and refuses an entry that %s', async (_what, entries) => {
    await using single = await startSingle();
    const { container } = single;
    const good = { name: 'lib/main.wasm', content: guest('echo') };
    const refused = await container.init({ code: rawZip([good, ...entries]) });
    expect(refused.status).toBe(502);
    expect(refused.text).toContain(entries[0]?.name.replace(/^[./]*/, ''));
    expect((await container.init({ code: rawZip([good]) })).status).toBe(200);
    await expectEcho(single);
  });

  it('GU10: takes a gzip tar', async () => {
    await using single = await startSingle();
    const code = await tarGz({ 'main.wasm': guest('readfile'), 'test.txt': 'in a tar' });
    expect((await single.container.init({ code })).status).toBe(200);
    expect((await single.container.run({})).json()).toEqual({ content: 'in a tar' });
    await using other = await startSingle();
    expect((await other.container.init({ code: gzipSync(Buffer.from('no tar')) })).status).toBe(
      502,
    );
  });

  it('GU12: answers several runs by their own arguments', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('greeting') });
    expect((await container.run({ name: 'Mike' })).json()).toEqual({ greeting: 'Hello, Mike!' });
    expect((await container.run({ name: 'world' })).json()).toEqual({ greeting: 'Hello, world!' });
    expect(stdout.filtered).toBe('Hello, Mike!\nHello, world!');
    expect([stdout.markers, stderr.markers]).toEqual([2, 2]);
  });

  it('GU13: ignores a main that a module with one entry does not have', async () => {
    await using single = await startSingle();
    expect((await single.container.init({ code: guest('echo'), main: 'hello' })).status).toBe(200);
    await expectEcho(single);
    await using seed = await startSingle();
    // The forerunner's tools send anything for main.
    expect((await seed.container.init({ code: guest('err'), main: 'err' })).status).toBe(200);
    expect((await seed.container.run({ reason: 1 })).json()).toEqual({ error: 1 });
  });
});
