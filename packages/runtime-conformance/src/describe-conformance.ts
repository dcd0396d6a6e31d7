import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseContext } from './case-context.js';
import type { ConformanceOptions } from './conformance-options.js';
import { commandRunCases } from './cases/command-run-cases.js';
import { creatingCases } from './cases/creating-cases.js';
import { directoryCases } from './cases/directory-cases.js';
import { endingCases } from './cases/ending-cases.js';
import { environmentCases } from './cases/environment-cases.js';
import { growthCases } from './cases/growth-cases.js';
import { httpHandlerCases } from './cases/http-handler-cases.js';
import { httpOutgoingCases } from './cases/http-outgoing-cases.js';
import { interfaceCases } from './cases/interface-cases.js';
import { judgementCases } from './cases/judgement-cases.js';
import { jsonCases } from './cases/json-cases.js';
import { linkingCases } from './cases/linking-cases.js';
import { limitCases } from './cases/memory-cases.js';
import { numericCases } from './cases/numeric-cases.js';
import { precompiledCases } from './cases/precompiled-cases.js';
import { quotaCases } from './cases/quota-cases.js';
import { resultCases } from './cases/result-cases.js';
import { streamCases } from './cases/stream-cases.js';
import { trapCases } from './cases/trap-cases.js';
import { undeclaredCases } from './cases/undeclared-cases.js';
import { waitingCases } from './cases/waiting-cases.js';
import { Harness } from './harness.js';

/**
 * The suite that every runtime passes. Called from a runtime's `test/conformance.test.ts`, which
 * runs against built packages: worker threads need real files. The guests come from
 * `scripts/build-guests.ts` of this package.
 *
 * A declared feature that fails is red; an undeclared one that works is red too.
 *
 * @example
 * describeConformance({
 *   name: 'v8, pooled',
 *   module: import.meta.resolve('@wasmwhisk/runtime-v8'),
 *   features: ['buffer', 'buffer-second', 'command', 'numeric', 'memory-limit', 'deadline'],
 *   threading: 'pooled',
 * });
 */
export function describeConformance(options: ConformanceOptions): void {
  describe(`conformance of ${options.name}`, () => {
    let opened: Harness | undefined;
    const harness = (): Harness => {
      if (opened === undefined) throw new Error('The harness is open only while cases run.');
      return opened;
    };
    const context = createCaseContext(options, harness);

    beforeAll(async () => {
      opened = await Harness.open(options);
    });
    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]();
    });

    it('declares what this test says', () => {
      expect([...harness().runtime.features].sort()).toEqual([...options.features].sort());
      expect(context.forms.length).toBeGreaterThan(0);
    });

    interfaceCases(context);
    jsonCases(context);
    resultCases(context);
    streamCases(context);
    environmentCases(context);
    trapCases(context);
    limitCases(context);
    endingCases(context);
    waitingCases(context);
    directoryCases(context);
    creatingCases(context);
    quotaCases(context);
    numericCases(context);
    judgementCases(context);
    linkingCases(context);
    httpHandlerCases(context);
    httpOutgoingCases(context);
    commandRunCases(context);
    growthCases(context);
    precompiledCases(context);
    undeclaredCases(context);
  });
}
