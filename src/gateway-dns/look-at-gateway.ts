import type { FleetConnection } from '../fleet/fleet-cluster.ts';
import { isAway } from './delivery-ledger.ts';
import type { GatewayWatches } from './gateway-watches.ts';
import { findGateway } from './plan/find-gateway.ts';
import type { GatewayLookup } from './plan/gateway-lookup.ts';
import type { GatewayRule } from './plan/rule.ts';

/** What is known at present of one gateway of a cluster. A cluster that is away says nothing of it, whatever it said before. */
export function lookAtGateway(rule: GatewayRule, connection: FleetConnection, session: { readonly gateways: Pick<GatewayWatches, 'read'> } | undefined, allowLoopback: boolean): GatewayLookup {
  if (isAway(connection)) return { kind: 'unknown', message: connection.message };
  const knowledge = session?.gateways.read(rule) ?? { missing: '' };
  if ('view' in knowledge) return findGateway(rule, knowledge.view, { allowLoopback });
  return knowledge.missing === '' ? { kind: 'pending', message: 'not looked yet' } : { kind: 'unknown', message: knowledge.missing };
}
