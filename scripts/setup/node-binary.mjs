// The Node.js that runs everything after the set-up.
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StepFailed } from './step.mjs';

const neededMajor = 24;
const needed = `Node.js ${String(neededMajor)}`;

/** @param {string} version */
function isNewEnough(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= neededMajor;
}

/**
 * npm 11 links the binary of the Node.js package, npm 10 leaves this one link out. Every `npm run` and every
 * tool's first line (`env node`) finds it by the link.
 * @param {string} root
 */
export function linkNode(root) {
  const name = `node-${process.platform}-${process.arch}`;
  const link = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(link) || !existsSync(join(root, 'node_modules', name, 'bin', 'node'))) return;
  symlinkSync(join('..', name, 'bin', 'node'), link);
}

/**
 * @param {string} root
 * @returns {{ node: string, env: NodeJS.ProcessEnv }} The binary, and an environment in which `node` means it.
 * @throws {StepFailed} No Node.js of the needed version is at hand.
 */
export function findNode(root) {
  linkNode(root);
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  const brought = join(bin, 'node');
  // Asked for its version because it does not run everywhere (musl).
  const asked = spawnSync(brought, ['--version'], { encoding: 'utf8' });
  if (asked.status === 0 && isNewEnough(asked.stdout)) return { node: brought, env };
  if (isNewEnough(process.version)) return { node: process.execPath, env };
  throw new StepFailed(
    `wasmwhisk needs ${needed} or newer; this is ${process.version}, and npm has no Node.js ` +
      `package for ${process.platform}-${process.arch} that runs here.\n` +
      `Install ${needed} (https://nodejs.org) and try again.`,
    69,
  );
}
