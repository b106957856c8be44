import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAgentEnvironment, readMemberConfig } from '../../../src/agents/config.ts';
import { readRuntime } from '../../../src/base/runtime.ts';
import { rejection, thrown } from '../../helpers/thrown.ts';

describe('readAgentEnvironment', () => {
  it('has a default for everything', () => {
    expect(readAgentEnvironment({})).toMatchObject({ podNamespace: 'submariner-operator', logLevel: 'info', healthPort: 8080, dnsPort: 53 });
  });

  it('takes what the container is given', () => {
    const env = { POD_NAME: 'p', POD_UID: 'u', POD_NAMESPACE: 'n', MCS_LOG_LEVEL: 'debug', MCS_HEALTH_PORT: '9000', MCS_DNS_PORT: '5353' };
    expect(readAgentEnvironment(env)).toEqual({ podName: 'p', podUID: 'u', podNamespace: 'n', logLevel: 'debug', healthPort: 9000, dnsPort: 5353 });
  });

  it.each([
    ['MCS_LOG_LEVEL', 'loud'],
    ['MCS_HEALTH_PORT', '65536'],
    ['MCS_DNS_PORT', 'dns'],
    ['MCS_DNS_PORT', '-1'],
    ['MCS_DNS_PORT', '1.5'],
  ])('throws for %s "%s", and names both', (name, value) => {
    const error = thrown(() => readAgentEnvironment({ [name]: value })) as Error;
    expect(error).toMatchObject({ code: 'MCS_USAGE' });
    expect(error.message).toContain(`${name} "${value}"`);
  });
});

describe('readMemberConfig', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mcs-config-'));
    mkdirSync(join(root, 'etc/mcs'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const runtime = (): ReturnType<typeof readRuntime> => readRuntime({ MCS_SIMULATED: '1', MCS_SIMULATED_ROOT: root });
  const config = { clusterID: 'west', clusterUID: 'u', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], brokerNamespace: 'b' };

  it('reads the mounted file', async () => {
    writeFileSync(join(root, 'etc/mcs/config.json'), JSON.stringify(config));
    expect(await readMemberConfig(runtime())).toEqual(config);
  });

  it.each([
    ['is missing', undefined, 'no such file'],
    ['is no JSON', '{', 'JSON'],
    ['lacks fields', '{"clusterID":"west","podCIDRs":[],"serviceCIDRs":[],"nodeCIDRs":[]}', 'clusterUID, brokerNamespace missing'],
  ])('throws where it %s', async (_name, text, reason) => {
    if (text !== undefined) writeFileSync(join(root, 'etc/mcs/config.json'), text);
    const error = (await rejection(readMemberConfig(runtime()))) as Error;
    expect(error).toMatchObject({ code: 'MCS_USAGE' });
    expect(error.message).toContain(reason);
  });
});
