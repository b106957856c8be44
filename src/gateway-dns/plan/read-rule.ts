import { isDnsLabel } from '../../api/names.ts';
import { objectKey } from '../../api/resources.ts';
import { type LabelSelector, readObjectSelector } from '../../api/selectors.ts';
import type { GatewayDNS, ObjectSelector, ResolutionType } from '../../api/types/index.ts';
import type { Audience, GatewayRule, HealthCheckRule, RuleReading } from './rule.ts';

/** What holds where a GatewayDNS says nothing. */
export interface RuleDefaults {
  readonly healthChecks: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
/** Takes a problem down. */
type Complain = (path: string, problem: string) => undefined;

const RESOLUTIONS: readonly ResolutionType[] = ['loadBalancer', 'nodePort', 'hostPort'];
const MERGE_POLICIES = ['Oldest', 'Union'] as const;
const AUDIENCES = ['Same', 'All', 'Selector'] as const;
const NODE_ADDRESSES = ['InternalIP', 'ExternalIP'] as const;

/**
 * Reads a GatewayDNS of any age: what is stored may be older than the validation of the CRD, or come
 * from cross-cluster-connectivity's, which validates nothing. All that is wrong is told, and nothing thrown.
 */
export function readRule(object: GatewayDNS, defaults: RuleDefaults): RuleReading {
  const problems: string[] = [];
  const reader = new Reader((path, problem) => void problems.push(`${path}: ${problem}`));
  const spec = reader.record('spec', object.spec) ?? {};
  const service = reader.service('spec.service', spec.service);
  const selector = reader.selector('spec.clusterSelector', spec.clusterSelector);
  // Go writes an unset string as an empty one
  const resolution = reader.choice('spec.resolutionType', spec.resolutionType === '' ? undefined : spec.resolutionType, RESOLUTIONS) ?? 'loadBalancer';
  const ttlSeconds = reader.integer('spec.ttlSeconds', spec.ttlSeconds, 1, 86_400);
  const mergePolicy = reader.choice('spec.mergePolicy', spec.mergePolicy, MERGE_POLICIES) ?? 'Oldest';
  const nodeAddressType = reader.choice('spec.nodeAddressType', spec.nodeAddressType, NODE_ADDRESSES);
  const audience = reader.audience('spec.namespaces', spec.namespaces);
  const health = reader.health('spec.healthCheck', spec.healthCheck, defaults);
  if (problems.length > 0 || service === undefined) return { problems };
  const { metadata } = object;
  const optional = { ...(ttlSeconds !== undefined && { ttlSeconds }), ...(nodeAddressType !== undefined && { nodeAddressType }) };
  const rule: GatewayRule = { key: objectKey(metadata), namespace: metadata.namespace ?? '', selector, service, resolution, mergePolicy, audience, health, ...optional };
  return { rule };
}

/** Readers of one kind of value each: undefined for what is not there, and for what is wrong. */
class Reader {
  readonly #complain: Complain;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  record(path: string, value: unknown): Fields | undefined {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : this.#complain(path, `${quote(value)} is no object`);
  }

  choice<T extends string>(path: string, value: unknown, choices: readonly T[]): T | undefined {
    if (value === undefined || value === null) return undefined;
    return choices.find((choice) => choice === value) ?? this.#complain(path, `${quote(value)} is none of ${choices.join(', ')}`);
  }

  integer(path: string, value: unknown, min: number, max: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.#complain(path, `${quote(value)} is no whole number from ${min} to ${max}`);
  }

  boolean(path: string, value: unknown): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
    return this.#complain(path, `${quote(value)} is neither true nor false`);
  }

  selector(path: string, value: unknown): LabelSelector {
    const reading = readObjectSelector(value as ObjectSelector | undefined);
    if ('selector' in reading) return reading.selector;
    this.#complain(path, reading.problem);
    return [];
  }

  /** Exactly one "/": with none, the original looks for a Service without name and deletes what it published (XC-5). */
  service(path: string, value: unknown): GatewayRule['service'] | undefined {
    if (value === undefined || value === null || value === '') return this.#complain(path, 'it is missing');
    const [namespace = '', name = '', ...rest] = typeof value === 'string' ? value.split('/') : [];
    if (rest.length === 0 && isDnsLabel(namespace) && isDnsLabel(name)) return { namespace, name };
    return this.#complain(path, `${quote(value)} is not of the form namespace/name`);
  }

  audience(path: string, value: unknown): Audience {
    const { from, selector } = this.record(path, value) ?? {};
    const choice = this.choice(`${path}.from`, from, AUDIENCES) ?? 'Same';
    if (choice !== 'Selector') return { from: choice };
    // an empty one selects everything, which is to be said, not to be forgotten
    if (selector === undefined || selector === null) this.#complain(`${path}.selector`, 'it is missing');
    return { from: choice, selector: this.selector(`${path}.selector`, selector) };
  }

  health(path: string, value: unknown, { healthChecks }: RuleDefaults): HealthCheckRule {
    const fields = this.record(path, value) ?? {};
    const port = this.integer(`${path}.port`, fields.port, 1, 65_535);
    return {
      isEnabled: this.boolean(`${path}.enabled`, fields.enabled) ?? healthChecks,
      intervalSeconds: this.integer(`${path}.intervalSeconds`, fields.intervalSeconds, 1, 3_600) ?? 10,
      timeoutSeconds: this.integer(`${path}.timeoutSeconds`, fields.timeoutSeconds, 1, 60) ?? 2,
      failureThreshold: this.integer(`${path}.failureThreshold`, fields.failureThreshold, 1, 100) ?? 3,
      ...(port !== undefined && { port }),
    };
  }
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
