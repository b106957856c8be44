import { describe, expect, it } from '@jest/globals';
import { negotiate, type Representation } from '../../../../src/kube-serve/http/negotiate.ts';
import { type StatusError } from '../../../../src/kube-serve/status-error.ts';
import { thrown } from '../../../helpers/thrown.ts';

describe('negotiate()', () => {
  it.each<[string | undefined, Representation]>([
    [undefined, 'object'],
    ['*/*', 'object'],
    ['application/json', 'object'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'table'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'object'],
    ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'metadata'],
  ])('takes %s as %s', (accept, expected) => {
    expect(negotiate(accept)).toEqual({ representation: expected, encoding: 'json' });
  });

  it('speaks YAML where a client wants it before JSON, but not in streams', () => {
    expect(negotiate('application/yaml,application/json')).toEqual({ representation: 'object', encoding: 'yaml' });
    expect(negotiate('application/yaml;as=Table;v=v1;g=meta.k8s.io')).toEqual({ representation: 'table', encoding: 'yaml' });
    expect((thrown(() => negotiate('application/yaml', ['json'])) as StatusError).code).toBe(406);
  });

  it('refuses what nobody here speaks with 406', () => {
    expect((thrown(() => negotiate('application/vnd.kubernetes.protobuf')) as StatusError).code).toBe(406);
  });
});
