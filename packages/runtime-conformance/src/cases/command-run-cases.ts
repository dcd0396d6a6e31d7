import { describe, expect, it } from 'vitest';
import type { CommandOutcome, CommandRun } from '@wasmwhisk/runtime';
import type { CaseContext } from '../case-context.js';
import { guestFile, mayLack } from '../guest-forms.js';
import type { Harness } from '../harness.js';

/** A plain WASI command: arguments, environment, streams, exit code. */
export function commandRunCases(context: CaseContext): void {
  const forms = context.forms.filter(({ name }) => name === 'command');
  if (forms.length === 0) return;
  describe('command runs', () => {
    for (const form of forms) {
      const kind = form.format;
      const test = (
        behaviour: string,
        guest: string,
        run: (harness: Harness, file: string) => Promise<void>,
      ): void => {
        if (mayLack(form, guest)) it.skip(`${kind}: ${behaviour} (no fixture ${guest})`);
        else it(`${kind}: ${behaviour}`, () => run(context.harness(), guestFile(form, guest)));
      };
      test('reads stdin and writes stdout', 'echo', async (harness, file) => {
        const text = 'any bytes, not only JSON: grüße\n'.repeat(10_000);
        const seen = await runCommand(harness, file, { stdin: text });
        expect(seen.stdout).toBe(`${text}\n`);
        expect(seen.outcome).toEqual({ exitCode: 0 });
      });
      test('gives arguments', 'arguments', async (harness, file) => {
        const seen = await runCommand(harness, file, { args: ['program', '--flag', 'ä b', ''] });
        expect(seen.stderr).toBe('program\n--flag\nä b\n\n');
      });
      test('gives the environment', 'environment', async (harness, file) => {
        const seen = await runCommand(harness, file, { environment: [['A', 'b=c']] });
        expect(seen.stderr).toBe('A=b=c\n');
      });
      test('gives the exit code', 'exit', async (harness, file) => {
        const seen = await runCommand(harness, file, { stdin: '{"code":7}' });
        expect(seen.outcome).toEqual({ exitCode: 7 });
        expect(seen.stdout).toBe('{"value":7}\n');
      });
      if (kind === 'module')
        test('gives exit codes of 32 bits', 'exit', async (harness, file) => {
          for (const exitCode of [256, 0x8000_0000, 0xffff_ffff]) {
            const stdin = `{"code":${String(exitCode)}}`;
            expect((await runCommand(harness, file, { stdin })).outcome).toEqual({ exitCode });
          }
        });
      test('fails with the trap', 'trap', async (harness, file) => {
        await expect(runCommand(harness, file, { stdin: '0' })).rejects.toMatchObject({
          code: 'WW_ERR_GUEST_TRAP',
        });
      });
    }
  });
}

interface CommandInput {
  readonly args?: CommandRun['args'];
  readonly environment?: CommandRun['environment'];
  readonly stdin?: string;
}

async function runCommand(
  harness: Harness,
  file: string,
  input: CommandInput,
): Promise<{ outcome: CommandOutcome; stdout: string; stderr: string }> {
  const { runtime } = harness;
  if (runtime.runCommand === undefined) throw new Error(`${runtime.name} has no runCommand.`);
  let stdin = Buffer.from(input.stdin ?? '');
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const outcome = await runtime.runCommand(
    await harness.compile(file),
    {
      args: input.args ?? ['program'],
      environment: input.environment ?? [],
      directories: [],
      limits: { memoryBytes: 256 * 1024 * 1024, tableElements: 100_000, resultBytes: 1024 },
      readStdin: (maxBytes) => {
        // Short reads, as pipes give them.
        const piece = stdin.subarray(0, Math.min(maxBytes, 4000));
        stdin = stdin.subarray(piece.length);
        return piece;
      },
      writeStdout: (bytes) => void stdout.push(bytes.slice()),
      writeStderr: (bytes) => void stderr.push(bytes.slice()),
    },
    new AbortController().signal,
  );
  return {
    outcome,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}
