import { describe, expect, it } from '@jest/globals';
import { policyConditions } from '../../../src/controller/export-policies/policy-status.ts';
import { readPolicies } from '../../../src/sync/export-policy/read-policies.ts';

function conditionsOf(spec: object, failures: readonly (readonly [string, string])[] = []): string[] {
  const [read] = readPolicies([{ apiVersion: 'mcs.clusterset.local/v1', kind: 'ServiceExportPolicy', metadata: { name: 'web', generation: 3 }, spec }]);
  if (read === undefined) throw new Error('no policy');
  return policyConditions(read, { exported: 2, failures: new Map(failures) }).map(({ type, status, reason, message, observedGeneration }) => `${type}=${status} ${reason} ${observedGeneration ?? ''}: ${message}`);
}

describe('policyConditions', () => {
  it('of a policy that is followed', () => {
    expect(conditionsOf({})).toEqual(['Accepted=True Accepted 3: The policy is followed', 'Exported=True Exported 3: Services that are exported by this policy: 2']);
  });

  it('names what could not be written, and how many', () => {
    expect(conditionsOf({}, [['shop/web', 'quota'], ['shop/api', 'quota']])[1]).toBe('Exported=False WriteFailed 3: 2 ServiceExports cannot be written; shop/web: quota');
  });

  it('says of one that cannot be read only that', () => {
    expect(conditionsOf({ namespaces: [] }, [['shop/web', 'quota']])).toEqual(['Accepted=False InvalidSelector 3: spec.namespaces: names no namespace; its exports stay as they are']);
  });
});
