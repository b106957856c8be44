import { describe, expect, it } from '@jest/globals';
import { getPins, parsePublished, type PublishedBroker, planPublished, publishedObject } from '../../../src/deployers/token/published-broker.ts';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import { createTestAuthority } from '../../helpers/test-certificates.ts';
import { thrown } from '../../helpers/thrown.ts';

const [OLD, NEW] = [createTestAuthority().ca, createTestAuthority().ca];
const broker = (ca: string, server = 'https://b:6443'): PublishedBroker => ({ server, ca, components: ['connectivity'] });

describe('planPublished', () => {
  it.each([
    ['nothing was published', broker(OLD), undefined, OLD],
    ['the same was published', broker(OLD), broker(OLD), OLD],
    ['a rotation has added one: both stay', broker(OLD), broker(OLD + NEW), OLD + NEW],
    ['the API server has the new one already: both stay', broker(NEW), broker(OLD + NEW), OLD + NEW],
    ['another one has taken its place', broker(NEW), broker(OLD), NEW],
    ["the system's trust store is used now", broker(''), broker(OLD), ''],
    ["the system's trust store was used before", broker(NEW), broker(''), NEW],
  ])('%s', (_title, wanted, standing, ca) => {
    expect(planPublished(wanted, standing)).toEqual({ ...wanted, ca });
  });

  it('takes address and components as they are wanted', () => {
    const wanted = { ...broker(OLD, 'https://new:6443'), components: ['service-discovery'] };
    expect(planPublished(wanted, broker(OLD + NEW))).toEqual({ ...wanted, ca: OLD + NEW });
  });
});

describe('publishedObject', () => {
  it('is read back by parsePublished, and a ConfigMap without an address is none', () => {
    const object = publishedObject(broker(OLD), 'b', '1.0.0') as ConfigMap;
    expect(parsePublished(object)).toEqual(broker(OLD));
    expect(parsePublished({ ...object, data: {} })).toBeUndefined();
  });
});

describe('getPins', () => {
  it.each(['', 'not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])('says where a text comes from that holds no certificate: %j', (text) => {
    expect(thrown(() => getPins(text, '--ca-file'))).toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining('--ca-file') });
  });
});
