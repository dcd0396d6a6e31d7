import { describe, expect, it } from 'vitest';
import { withSandbox } from './sandbox.js';
import type { WebResponse } from './web-response.js';

function answer(...headers: WebResponse['headers']): WebResponse {
  return { status: 200, headers, body: '<p>' };
}

function policiesOf({ headers }: WebResponse): readonly string[] {
  return headers.flatMap(([name, value]) => (name === 'content-security-policy' ? [value] : []));
}

describe('withSandbox', () => {
  it.each([
    'text/html; charset=UTF-8',
    'TEXT/HTML',
    'image/svg+xml',
    'application/xhtml+xml',
    'application/rss+xml',
    'text/xml',
  ])('gives a document of type %s an origin of its own', (type) => {
    const [policy = ''] = policiesOf(withSandbox(answer(['content-type', type])));
    expect(policy).toMatch(/^sandbox .*\ballow-scripts\b/);
    expect(policy).not.toContain('allow-same-origin');
  });

  it('does so with what has no type, which a browser guesses', () => {
    expect(policiesOf(withSandbox(answer()))).toHaveLength(1);
  });

  it.each(['application/json', 'text/plain; charset=UTF-8', 'image/png', 'text/css'])(
    'leaves %s alone',
    (type) => {
      const given = answer(['content-type', type]);
      expect(withSandbox(given)).toBe(given);
    },
  );

  it("keeps the action's own policy beside it", () => {
    const own = ['content-security-policy', "default-src 'none'"] as const;
    const policies = policiesOf(withSandbox(answer(['content-type', 'text/html'], own)));
    expect(policies).toHaveLength(2);
    expect(policies).toContain(own[1]);
  });

  it('says nothing of an answer without a body', () => {
    const empty: WebResponse = { status: 204, headers: [], body: undefined };
    expect(withSandbox(empty)).toBe(empty);
  });
});
