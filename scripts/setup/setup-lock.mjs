// One set-up at a time per checkout: two starts at once must not install and build over each other.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Interrupted, isStopping } from './child-process.mjs';

const pollMs = 250;
const takeoverStaleMs = 10_000;

/**
 * When a process started, in the kernel's own count: tells a process from a later one with the same id.
 * @param {number} pid
 * @returns {string} Empty where there is no /proc.
 */
function startOf(pid) {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The name, in brackets, may hold spaces; the start is the 20th field after it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {number} pid */
function describeProcess(pid) {
  return `${String(pid)} ${startOf(pid)}`;
}

/** @param {string} holder */
function isAlive(holder) {
  const pid = Number(holder.split(' ')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's process, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return describeProcess(pid) === holder;
}

/**
 * @param {string} path
 * @returns {string | undefined} `undefined` when nobody holds the lock.
 */
function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function take(path) {
  const draft = `${path}.${String(process.pid)}`;
  writeFileSync(draft, describeProcess(process.pid));
  try {
    // Linking is atomic and shows the file whole, or fails because another has it.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a process that died. Under a lock of its own, so that of two who find the same
 * dead holder the slower does not remove the faster one's fresh lock.
 * @param {string} path
 */
function removeStale(path) {
  const takeover = `${path}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    const made = statSync(takeover, { throwIfNoEntry: false });
    if (made !== undefined && Date.now() - made.mtimeMs > takeoverStaleMs) rmdirSync(takeover);
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) unlinkSync(path);
  } finally {
    rmdirSync(takeover);
  }
}

/**
 * @template T
 * @param {string} root
 * @param {(message: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(root, say, work) {
  const path = join(root, '.setup-lock');
  let told = false;
  while (!take(path)) {
    if (isStopping()) throw new Interrupted();
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      removeStale(path);
      continue;
    }
    if (!told && holder !== undefined) {
      say(`Waiting for the set-up that process ${holder.split(' ')[0] ?? '?'} does here ...`);
      told = true;
    }
    await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
