import { describe, expect, it } from '@jest/globals';
import { type Direction, isolates } from '../../../src/diagnose/network-policies.ts';

const labels = { app: 'cart', tier: 'web' };

describe('isolates', () => {
  it.each<[string, Parameters<typeof isolates>[0]['spec'], Direction, boolean]>([
    ['an empty selector', { podSelector: {} }, 'Ingress', true],
    ['no selector', {}, 'Ingress', true],
    ['labels that agree', { podSelector: { matchLabels: { app: 'cart' } } }, 'Ingress', true],
    ['labels that do not', { podSelector: { matchLabels: { app: 'cart', tier: 'db' } } }, 'Ingress', false],
    ['an expression that agrees', { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cart', 'shop'] }] } }, 'Ingress', true],
    ['an expression that does not', { podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }, 'Ingress', false],
    ['no types and no egress rules', { podSelector: {} }, 'Egress', false],
    ['no types but egress rules', { podSelector: {}, egress: [] }, 'Egress', true],
    ['the other type only', { podSelector: {}, policyTypes: ['Egress'] }, 'Ingress', false],
  ])('with %s', (_what, spec, direction, expected) => {
    expect(isolates({ spec }, labels, direction)).toBe(expected);
  });
});
