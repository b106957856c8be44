import type { FoundGateway } from './gateway-lookup.ts';
import { compareText } from './names.ts';
import type { HealthCheckRule } from './rule.ts';

/** What is known of one address. */
interface AddressHealth {
  /** Before it did, nothing that it does says anything. */
  readonly hasAnswered: boolean;
  /** In a row. */
  readonly failures: number;
}

/** What is known of the addresses of one cluster's name, and which of them are left out. */
export interface NameHealth {
  readonly addresses: ReadonlyMap<string, AddressHealth>;
  readonly withheld: ReadonlySet<string>;
}

/** One address to be asked for an answer. */
export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

/** What shall be asked of a found gateway; nothing where that is turned off, or where it has no TCP port. */
export function probeTargets({ addresses, port: own }: FoundGateway, health: HealthCheckRule): ProbeTarget[] {
  const port = health.port ?? own;
  if (!health.isEnabled || port === undefined) return [];
  return addresses.map((address) => ({ address, port, intervalMs: health.intervalSeconds * 1_000, timeoutMs: health.timeoutSeconds * 1_000, failureThreshold: health.failureThreshold }));
}

const UNKNOWN: AddressHealth = { hasAnswered: false, failures: 0 };

/** What a hub begins with: what was withheld before its start, by the status, stays so until it answers. */
export function restoreHealth(withheld: readonly string[]): NameHealth {
  const failing = { hasAnswered: true, failures: Number.MAX_SAFE_INTEGER };
  return { addresses: new Map(withheld.map((address) => [address, failing])), withheld: new Set(withheld) };
}

/** After the addresses of the name, or what is asked of them, have changed: what is asked no more is forgotten. */
export function retainHealth(health: NameHealth, targets: readonly ProbeTarget[]): NameHealth {
  const kept = targets.map(({ address }): [string, AddressHealth] => [address, health.addresses.get(address) ?? UNKNOWN]);
  return withhold({ addresses: new Map(kept), withheld: health.withheld }, targets);
}

/** After one address was asked. */
export function noteAnswer(health: NameHealth, targets: readonly ProbeTarget[], address: string, hasAnswered: boolean): NameHealth {
  const before = health.addresses.get(address) ?? UNKNOWN;
  const failures = Math.min(before.failures + 1, Number.MAX_SAFE_INTEGER);
  const after = hasAnswered ? { hasAnswered: true, failures: 0 } : { ...before, failures };
  return withhold({ ...health, addresses: new Map(health.addresses).set(address, after) }, targets);
}

/**
 * Leaves out what fails while another one answers, and never the last one. Where all begin to fail
 * together, the hub has lost its way to them, which says nothing about that of clients.
 */
function withhold({ addresses, withheld }: NameHealth, targets: readonly ProbeTarget[]): NameHealth {
  const failing = targets.filter(({ address, failureThreshold }) => isFailing(addresses.get(address), failureThreshold)).map(({ address }) => address).sort(compareText);
  const standing = failing.filter((address) => withheld.has(address));
  const added = targets.some(({ address }) => isAnswering(addresses.get(address))) ? failing.filter((address) => !withheld.has(address)) : [];
  const most = new Set(targets.map(({ address }) => address)).size - 1;
  return { addresses, withheld: new Set([...standing, ...added].slice(0, Math.max(0, most))) };
}

function isAnswering(health: AddressHealth | undefined): boolean {
  return health?.hasAnswered === true && health.failures === 0;
}

function isFailing(health: AddressHealth | undefined, threshold: number): boolean {
  return health !== undefined && health.hasAnswered && health.failures >= threshold;
}
