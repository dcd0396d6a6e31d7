// The first thing a newcomer calls: `npm start`, `npm test`, `npm run check`, `.ci/run`.
// Needs npm and any Node.js from 18; installs and builds what is missing, then becomes the real thing
// under the Node.js that npm brought. Plain JavaScript, because an old Node.js has to read it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Interrupted, isStopping, runToEnd, watchSignals } from './setup/child-process.mjs';
import { beginInstall, endInstall, isInstalled, npmCommand } from './setup/installation.mjs';
import { findNode } from './setup/node-binary.mjs';
import { withSetupLock } from './setup/setup-lock.mjs';
import { runStep, StepFailed } from './setup/step.mjs';

/**
 * @typedef {object} Task
 * @property {string} script What runs in the end.
 * @property {readonly string[][]} build Node.js commands that make what the script needs.
 * @property {boolean} counts Whether its last line says how many passed and failed.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
const guests = join('scripts', 'build-guests.ts');

/** @type {Readonly<Record<string, Task>>} */
const tasks = {
  // The command-line package refers to all that it needs; tests are not compiled to start.
  start: { script: 'start.ts', build: [[tsc, '-b', 'packages/cli'], [guests]], counts: false },
  test: { script: 'run-tests.ts', build: [[tsc, '-b'], [guests]], counts: true },
  image: { script: 'assemble-image.ts', build: [[tsc, '-b', 'packages/cli']], counts: false },
  check: { script: 'check.ts', build: [], counts: true },
};

/** @param {string} message */
function say(message) {
  process.stderr.write(`${message}\n`);
}

/** @returns {Promise<void>} */
async function install() {
  if (isInstalled(root)) return;
  beginInstall(root);
  const title = 'Install packages';
  await runStep({ title, ...npmCommand(process.execPath), cwd: root, env: process.env });
  endInstall(root);
  if (isInstalled(root)) return;
  // An old Node.js got what it can: the new one, which gets what was left out because the other is old.
  const { node, env } = findNode(root);
  beginInstall(root);
  await runStep({ title: 'Install the rest', ...npmCommand(node), cwd: root, env });
  endInstall(root);
  if (isInstalled(root)) return;
  throw new StepFailed(
    'Install packages: npm ended well, but what it installed does not match package-lock.json and the ' +
      'package.json files. After a change of dependencies run `npm install` and commit the lock file.',
    1,
  );
}

/**
 * @param {Task} task
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>}
 */
async function prepare(task) {
  return withSetupLock(root, say, async () => {
    await install();
    const { node, env } = findNode(root);
    for (const args of task.build) {
      const title = args[0] === tsc ? 'Build' : 'Build example actions';
      await runStep({ title, file: node, args, cwd: root, env });
    }
    return { node, env };
  });
}

/** @returns {Promise<number>} */
async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (task === undefined) {
    say(`Usage: node scripts/bootstrap.mjs <${Object.keys(tasks).join('|')}> [arguments]`);
    return 64;
  }
  watchSignals();
  try {
    const { node, env } = await prepare(task);
    if (isStopping()) throw new Interrupted();
    return await runToEnd({
      file: node,
      args: [join('scripts', task.script), ...args],
      cwd: root,
      env,
    });
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    if (task.counts) process.stdout.write('0 passed, 1 failed\n');
    return error.exitCode;
  }
}

process.exitCode = await main();
