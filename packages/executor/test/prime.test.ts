import { Executor, loadConfig } from '@wasmwhisk/executor';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';

interface LogLine {
  readonly level: number;
  readonly msg: string;
}

function open(runtime: string): { executor: Executor; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const { config } = loadConfig({
    mode: 'service',
    environment: {},
    flags: [{ path: 'runtime.name', text: runtime, flag: '--runtime' }],
  });
  const logger = pino(
    { level: 'debug' },
    { write: (line: string) => lines.push(JSON.parse(line) as LogLine) },
  );
  const executor = new Executor({ config, mode: 'service', logger });
  onTestFinished(() => executor.close());
  return { executor, lines };
}

async function prepared(executor: Executor): Promise<string | undefined> {
  const text = await executor.metrics.registry.getSingleMetricAsString('wasmwhisk_prepared_codes');
  return /^wasmwhisk_prepared_codes (\d+)$/m.exec(text)?.[1];
}

describe('prime', () => {
  it.each(['auto', 'v8', 'wasmer'])('prepares its module on %s', async (runtime) => {
    const { executor, lines } = open(runtime);
    expect(await prepared(executor)).toBe('0');
    await executor.prime();
    expect(await prepared(executor)).toBe('1');
    expect(lines.filter(({ msg }) => msg.includes('primer'))).toEqual([]);
  });

  it('fails quietly where modules are not run', async () => {
    const { executor, lines } = open('jco');
    await executor.prime();
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
    expect(lines.some(({ msg }) => msg.includes('primer'))).toBe(true);
  });
});
