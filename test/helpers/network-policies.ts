import type { IngressRule, NetworkPolicy, Pod, Service } from '../../src/api/types/index.ts';
import type { ExposedService } from '../../src/diagnose/checks/ingress-policies.ts';

const LABELS = { app: 'cart' };

/** A policy of Ingress in namespace "shop", for all pods unless told otherwise. */
export function networkPolicy(name: string, spec: Partial<NetworkPolicy['spec']> = {}): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'shop' }, spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec } };
}

/** A policy that lets in from a block of addresses. */
export function admitting(cidr: string, { except, ...rule }: IngressRule & { readonly except?: string[] } = {}): NetworkPolicy {
  return networkPolicy('some', { ingress: [{ from: [{ ipBlock: { cidr, ...(except && { except }) } }], ...rule }] });
}

/** The exported Service shop/cart, whose pods listen on port 8080, called "http". */
export function exposed(...policies: NetworkPolicy[]): ExposedService {
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: LABELS, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } };
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'cart-1', namespace: 'shop', labels: LABELS }, spec: { containers: [{ name: 'cart', image: 'cart', ports: [{ name: 'http', containerPort: 8080 }] }] } };
  return { service, pods: [pod], policies };
}
