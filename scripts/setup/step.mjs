// One step of the set-up: a line when it takes its time, a line when it is done, the reason when it failed.
import { Interrupted, isStopping, runCaptured } from './child-process.mjs';

const heartbeatMs = 15_000;
const repaintMs = 200;
const headLines = 15;
const tailLines = 25;

/** A step that failed; the message is written for the person at the terminal. */
export class StepFailed extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode
   */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @param {number} startMs */
function elapsed(startMs) {
  return `${((Date.now() - startMs) / 1000).toFixed(1)} s`;
}

/**
 * Shows that a step goes on: in place on a terminal, now and then a line elsewhere.
 * @param {string} title
 * @param {number} startMs
 * @returns {() => void} Ends the display.
 */
function showProgress(title, startMs) {
  const { stderr } = process;
  if (stderr.isTTY) {
    const paint = () => stderr.write(`\r\u001b[K${title} ... ${elapsed(startMs)}`);
    const timer = setInterval(paint, repaintMs);
    return () => {
      clearInterval(timer);
      stderr.write('\r\u001b[K');
    };
  }
  const timer = setInterval(() => stderr.write(`${title} ... ${elapsed(startMs)}\n`), heartbeatMs);
  return () => {
    clearInterval(timer);
  };
}

/**
 * The first lines name the cause with some tools (npm), the last ones with others. Without npm's remarks
 * on engines: the packages run under the Node.js that npm brings, not under the one that runs npm.
 * @param {string} output
 * @returns {string[]}
 */
function toExcerpt(output) {
  const lines = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('EBADENGINE'));
  if (lines.length <= headLines + tailLines) return lines;
  return [...lines.slice(0, headLines), '...', ...lines.slice(-tailLines)];
}

/**
 * Runs one step to its end.
 * @param {import('./child-process.mjs').Command & { title: string }} step
 * @returns {Promise<void>}
 * @throws {StepFailed} The command could not be started, or ended with another code than 0.
 * @throws {Interrupted} A signal came before or while it ran.
 */
export async function runStep(step) {
  if (isStopping()) throw new Interrupted();
  const startMs = Date.now();
  const hide = showProgress(step.title, startMs);
  let end;
  try {
    end = await runCaptured(step);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StepFailed(`${step.title}: cannot start ${step.file} (${reason}).`, 69);
  } finally {
    hide();
  }
  if (isStopping()) throw new Interrupted();
  if (end.code !== 0) {
    const command = [step.file, ...step.args].join(' ');
    throw new StepFailed(
      [
        `${step.title} failed after ${elapsed(startMs)} with exit code ${String(end.code)}: ${command}`,
        ...toExcerpt(end.output).map((line) => `  | ${line}`),
      ].join('\n'),
      end.code,
    );
  }
  process.stderr.write(`${step.title}: done in ${elapsed(startMs)}\n`);
}
