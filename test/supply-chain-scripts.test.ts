import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  crateSourceFaults,
  packageSourceFaults,
  parseCargoLock,
} from '../scripts/supply-chain/locks.ts';
import { isRed, readAudit } from '../scripts/supply-chain/npm-audit.ts';
import { findCrateAdvisories, NoAnswerError } from '../scripts/supply-chain/osv.ts';
import { indexPath, readIndexEntry } from '../scripts/supply-chain/yanked.ts';

const registry = 'registry+https://github.com/rust-lang/crates.io-index';

describe('The gate on what others wrote', () => {
  it('finds crates that are not from the registry, or have no checksum', () => {
    const crates = parseCargoLock(`version = 4

[[package]]
name = "ours"
version = "0.1.0"

[[package]]
name = "good"
version = "1.0.0"
source = "${registry}"
checksum = "aa"

[[package]]
name = "bare"
version = "1.0.1"
source = "${registry}"

[[package]]
name = "forked"
version = "2.0.0"
source = "git+https://example.org/forked#abc"
`);
    expect(crates.map(({ name }) => name)).toEqual(['ours', 'good', 'bare', 'forked']);
    expect(crateSourceFaults(crates)).toEqual([
      'bare 1.0.1 has no checksum',
      'forked 2.0.0 comes from git+https://example.org/forked#abc',
    ]);
  });

  it('finds packages that are not from a registry, or have no digest', () => {
    const lock = {
      packages: {
        '': {},
        'packages/ours': {},
        'node_modules/ours': { resolved: 'packages/ours', link: true },
        'node_modules/good': { integrity: 'sha512-aa' },
        'node_modules/bare': {},
        'node_modules/forked': { resolved: 'git+ssh://git@example.org/a.git#1', integrity: '' },
      },
    };
    expect(packageSourceFaults(JSON.stringify(lock))).toEqual([
      'node_modules/bare has no SHA-512 digest',
      'node_modules/forked comes from git+ssh://git@example.org/a.git#1',
    ]);
  });

  it('reads what cargo keeps of the index', () => {
    const text =
      '\u0003\u0002\0\0\0etag\x001.0.0\0{"vers":"1.0.0"}\x001.0.1\0{"vers":"1.0.1","yanked":true}\0';
    expect([...readIndexEntry(Buffer.from(text))]).toEqual([
      ['1.0.0', false],
      ['1.0.1', true],
    ]);
    expect(['a', 'ab', 'abc', 'Abcd-e'].map(indexPath)).toEqual([
      '1/a',
      '2/ab',
      '3/a/abc',
      'ab/cd/abcd-e',
    ]);
  });

  it('tells vulnerabilities of crates from notes, and no answer from either', async () => {
    const service = createServer((request, response) => {
      const vulnerabilities: Record<string, object> = {
        '/v1/querybatch': { results: [{ vulns: [{ id: 'A' }, { id: 'B' }, { id: 'C' }] }, {}] },
        '/v1/vulns/A': { id: 'A', summary: 'bad', affected: [{ database_specific: {} }] },
        '/v1/vulns/B': {
          id: 'B',
          affected: [{ database_specific: { informational: 'unmaintained' } }],
        },
        '/v1/vulns/C': { id: 'C', withdrawn: '2026-01-01T00:00:00Z' },
      };
      response.end(JSON.stringify(vulnerabilities[request.url ?? '']));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void service.close());
    const url = `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`;
    const crate = (name: string) => ({ name, version: '1.0.0', source: registry, checksum: 'a' });
    expect(await findCrateAdvisories([crate('one'), crate('two')], url)).toEqual([
      { crate: 'one 1.0.0', id: 'A', summary: 'bad', informational: false },
      { crate: 'one 1.0.0', id: 'B', summary: '', informational: true },
    ]);
    await expect(findCrateAdvisories([crate('one')], url)).rejects.toBeInstanceOf(NoAnswerError);
    await expect(findCrateAdvisories([crate('one')], `${url}0`)).rejects.toBeInstanceOf(
      NoAnswerError,
    );
  });

  it('is red for packages from high on, and takes a refusal for no answer', () => {
    const answered = readAudit('{"metadata":{"vulnerabilities":{"low":1,"high":1,"critical":0}}}');
    expect(answered).toEqual({ type: 'answered', counts: { low: 1, high: 1, critical: 0 } });
    expect([isRed({ low: 1, moderate: 3 }), isRed({ high: 1 })]).toEqual([false, true]);
    expect(readAudit('{"message":"405 Method Not Allowed - POST https://x.test/a"}')).toEqual({
      type: 'no answer',
      reason: '405 Method Not Allowed - POST its audit service',
    });
    expect(readAudit('').type).toBe('no answer');
  });
});
