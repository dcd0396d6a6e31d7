// Child processes that end when we end, and that get each signal once.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * @typedef {object} Command
 * @property {string} file
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/** @typedef {{ code: number, output: string }} CapturedEnd */

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// Ctrl-C reaches us from the terminal and once more from npm, which passes signals on too.
const echoMs = 500;

const parentPollMs = 1000;
const stepGraceMs = 2000;
const keepChars = 1024 * 1024;

/** @type {import('node:child_process').ChildProcess | undefined} */
let current;
/** @type {{ signal: NodeJS.Signals, atMs: number } | undefined} */
let last;

/** A signal asked us to stop before the real thing ran. */
export class Interrupted extends Error {
  get exitCode() {
    return 128 + (last === undefined ? 0 : constants.signals[last.signal]);
  }
}

/** @returns {boolean} Whether a signal has asked us to stop. */
export function isStopping() {
  return last !== undefined;
}

/**
 * Signals the child and all that it started: each child leads a process group of its own.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone, which is what we wanted.
  }
}

/** @param {NodeJS.Signals} signal */
function passOn(signal) {
  const atMs = Date.now();
  if (last?.signal === signal && atMs - last.atMs < echoMs) return;
  last = { signal, atMs };
  // To the leader only: it decides how its own children end. What is left over is swept at its end.
  if (current !== undefined) current.kill(signal);
}

/**
 * From here on signals go to the running child, each once; without a child they are kept in mind.
 * An npm that was killed outright passes nothing on: then the change of our parent stands for the signal.
 */
export function watchSignals() {
  for (const signal of passedOn) process.on(signal, passOn);
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm && !isStopping()) passOn('SIGTERM');
  }, parentPollMs).unref();
}

/**
 * @param {Command} command
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {(child: import('node:child_process').ChildProcess) => void} onStart
 * @returns {Promise<number>} Exit code; 128 + signal number for a child that a signal ended.
 */
function run(command, stdio, onStart) {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.args], {
      cwd: command.cwd,
      env: command.env,
      stdio,
      // A group of its own: the terminal's Ctrl-C then comes through us alone.
      detached: true,
    });
    current = child;
    onStart(child);
    child.once('error', (error) => {
      current = undefined;
      reject(error);
    });
    child.once('exit', () => {
      signalGroup(child, 'SIGKILL');
    });
    // Later than `exit`: now all that it printed has been read.
    child.once('close', (code, signal) => {
      current = undefined;
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * Runs a command that has the terminal to itself. It gets an IPC channel, whose `disconnect` tells it
 * that we were killed without a chance to pass anything on.
 * @param {Command} command
 * @returns {Promise<number>}
 */
export function runToEnd(command) {
  return run(command, ['inherit', 'inherit', 'inherit', 'ipc'], () => undefined);
}

/**
 * Runs a command silently and keeps what it printed, both streams in order of arrival; of a very long
 * output the middle is left out.
 * @param {Command} command
 * @returns {Promise<CapturedEnd>}
 */
export async function runCaptured(command) {
  let output = '';
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let started;
  // npm ends its downloads first when asked to stop, which takes longer than a person waits.
  const impatience = setInterval(() => {
    if (last === undefined || started === undefined) return;
    if (Date.now() - last.atMs > stepGraceMs) signalGroup(started, 'SIGKILL');
  }, stepGraceMs / 4);
  try {
    const code = await run(command, ['ignore', 'pipe', 'pipe'], (child) => {
      started = child;
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
          output += text;
          if (output.length <= keepChars) return;
          output = output.slice(0, keepChars / 4) + output.slice(-keepChars / 2);
        });
      }
    });
    return { code, output };
  } finally {
    clearInterval(impatience);
  }
}
