/**
 * What the command ends with. From 64 on the numbers are those of BSD's `sysexits.h`; `run` passes the
 * guest's own exit code on. Documented in `docs/reference/exit-codes.md`, which a test compares.
 */
export const exitCodes = {
  ok: { number: 0, meaning: 'Done. `serve`: ended by a signal, and every run was waited for.' },
  applicationError: {
    number: 1,
    meaning: '`invoke`: the action answered an error of its own, which stands on stdout.',
  },
  usage: { number: 2, meaning: 'The command line is wrong.' },
  runFailed: {
    number: 3,
    meaning: '`invoke`: the run failed: trap, time limit, memory limit, result that is no JSON.',
  },
  dataInvalid: {
    number: 65,
    meaning:
      'The module or archive cannot be used; `inspect` and `/init` say why. `standalone`: the database or its key file is damaged.',
  },
  inputMissing: { number: 66, meaning: 'A file does not exist or cannot be read.' },
  unavailable: {
    number: 69,
    meaning:
      'Something that is needed is not there: a free port, a runtime, a new enough Node.js, files that may be opened.',
  },
  internal: { number: 70, meaning: 'A fault of wasmwhisk itself.' },
  cannotCreate: {
    number: 73,
    meaning:
      'The output file cannot be written, or must not be overwritten. `standalone`: the data folder cannot be used, its disk is full or read-only, or it was lost meanwhile.',
  },
  denied: { number: 77, meaning: 'The system does not permit it, such as a port below 1024.' },
  config: { number: 78, meaning: 'The configuration is not valid.' },
  interrupted: {
    number: 130,
    meaning: 'Ended by Ctrl-C. Other signals: 128 and their number (143 for SIGTERM).',
  },
  trap: { number: 134, meaning: '`run`: the guest trapped, as `wasmtime run` ends then.' },
  brokenPipe: { number: 141, meaning: 'The reader of the output closed it.' },
} as const;

/** Why the command ended. */
export type ExitReason = keyof typeof exitCodes;
