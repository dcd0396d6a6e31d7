import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { readProcStatus } from '../processes/proc-status.ts';
import { noteDefaultRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const starts = 5;
const idleMs = 2000;

export const start: Section = {
  name: 'start',
  title: 'Start of `wasmwhisk serve`',
  measure: async () => {
    const listening: number[] = [];
    const rssBytes: number[] = [];
    const threads: number[] = [];
    for (let index = 0; index < starts; index += 1) {
      await using executor = await ExecutorProcess.start();
      listening.push(executor.listeningAfterMs);
      await sleep(idleMs);
      const status = readProcStatus(executor.pid);
      rssBytes.push(status.rssBytes);
      threads.push(status.threads);
    }
    return {
      notes: [
        noteDefaultRuntime(),
        `medians of ${String(starts)} starts; idle is ${String(idleMs / 1000)} s after the first answer`,
      ],
      figures: [
        figure('start to first answer', median(listening), 'ms', atMost(500)),
        figure('idle RSS', median(rssBytes) / 1e6, 'MB', atMost(120)),
        figure('idle threads', median(threads), 'count'),
      ],
    };
  },
};
