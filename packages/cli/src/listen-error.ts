import type { ExecutorConfig } from '@wasmwhisk/executor';
import { CliError, messageOf, systemCode } from './cli-error.js';

/**
 * What went wrong when a server should listen: `WW_ERR_CLI_PORT_TAKEN`, `WW_ERR_CLI_PORT_DENIED`,
 * `WW_ERR_CLI_HOST_UNKNOWN`, or the error itself where it is none of these.
 */
export function toListenError(error: unknown, { host, port }: ExecutorConfig['server']): unknown {
  const at = `${host}:${String(port)}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new CliError('WW_ERR_CLI_PORT_TAKEN', `Another process listens on ${at} already.`, {
        hint: 'Choose another port with --port, or any free one with --port 0.',
        cause: error,
      });
    case 'EACCES':
      return new CliError('WW_ERR_CLI_PORT_DENIED', `This user may not listen on ${at}.`, {
        hint: 'Choose a port from 1024 on with --port.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return new CliError(
        'WW_ERR_CLI_HOST_UNKNOWN',
        `The address ${host} is none of this machine (${messageOf(error)}).`,
        { hint: 'Choose one with --host, such as 127.0.0.1 or 0.0.0.0.', cause: error },
      );
    default:
      return error;
  }
}
