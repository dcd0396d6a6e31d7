import { GuestResource, type GuestContext } from './guest-context.js';
import { err, type Result } from './result.js';

/** `wasi:sockets/network.error-code`, as far as this host says it. */
type SocketErrorCode = 'access-denied';

/** The resources of `wasi:sockets`. None but `Network` ever comes to exist. */
class Network extends GuestResource {}
class TcpSocket {}
class UdpSocket {}
class IncomingDatagramStream {}
class OutgoingDatagramStream {}
class ResolveAddressStream {}

const refuse = (): Result<never, SocketErrorCode> => err('access-denied');

/**
 * `wasi:sockets` for one run: guests may import it, since standard libraries do, but no socket can
 * be made and no name resolved.
 */
export function createDeniedSockets(
  context: GuestContext,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return {
    'wasi:sockets/network': { Network, networkErrorCode: () => undefined },
    'wasi:sockets/instance-network': { instanceNetwork: () => new Network(context) },
    'wasi:sockets/tcp': { TcpSocket },
    'wasi:sockets/tcp-create-socket': { createTcpSocket: refuse },
    'wasi:sockets/udp': { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    'wasi:sockets/udp-create-socket': { createUdpSocket: refuse },
    'wasi:sockets/ip-name-lookup': { ResolveAddressStream, resolveAddresses: refuse },
  };
}
