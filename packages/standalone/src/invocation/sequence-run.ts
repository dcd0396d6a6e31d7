import type { ActivationRecord } from '../entities/activation-record.js';
import type { SequenceExec } from '../entities/entity.js';
import type { EntityPath } from '../entities/entity-path.js';
import { ComponentRuns, exhaustion, type ComponentServices } from './component-runs.js';
import { toErrorResponse, type ActivationResponse } from './response.js';
import type { ActivationTask } from './task.js';

/** Runs sequences: each component gets what the one before it answered. */
export class SequenceRunner {
  readonly #services: ComponentServices;

  constructor(services: ComponentServices) {
    this.#services = services;
  }

  async run(task: ActivationTask, { components }: SequenceExec): Promise<ActivationRecord> {
    const runs = new ComponentRuns(this.#services, task);
    const response = await this.#runAll(task, components, runs);
    await runs.settled();
    return runs.toRecord(response, []);
  }

  async #runAll(
    task: ActivationTask,
    components: readonly EntityPath[],
    runs: ComponentRuns,
  ): Promise<ActivationResponse> {
    let { payload } = task;
    let last: ActivationResponse | undefined;
    for (const path of components) {
      const target = runs.resolve(path);
      if (typeof target === 'string') return toErrorResponse(1, target);
      if (target.action.exec.type === 'code') task.budget.components -= 1;
      const why = exhaustion(task);
      if (why !== undefined) return toErrorResponse(1, why);
      last = await runs.run(target, payload);
      // A result with the key `error` is always of such a status.
      if (last.statusCode !== 0) return last;
      payload = last.resultJson ?? '{}';
    }
    return last ?? toErrorResponse(1, 'The sequence has no components.');
  }
}
