import type { UnknownObject } from '../../api/types/index.ts';

/** Container, and volume for it, of the template `gateway.yaml` that only the driver wireguard needs. */
const WIREGUARD_CONTAINER = 'wireguard-go';
const WIREGUARD_VOLUME = 'tun';

interface PodSpec {
  readonly containers: readonly { readonly name: string }[];
  readonly volumes: readonly { readonly name: string }[];
}

/** The DaemonSet without what only wireguard needs: a device of the host, and a container that may use it. */
export function withoutWireguard(object: UnknownObject): UnknownObject {
  if (object.kind !== 'DaemonSet') return object;
  const spec = object.spec as { readonly template: { readonly spec: PodSpec } };
  const { containers, volumes, ...pod } = spec.template.spec;
  const kept = {
    ...pod,
    containers: containers.filter(({ name }) => name !== WIREGUARD_CONTAINER),
    volumes: volumes.filter(({ name }) => name !== WIREGUARD_VOLUME),
  };
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: kept } } };
}
