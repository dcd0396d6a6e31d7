// What `npm audit --json` says.

/** `counts` by severity, or why npm could not ask the registry. */
export type AuditOutcome =
  | { readonly type: 'answered'; readonly counts: Readonly<Record<string, number>> }
  | { readonly type: 'no answer'; readonly reason: string };

export function readAudit(output: string): AuditOutcome {
  let report: unknown;
  try {
    report = JSON.parse(output);
  } catch {
    return { type: 'no answer', reason: 'npm audit printed no JSON.' };
  }
  const { metadata, message } = report as {
    readonly metadata?: { readonly vulnerabilities?: Record<string, number> };
    readonly message?: string;
  };
  const counts = metadata?.vulnerabilities;
  if (counts !== undefined) return { type: 'answered', counts };
  const first = message?.replace(/https?:\S+/, 'its audit service') ?? 'npm audit failed.';
  return { type: 'no answer', reason: first };
}

/** From this severity on a finding is red. */
export function isRed(counts: Readonly<Record<string, number>>): boolean {
  return (counts['high'] ?? 0) + (counts['critical'] ?? 0) > 0;
}
