import { describe, expect, it } from '@jest/globals';
import type { Schema } from '../../../../src/kube-serve/schema/schema.ts';
import { createValidator } from '../../../../src/kube-serve/schema/validate.ts';

const SCHEMA: Schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['type'],
      properties: {
        type: { type: 'string', enum: ['ClusterSetIP', 'Headless'] },
        ips: { type: 'array', items: { type: 'string' }, maxItems: 2 },
        port: { 'x-kubernetes-int-or-string': true },
        reason: { type: 'string', pattern: '^[A-Z]+$' },
        count: { type: 'integer', minimum: 1 },
        maybe: { type: 'string', nullable: true },
      },
    },
  },
};

describe('createValidator()', () => {
  const validate = createValidator(SCHEMA);

  it.each([
    ['a valid object', { spec: { type: 'Headless', ips: ['a', 'b'], port: 'http', reason: 'A', count: 1, maybe: null } }],
    ['a port as a number', { spec: { type: 'Headless', port: 80 } }],
  ])('accepts %s', (_title, value) => {
    expect(validate(value)).toEqual([]);
  });

  it.each<[string, unknown, { field: string; message: string; reason?: string }]>([
    ['a missing parent', {}, { field: 'spec', message: 'Required value', reason: 'FieldValueRequired' }],
    ['a missing field', { spec: {} }, { field: 'spec.type', message: 'Required value', reason: 'FieldValueRequired' }],
    ['an enum', { spec: { type: 'X' } }, { field: 'spec.type', message: 'Unsupported value: "X": supported values: "ClusterSetIP", "Headless"', reason: 'FieldValueNotSupported' }],
    ['too many items', { spec: { type: 'Headless', ips: ['a', 'b', 'c'] } }, { field: 'spec.ips', message: 'Too many: 3: must have at most 2 items' }],
    ['a type in a list', { spec: { type: 'Headless', ips: [1] } }, { field: 'spec.ips[0]', message: 'Invalid value: "integer": spec.ips[0] in body must be of type string: "integer"', reason: 'FieldValueTypeInvalid' }],
    ['a pattern', { spec: { type: 'Headless', reason: 'a' } }, { field: 'spec.reason', message: `Invalid value: "a": spec.reason in body should match '^[A-Z]+$'` }],
    ['a minimum', { spec: { type: 'Headless', count: 0 } }, { field: 'spec.count', message: 'Invalid value: 0: spec.count in body must be >= 1' }],
  ])('says what is wrong with %s', (_title, value, cause) => {
    expect(validate(value)).toEqual([cause]);
  });
});
