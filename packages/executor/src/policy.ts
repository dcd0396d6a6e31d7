import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { WasmRuntimeError, type DirectoryGrant, type HttpGrant } from '@wasmwhisk/runtime';
import type { ExecutorConfig } from './config/schema.js';

/** What an action asks for, by annotations of its `/init` or by the descriptor in its archive. */
export interface CapabilityRequests {
  /** Guest paths of read-write directories. */
  readonly directories: readonly string[];
  readonly netAccess: boolean;
  /** The runtime that the action would like. */
  readonly runtime: string | undefined;
}

/** The part of an archive's descriptor that asks for capabilities. */
export interface DescriptorRequests {
  readonly directories?: readonly string[] | undefined;
  readonly netAccess?: boolean | undefined;
  readonly runtime?: string | undefined;
}

/**
 * Reads what an action asks for. Annotations may hold any JSON and unknown ones are ignored;
 * `dir` is a string, `net_access` a boolean or its text, as the forerunner's tools write them.
 */
export function readCapabilityRequests(
  annotations: ReadonlyMap<string, unknown>,
  descriptor: DescriptorRequests | undefined,
): CapabilityRequests {
  const directory = annotations.get('dir');
  const netAccess = annotations.get('net_access');
  const runtime = annotations.get('runtime');
  return {
    directories: [
      ...(typeof directory === 'string' && directory !== '' ? [directory] : []),
      ...(descriptor?.directories ?? []),
    ],
    netAccess: netAccess === true || netAccess === 'true' || descriptor?.netAccess === true,
    runtime: typeof runtime === 'string' ? runtime : descriptor?.runtime,
  };
}

type PolicyConfig = ExecutorConfig['policy'];

/** Outgoing HTTP: asked for by the action and granted by the operator, or denied with the reason. */
export function grantHttp(requests: CapabilityRequests, policy: PolicyConfig): HttpGrant {
  if (!requests.netAccess)
    return {
      type: 'denied',
      reason: 'The action does not ask for it by its annotation net_access.',
    };
  if (policy.httpHosts.length === 0)
    return {
      type: 'denied',
      reason: 'The operator grants no hosts (policy.httpHosts is empty).',
    };
  return { type: 'granted', hosts: policy.httpHosts };
}

/** @throws WasmRuntimeError `WW_ERR_CAPABILITY_DENIED` */
export function assertRuntimeAllowed(name: string, policy: PolicyConfig): void {
  if (policy.runtimesByAnnotation.includes(name)) return;
  throw new WasmRuntimeError(
    'WW_ERR_CAPABILITY_DENIED',
    `the action asks for the runtime "${name}", which the operator does not let actions choose ` +
      '(policy.runtimesByAnnotation).',
  );
}

/** @throws WasmRuntimeError `WW_ERR_CAPABILITY_DENIED` when a directory is asked for and the operator set no root */
export function assertDirectoriesAllowed(requests: CapabilityRequests, policy: PolicyConfig): void {
  const [first] = requests.directories;
  if (first === undefined || policy.directoryRoot !== '') return;
  throw new WasmRuntimeError(
    'WW_ERR_CAPABILITY_DENIED',
    `the action asks for the directory "${first}", and the operator grants none ` +
      '(policy.directoryRoot is not set).',
  );
}

/**
 * The container's own folder below `root`, which belongs to this process alone: container ids come
 * again, and nobody shall find what a container of an earlier process left. Named by a digest, since
 * ids come from outside and are never used as paths.
 */
export function containerFolder(root: string, containerKey: string): string {
  return path.join(root, shortDigest(containerKey));
}

/** Makes the directories that a container was granted. One guest path, one folder, each up to `bytesMax`. */
export async function createDirectories(
  folder: string,
  guestPaths: readonly string[],
  bytesMax: number,
): Promise<readonly DirectoryGrant[]> {
  const grants: DirectoryGrant[] = [];
  for (const guestPath of new Set(guestPaths)) {
    const hostPath = path.join(folder, shortDigest(guestPath));
    await mkdir(hostPath, { recursive: true, mode: 0o700 });
    grants.push({ hostPath, guestPath, access: 'read-write', bytesMax });
  }
  return grants;
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
