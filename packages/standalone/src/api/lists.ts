import type { FastifyReply } from 'fastify';
import { sendJson } from './answer.js';
import type { ListRequest } from './query.js';

/** How a list is answered. */
export interface ListSource {
  /** Name of the collection, under which its count is told. */
  readonly collection: string;
  /** How many there are without paging. */
  readonly count: () => number;
  /** The items of the page, as JSON texts. */
  readonly items: () => readonly string[];
}

/** Sends a page of a list; with `count` only how many items lie behind `skip`, and the limit does not matter. */
export function sendList(
  reply: FastifyReply,
  { count, skip }: ListRequest,
  source: ListSource,
): void {
  const text = count
    ? `{"${source.collection}":${String(Math.max(0, source.count() - skip))}}`
    : `[${source.items().join(',')}]`;
  sendJson(reply, text);
}
