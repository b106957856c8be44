import { resources } from '../../api/resources.ts';
import type { Service, ServicePort } from '../../api/types/index.ts';
import { invalid as invalidObject, refusal, type StatusError } from '../../kube-serve/status-error.ts';
import { type AddressPool, createAddressPool } from '../network/address-pool.ts';

const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

/** Completes Services as the API server does: addresses, node ports and defaults. */
export interface ServiceAddresses {
  /** The Service as it is to be stored; `standing` is what it replaces. Throws StatusError. */
  admit(service: Service, standing?: Service): Service;
  /** Learns of what is stored and what is gone; admission itself takes nothing. */
  note(type: 'ADDED' | 'MODIFIED' | 'DELETED', service: Service): void;
}

function isAllocated(address: string | undefined): address is string {
  return address !== undefined && address !== '' && address !== 'None';
}

function invalid(service: Service, field: string, message: string): StatusError {
  return invalidObject(resources.services, service.metadata.name, [{ field, message }]);
}

class NodePorts {
  readonly #owners = new Map<number, string>();
  #cursor = FIRST_NODE_PORT;

  next(): number | undefined {
    for (let tries = FIRST_NODE_PORT; tries <= LAST_NODE_PORT; tries += 1) {
      const candidate = this.#cursor;
      this.#cursor = candidate === LAST_NODE_PORT ? FIRST_NODE_PORT : candidate + 1;
      if (!this.#owners.has(candidate)) return candidate;
    }
    return undefined;
  }

  isFree(port: number, owner: string): boolean {
    return (this.#owners.get(port) ?? owner) === owner;
  }

  replace(owner: string, ports: readonly ServicePort[]): void {
    for (const [port, holder] of this.#owners) if (holder === owner) this.#owners.delete(port);
    for (const { nodePort } of ports) if (nodePort !== undefined) this.#owners.set(nodePort, owner);
  }
}

class Allocator implements ServiceAddresses {
  readonly #range: string;
  readonly #pool: AddressPool;
  readonly #nodePorts = new NodePorts();
  readonly #claimed = new Map<string, string>();

  constructor(range: string) {
    this.#range = range;
    this.#pool = createAddressPool(range);
  }

  admit(service: Service, standing?: Service): Service {
    const { type = 'ClusterIP' } = service.spec;
    if (type === 'ExternalName') return { ...service, spec: { sessionAffinity: 'None', ...service.spec, type } };
    const clusterIP = this.#addressFor(service, standing);
    const ports = (service.spec.ports ?? []).map((port) => this.#portFor(service, port, standing));
    const taken = ports.find(({ nodePort }) => nodePort !== undefined && !this.#nodePorts.isFree(nodePort, key(service)));
    if (taken !== undefined) throw invalid(service, 'spec.ports[].nodePort', `Invalid value: ${taken.nodePort ?? ''}: provided port is already allocated`);
    return {
      ...service,
      spec: {
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ipFamilyPolicy: 'SingleStack',
        ...service.spec,
        ipFamilies: ['IPv4'],
        type,
        clusterIP,
        clusterIPs: [clusterIP],
        ...(ports.length > 0 && { ports }),
      },
    };
  }

  note(type: 'ADDED' | 'MODIFIED' | 'DELETED', service: Service): void {
    const owner = key(service);
    const { clusterIP, ports = [] } = service.spec;
    const wanted = type !== 'DELETED' && isAllocated(clusterIP) ? clusterIP : undefined;
    const before = this.#claimed.get(owner);
    if (before !== undefined && before !== wanted) {
      this.#pool.release(before, owner);
      this.#claimed.delete(owner);
    }
    if (wanted !== undefined && this.#pool.claim(wanted, owner)) this.#claimed.set(owner, wanted);
    this.#nodePorts.replace(owner, type === 'DELETED' ? [] : ports);
  }

  #addressFor(service: Service, standing: Service | undefined): string {
    const before = standing?.spec.clusterIP;
    const asked = service.spec.clusterIP ?? '';
    if (before !== undefined && before !== '' && standing?.spec.type !== 'ExternalName') {
      if (asked === '' || asked === before) return before;
      throw invalid(service, 'spec.clusterIP', `Invalid value: "${asked}": field is immutable`);
    }
    if (asked === 'None') return asked;
    if (asked === '') return this.#allocate();
    if (!this.#pool.contains(asked)) throw invalid(service, 'spec.clusterIPs[0]', `Invalid value: "${asked}": the provided IP is not in the valid range ${this.#range}`);
    if (!this.#pool.isFree(asked, key(service))) throw invalid(service, 'spec.clusterIPs[0]', `Invalid value: "${asked}": provided IP is already allocated`);
    return asked;
  }

  #allocate(): string {
    const address = this.#pool.next();
    if (address === undefined) throw refusal('InternalError', `Cannot allocate a ClusterIP: ${this.#range} is full`);
    return address;
  }

  #portFor(service: Service, port: ServicePort, standing: Service | undefined): ServicePort {
    const { type } = service.spec;
    const protocol = port.protocol ?? 'TCP';
    const complete: ServicePort = { ...port, protocol, targetPort: port.targetPort ?? port.port };
    if (type !== 'NodePort' && type !== 'LoadBalancer') return complete;
    const before = standing?.spec.ports?.find((each) => each.port === port.port && (each.protocol ?? 'TCP') === protocol)?.nodePort;
    const nodePort = port.nodePort ?? before ?? this.#nodePorts.next();
    return { ...complete, ...(nodePort !== undefined && { nodePort }) };
  }
}

function key({ metadata }: Service): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Addresses from one service CIDR. */
export function createServiceAddresses(serviceCIDR: string): ServiceAddresses {
  return new Allocator(serviceCIDR);
}
