/** Entry of the command; `bin/wasmwhisk` starts it with a new enough Node.js. */
import { exitCodes } from './exit-codes.js';
import { formatReport, toReportedError } from './report-error.js';
import { runCli } from './run-cli.js';
import { systemCode } from './cli-error.js';

// A reader that closes our output early (`| head`) is no error, but nothing is left to do.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    process.exit(exitCodes.brokenPipe.number);
  });

const args = process.argv.slice(2);

process.on('uncaughtException', (error) => {
  const report = toReportedError(error);
  process.stderr.write(
    formatReport(report, error, { json: false, verbose: args.includes('--verbose') }),
  );
  process.exit(exitCodes[report.exit].number);
});

await runCli(args, {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  environment: process.env,
  endWith: (exitCode) => {
    process.exitCode = exitCode;
  },
});
