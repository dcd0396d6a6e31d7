import { describe, expect, it } from 'vitest';
import type { ActivationRecord } from '../entities/activation-record.js';
import { toActivationText, toResponseText, toSummaryText } from './activation-documents.js';

const record: ActivationRecord = {
  activationId: '3f1c0c9e5d7b4a0e9a6e2b8d4c1f7a90',
  namespace: 'guest',
  subject: 'guest',
  name: 'add',
  package: 'math',
  version: '0.0.3',
  cause: undefined,
  startEpochMs: 1_764_000_000_200,
  endEpochMs: 1_764_000_000_250,
  durationMs: 42,
  statusCode: 0,
  resultJson: '{"sum":9007199254740993}',
  resultBytes: 24,
  logs: ['2026-11-21T08:00:00.201Z stdout: "adding"'],
  annotations: [{ key: 'kind', json: '"wasm:0.1"' }],
};

describe('toActivationText', () => {
  it('writes the document of OpenWhisk', () => {
    expect(JSON.parse(toActivationText(record))).toEqual({
      namespace: 'guest',
      name: 'add',
      version: '0.0.3',
      subject: 'guest',
      activationId: '3f1c0c9e5d7b4a0e9a6e2b8d4c1f7a90',
      start: 1_764_000_000_200,
      end: 1_764_000_000_250,
      duration: 42,
      response: {
        status: 'success',
        success: true,
        // As JSON.parse rounds it; the text is looked at below.
        result: { sum: 9007199254740992 },
        size: 24,
      },
      logs: ['2026-11-21T08:00:00.201Z stdout: "adding"'],
      annotations: [{ key: 'kind', value: 'wasm:0.1' }],
      publish: false,
    });
  });

  it('keeps numbers above 2^53 (trap 26)', () => {
    expect(toActivationText(record)).toContain('"result":{"sum":9007199254740993}');
  });

  it('has no code at the top, which wsk would take for an error of the server (trap 3)', () => {
    expect(JSON.parse(toActivationText({ ...record, statusCode: 2 }))).not.toHaveProperty('code');
  });

  it('tells the text of a status, and not its number (traps 8 and 9)', () => {
    const texts = ([0, 1, 2, 3] as const).map((statusCode) => {
      const { response } = JSON.parse(toActivationText({ ...record, statusCode })) as {
        readonly response: { readonly status: string; readonly success: boolean };
      };
      expect(response.success).toBe(statusCode === 0);
      return response.status;
    });
    expect(texts).toEqual([
      'success',
      'application error',
      'action developer error',
      'whisk internal error',
    ]);
    expect(toActivationText(record)).not.toContain('statusCode');
  });

  it('leaves out what there is not', () => {
    const trigger = {
      ...record,
      endEpochMs: undefined,
      durationMs: undefined,
      resultJson: undefined,
      resultBytes: undefined,
    };
    const document = JSON.parse(toActivationText(trigger)) as Record<string, unknown>;
    expect(Object.keys(document)).not.toEqual(expect.arrayContaining(['end']));
    expect(document).not.toHaveProperty('duration');
    expect(document).not.toHaveProperty('cause');
    expect(document['response']).toEqual({ status: 'success', success: true });
  });

  it('names the sequence around it', () => {
    const cause = '9b0e0c9e5d7b4a0e9a6e2b8d4c1f7a90';
    expect(JSON.parse(toActivationText({ ...record, cause }))).toHaveProperty('cause', cause);
  });
});

describe('toResponseText', () => {
  it('carries results that are no objects', () => {
    expect(toResponseText({ ...record, resultJson: '[1,2]' })).toContain('"result":[1,2]');
    expect(toResponseText({ ...record, resultJson: 'null' })).toContain('"result":null');
  });
});

describe('toSummaryText', () => {
  it('tells the number of the status, and the time on the clock (trap 30)', () => {
    expect(JSON.parse(toSummaryText(record))).toEqual({
      namespace: 'guest',
      name: 'add',
      version: '0.0.3',
      publish: false,
      annotations: [{ key: 'kind', value: 'wasm:0.1' }],
      activationId: '3f1c0c9e5d7b4a0e9a6e2b8d4c1f7a90',
      start: 1_764_000_000_200,
      end: 1_764_000_000_250,
      duration: 50,
      statusCode: 0,
    });
  });

  it('leaves out end and duration of a trigger', () => {
    const summary = JSON.parse(toSummaryText({ ...record, endEpochMs: undefined })) as object;
    expect(summary).not.toHaveProperty('end');
    expect(summary).not.toHaveProperty('duration');
  });
});
