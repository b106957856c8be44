import type { ClusterJoin, SharedSettings } from '../api/types/index.ts';
import { TOKEN_ID } from './broker-info.ts';
import { type Fields, fieldsOf } from './fields.ts';

const PRINTABLE = /^[\x21-\x7e]+$/;
const MAX_RANGES = 64;
/** One entry per node address is usual. */
const MAX_NODE_RANGES = 5000;
const BASE64_KEY = { max: 128, pattern: PRINTABLE };
const RANGE = { max: 64, pattern: PRINTABLE };

const SETTINGS: Readonly<Record<keyof SharedSettings, 'text' | 'boolean' | 'number'>> = {
  cableDriver: 'text',
  natt: 'boolean',
  nattPort: 'number',
  healthCheck: 'boolean',
  healthCheckIntervalSeconds: 'number',
  healthCheckMaxPacketLossCount: 'number',
};

function parseSettings(fields: Fields): SharedSettings {
  fields.only(Object.keys(SETTINGS)); // what the proof covers but nobody reads would be stored unseen
  const entries = Object.entries(SETTINGS)
    .filter(([key]) => fields.has(key))
    .map(([key, type]) => [key, parseSetting(fields, key, type)]);
  return Object.fromEntries(entries) as SharedSettings;
}

function parseSetting(fields: Fields, key: string, type: 'text' | 'boolean' | 'number'): string | boolean | number {
  if (type === 'boolean') return fields.boolean(key);
  return type === 'number' ? fields.integer(key, { min: 0, max: 65_535 }) : fields.text(key, { max: 63, pattern: PRINTABLE });
}

/** Reads the spec of a ClusterJoin, which anybody with a join credential may have written. Throws FieldError. */
export function parseClusterJoinSpec(value: unknown): ClusterJoin['spec'] {
  const fields = fieldsOf(value, 'spec');
  return {
    version: fields.literal('version', 1),
    tokenID: fields.text('tokenID', { max: 50, pattern: TOKEN_ID }),
    clusterID: fields.text('clusterID', { max: 253, pattern: PRINTABLE }),
    clusterUID: fields.text('clusterUID', { max: 64, pattern: PRINTABLE }),
    podCIDRs: fields.texts('podCIDRs', { ...RANGE, maxItems: MAX_RANGES }),
    serviceCIDRs: fields.texts('serviceCIDRs', { ...RANGE, maxItems: MAX_RANGES }),
    nodeCIDRs: fields.texts('nodeCIDRs', { ...RANGE, maxItems: MAX_NODE_RANGES }),
    components: fields.texts('components', { max: 63, pattern: PRINTABLE, maxItems: 16 }),
    ...(fields.has('settings') && { settings: parseSettings(fields.record('settings')) }),
    identityKey: fields.text('identityKey', BASE64_KEY),
    answerKey: fields.text('answerKey', BASE64_KEY),
    mac: fields.text('mac', BASE64_KEY),
    signature: fields.text('signature', BASE64_KEY),
  };
}
