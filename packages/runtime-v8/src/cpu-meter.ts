/** A run in progress, and the thread's CPU time when it began. */
export interface CpuReading {
  readonly startUs: number;
  /** Something else had the thread meanwhile, so its time is not this run's. */
  shared: boolean;
}

/**
 * CPU time of runs that have their thread to themselves. One reading takes about a microsecond; runs
 * that overlap or wait are not told, since the thread's time is then several runs'.
 */
export class CpuMeter {
  readonly #running = new Set<CpuReading>();

  begin(): CpuReading {
    const reading: CpuReading = { startUs: threadCpuUs(), shared: false };
    this.#running.add(reading);
    if (this.#running.size > 1) this.share();
    return reading;
  }

  /** The thread goes to others while runs are in progress. */
  share(): void {
    for (const reading of this.#running) reading.shared = true;
  }

  /** Microseconds since `begin`, or `undefined` when they were shared. */
  end(reading: CpuReading): number | undefined {
    this.#running.delete(reading);
    return reading.shared ? undefined : threadCpuUs() - reading.startUs;
  }
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
