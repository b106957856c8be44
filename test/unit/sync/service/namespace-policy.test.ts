import { describe, expect, it } from '@jest/globals';
import { namespaceRefusal, type NamespacePolicy } from '../../../../src/sync/service/namespace-policy.ts';

const reserved = ['submariner-operator', 'submariner-k8s-broker'];

interface Case {
  readonly namespace: string;
  readonly policy: Omit<NamespacePolicy, 'reserved'>;
  readonly isAllowed: boolean;
}

const CASES: readonly Case[] = [
  { namespace: 'shop', policy: {}, isAllowed: true },
  { namespace: 'default', policy: {}, isAllowed: true },
  { namespace: 'kube-system', policy: {}, isAllowed: false },
  { namespace: 'openshift', policy: {}, isAllowed: false },
  { namespace: 'openshift-storage', policy: {}, isAllowed: false },
  { namespace: 'kubernetes-dashboard', policy: {}, isAllowed: true },
  { namespace: 'openshift-storage', policy: { importNamespaces: ['openshift-storage'] }, isAllowed: true },
  { namespace: 'shop', policy: { importNamespaces: ['bank'] }, isAllowed: false },
  { namespace: 'shop', policy: { denyNamespaces: ['shop'] }, isAllowed: false },
  { namespace: 'shop', policy: { importNamespaces: ['shop'], denyNamespaces: ['shop'] }, isAllowed: false },
  { namespace: 'shop', policy: { importNamespaces: ['*', 'openshift-storage'] }, isAllowed: true },
  { namespace: 'openshift-storage', policy: { importNamespaces: ['*', 'openshift-storage'] }, isAllowed: true },
  { namespace: 'kube-system', policy: { importNamespaces: ['*', 'openshift-storage'] }, isAllowed: false },
  { namespace: 'shop', policy: { importNamespaces: ['*'], denyNamespaces: ['shop'] }, isAllowed: false },
  { namespace: 'submariner-operator', policy: {}, isAllowed: false },
  { namespace: 'submariner-k8s-broker', policy: { importNamespaces: ['submariner-k8s-broker'] }, isAllowed: false },
];

describe('namespaceRefusal (E6: no namespace of users is restricted)', () => {
  it.each(CASES)('$namespace with $policy: allowed $isAllowed', ({ namespace, policy, isAllowed }) => {
    expect(namespaceRefusal(namespace, { reserved, ...policy }) === undefined).toBe(isAllowed);
  });
});
