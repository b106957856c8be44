import { describe, expect, it } from '@jest/globals';
import { normalise } from '../../../../src/kube-serve/schema/normalise.ts';
import { unknownFields } from '../../../../src/kube-serve/schema/unknown-fields.ts';
import type { Schema } from '../../../../src/kube-serve/schema/schema.ts';

const SCHEMA: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        type: { type: 'string', default: 'ClusterSetIP' },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        maybe: { type: 'string', nullable: true },
        ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } } } },
        affinity: { type: 'object', default: { kind: 'None' }, properties: { kind: { type: 'string' }, seconds: { type: 'integer', default: 10 } } },
      },
    },
  },
};

const CLOSED = { prune: true, defaults: true };

describe('normalise()', () => {
  it('adds defaults where the parent stands, defaults of defaults too', () => {
    expect(normalise({ spec: {} }, SCHEMA, CLOSED)).toEqual({ spec: { type: 'ClusterSetIP', affinity: { kind: 'None', seconds: 10 } } });
    expect(normalise({}, SCHEMA, CLOSED)).toEqual({});
  });

  it('adds defaults in list items', () => {
    expect(normalise({ spec: { ports: [{ port: 80 }] } }, SCHEMA, CLOSED)).toMatchObject({ spec: { ports: [{ port: 80, protocol: 'TCP' }] } });
  });

  it('prunes what the schema does not know, but nothing in open parts', () => {
    const value = { spec: { bogus: 1, open: { any: { thing: 1 } }, labels: { a: 'b' }, ports: [{ port: 80, x: 1 }] }, other: 1 };
    expect(normalise(value, SCHEMA, { prune: true, defaults: false })).toEqual({ spec: { open: { any: { thing: 1 } }, labels: { a: 'b' }, ports: [{ port: 80 }] } });
    expect(normalise(value, SCHEMA, { prune: false, defaults: false })).toEqual(value);
  });

  it('drops nulls, which defaults then replace, and keeps those of nullable fields', () => {
    expect(normalise({ spec: { type: null, maybe: null } }, SCHEMA, CLOSED)).toMatchObject({ spec: { type: 'ClusterSetIP', maybe: null } });
  });

  it('shares frozen parts, which came out of the store', () => {
    const open = Object.freeze({ a: null });
    expect((normalise({ spec: { open } }, SCHEMA, CLOSED) as { spec: { open: unknown } }).spec.open).toBe(open);
  });
});

describe('unknownFields()', () => {
  it('names the paths that pruning would drop', () => {
    const value = { apiVersion: 'v1', kind: 'X', metadata: { x: 1 }, spec: { bogus: 1, open: { a: 1 }, labels: { a: 'b' }, ports: [{ port: 1, x: 2 }] }, top: 1 };
    expect(unknownFields(value, SCHEMA)).toEqual(['spec.bogus', 'spec.ports[0].x', 'top']);
  });
});
