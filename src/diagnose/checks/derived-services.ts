import { DERIVED_SERVICE } from '../../api/labels.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { Service, ServiceImport } from '../../api/types/index.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { SERVICE_OWNER } from '../../sync/service/broker-objects.ts';
import { derivedServiceName } from '../../sync/service/imported-names.ts';
import { clusterIPsOf } from '../../sync/service/service-record.ts';
import { type CheckOutcome, count, fail, pass } from '../check.ts';
import { readServices } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';

/** An import, and the Service that should carry its address. */
export interface CarriedImport {
  readonly serviceImport: ServiceImport;
  readonly derived: Service | undefined;
}

interface Trouble {
  readonly evidence: string;
  readonly fix: string;
}

function nameOfDerived({ metadata: { name, namespace = '', annotations } }: ServiceImport): string {
  return annotations?.[DERIVED_SERVICE] ?? derivedServiceName(namespace, name);
}

function findTrouble({ serviceImport, derived }: CarriedImport, kubectl: string): Trouble | undefined {
  const { namespace = '' } = serviceImport.metadata;
  const key = objectKey(serviceImport.metadata);
  const name = nameOfDerived(serviceImport);
  const logs = `${kubectl} -n submariner-operator logs deployment/mcs-controller`;
  if (derived === undefined) return { evidence: `${key}: there is no Service ${namespace}/${name}, which carries its address`, fix: logs };
  if (!isOwnedBy(derived, SERVICE_OWNER)) return { evidence: `${key}: the Service ${namespace}/${name}, which carries its address, is not marked as made by mcs, so it is left alone`, fix: `${kubectl} -n ${namespace} delete service ${name}   # mcs makes it anew` };
  const [has, shows] = [clusterIPsOf(derived).toSorted().join(', '), (serviceImport.spec.ips ?? []).toSorted().join(', ')];
  if (has === '') return { evidence: `${key}: the Service ${namespace}/${name} has no ClusterIP`, fix: `${kubectl} -n ${namespace} describe service ${name}` };
  return has === shows ? undefined : { evidence: `${key}: the import shows ${shows || 'no address'}, but its Service ${namespace}/${name} has ${has}`, fix: logs };
}

/** Whether every import has the Service that carries its address. */
export function judgeDerived(imports: readonly CarriedImport[], kubectl: string): CheckOutcome {
  const troubles = imports.flatMap((one) => findTrouble(one, kubectl) ?? []);
  if (troubles.length === 0) return pass(count(imports.length, 'import'));
  return fail(troubles.map(({ evidence }) => evidence), [...new Set(troubles.map(({ fix }) => fix))]);
}

async function readCarried(context: DiagnoseContext, signal: AbortSignal): Promise<readonly CarriedImport[]> {
  const imports = memberOf(context).imports.filter((object) => object.spec.type === 'ClusterSetIP' && isOwnedBy(object, SERVICE_OWNER));
  const services = new Map((await readServices(context, signal)).map((service) => [objectKey(service.metadata), service]));
  const carried = imports.map((serviceImport) => ({ serviceImport, derived: services.get(`${serviceImport.metadata.namespace ?? ''}/${nameOfDerived(serviceImport)}`) }));
  // what looks wrong is read again: services come and go while they are looked at
  const settled = carried.map((one) => (findTrouble(one, '') === undefined ? Promise.resolve(one) : readAgain(one.serviceImport, context, signal)));
  return (await Promise.all(settled)).filter((one) => one !== undefined);
}

async function readAgain({ metadata: { name, namespace = '' } }: ServiceImport, { cluster }: DiagnoseContext, signal: AbortSignal): Promise<CarriedImport | undefined> {
  const serviceImport = await cluster.client.find(resources.serviceImports, name, namespace, { signal });
  if (serviceImport === undefined || serviceImport.metadata.deletionTimestamp !== undefined) return undefined;
  return { serviceImport, derived: await cluster.client.find(resources.services, nameOfDerived(serviceImport), namespace, { signal }) };
}

export const derivedServiceChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-SD-08',
    title: 'Every import has the Service that carries its address',
    topic: 'service-discovery',
    needs: ['MCS-DEP-01'],
    run: async (context, signal) => judgeDerived(await readCarried(context, signal), kubectlFor(context)),
  },
];
