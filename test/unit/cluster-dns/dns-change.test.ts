import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { applyDnsChange } from '../../../src/cluster-dns/dns-change.ts';
import { CUSTOM_MAP, readDnsObjects } from '../../../src/cluster-dns/dns-objects.ts';
import { planUnwiring, planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING } from '../../../src/cluster-dns/wiring-subject.ts';
import { isConflict } from '../../../src/kube/api-error.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { rejection } from '../../helpers/thrown.ts';

const WISH = { subject: CLUSTERSET_WIRING, upstream: '10.96.0.53', custom: CUSTOM_MAP };
const OPTIONS = { fieldManager: 'mcs-test' };
const { signal } = new AbortController();

describe('applyDnsChange()', () => {
  it('never deletes a ConfigMap of ours to which somebody has added a key since it was read', async () => {
    const client = createMemoryClient();
    client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: '.:53 {\n    import custom/*.override\n}\nimport custom/*.server\n' } });
    for (const change of planWiring(await readDnsObjects(client, CUSTOM_MAP, signal), WISH).changes) await applyDnsChange(client, change, OPTIONS);
    const [removal] = planUnwiring(await readDnsObjects(client, CUSTOM_MAP, signal), WISH.subject).changes;
    expect(removal).toMatchObject({ verb: 'delete', name: CUSTOM_MAP.name });
    await client.patch(resources.configMaps, CUSTOM_MAP.name, CUSTOM_MAP.namespace, 'application/merge-patch+json', { data: { 'mine.server': 'example.org {\n}\n' } });
    if (removal !== undefined) expect(isConflict(await rejection(applyDnsChange(client, removal, OPTIONS)))).toBe(true);
    const left = await client.get(resources.configMaps, CUSTOM_MAP.name, CUSTOM_MAP.namespace);
    expect(left.metadata.labels?.[MANAGED_BY]).toBe(MANAGED_BY_MCS);
    expect(Object.keys(left.data ?? {})).toContain('mine.server');
  });
});
