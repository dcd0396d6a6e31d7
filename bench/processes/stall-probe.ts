/*
 * Loaded into the measured process (`--import`). Between two beats of a timer the main thread computes for
 * at most one turn of its event loop more than the time between beats; so the most processor time between
 * two beats is its longest stall, however busy the machine is. SIGUSR2 reports the most so far, and starts anew.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const beatMs = 2;
const reportFile = process.env['STALL_REPORT'];

if (isMainThread && reportFile !== undefined) {
  let longestMs = 0;
  let reports = 0;
  let before = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    longestMs = Math.max(longestMs, (user + system) / 1000);
  }, beatMs).unref();
  process.on('SIGUSR2', () => {
    reports += 1;
    const { user, system } = process.threadCpuUsage(before);
    writeFileSync(
      reportFile,
      `${String(reports)} ${String(Math.max(longestMs, (user + system) / 1000))}`,
    );
    before = process.threadCpuUsage();
    longestMs = 0;
  });
}
