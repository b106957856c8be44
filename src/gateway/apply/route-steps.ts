import type { IpFamily } from '../../api/types/index.ts';
import { canonicalAddress } from '../../api/cidr.ts';
import { type ForwardingPlan, type NeighborPlan, type NetworkPlan, ROUTE_PROTOCOL, type RoutePlan, type RulePlan } from '../plan/types.ts';
import { differ } from './differ.ts';
import type { KernelState } from './kernel-state.ts';
import type { LinkChanges } from './link-steps.ts';
import { batch, type Step } from './step.ts';

/** New things in the order in which packets need them, then what is not wanted any more, in the reverse order. */
export function planRouteSteps(plan: NetworkPlan, state: KernelState, { gone, readdressed }: LinkChanges): Step[] {
  const stands = ({ device }: { readonly device?: string }): boolean => device === undefined || !gone.has(device);
  const forwarding = differ(state.forwarding.filter(stands), plan.forwarding, ({ device, mac }) => `${device} ${mac}`, ({ destination, port }) => `${canonical(destination)} ${port ?? ''}`);
  const neighbors = differ(state.neighbors.filter((item) => stands(item) && !readdressed.has(item.device)), plan.neighbors, ({ device, address }) => `${device} ${canonical(address)}`, ({ mac }) => mac);
  const routes = differ(state.routes.filter(stands), plan.routes, ({ table, destination, metric = '' }) => `${table} ${destination} ${metric}`, routeValue);
  const rules = differ(state.rules, plan.rules, ruleText, () => '');
  return [
    ...batch('bridge', forwarding.put.map(forwardingLine('replace'))),
    ...batch('ip', [...neighbors.put.map(putNeighbor), ...inOrder(routes.put).map((route) => `route replace ${routeText(route)}`)]),
    ...ruleSteps('add', rules.put),
    ...ruleSteps('del', rules.drop),
    ...batch('ip', [...inOrder(routes.drop).reverse().map((route) => `route del ${routeText(route)}`), ...neighbors.drop.map(({ address, device }) => `neigh del ${address} dev ${device}`)]),
    ...batch('bridge', forwarding.drop.map(forwardingLine('del'))),
  ];
}

/** First what must not go into a tunnel, then what must go nowhere else, then the ways themselves. */
const ORDER = ['throw', 'unreachable', 'unicast'] as const;

function inOrder(routes: readonly RoutePlan[]): RoutePlan[] {
  return [...routes].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** IPv4 has one spelling only. */
function canonical(address: string): string {
  return address.includes(':') ? (canonicalAddress(address) ?? address) : address;
}

function forwardingLine(verb: 'replace' | 'del') {
  return ({ mac, device, destination, port }: ForwardingPlan): string => `fdb ${verb} ${mac} dev ${device}${destination === '' ? '' : ` dst ${destination}`}${port === undefined ? '' : ` port ${port}`} self${verb === 'replace' ? ' permanent' : ''}`;
}

function putNeighbor({ address, mac, device }: NeighborPlan): string {
  return `neigh replace ${address} lladdr ${mac} dev ${device} nud permanent`;
}

function routeValue(route: RoutePlan): string {
  const { kind, device, via, source, mtu } = route;
  return [kind, device, via === undefined ? '' : canonical(via), source === undefined ? '' : canonical(source), mtu].join(' ');
}

function routeText({ kind, destination, table, device, via, source, mtu, metric }: RoutePlan): string {
  return [
    ...(kind === 'unicast' ? [] : [kind]), destination,
    ...(via === undefined ? [] : ['via', via]),
    ...(device === undefined ? [] : ['dev', device]),
    ...(via === undefined ? [] : ['onlink']),
    'table', table, 'proto', ROUTE_PROTOCOL,
    ...(metric === undefined ? [] : ['metric', metric]),
    ...(source === undefined ? [] : ['src', source]),
    ...(mtu === undefined ? [] : ['mtu', mtu]),
  ].join(' ');
}

function ruleText({ family, priority, inputDevice, table }: RulePlan): string {
  return [family, priority, inputDevice, table].join(' ');
}

/** Rules say nowhere which family they are of, so each family is a run of its own. */
function ruleSteps(verb: 'add' | 'del', rules: readonly RulePlan[]): Step[] {
  const linesOf = (family: IpFamily): string[] => rules.filter((rule) => rule.family === family)
    .map(({ priority, inputDevice, table }) => `rule ${verb} priority ${priority}${inputDevice === undefined ? '' : ` iif ${inputDevice}`} table ${table} protocol ${ROUTE_PROTOCOL}`);
  return [...batch('ip', linesOf('IPv4'), '-4'), ...batch('ip', linesOf('IPv6'), '-6')];
}
