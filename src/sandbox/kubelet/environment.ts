import type { Container, EnvVar, Pod, Service } from '../../api/types/index.ts';
import { ContainerConfigError } from './config-error.ts';
import type { PodInputs } from './pod-inputs.ts';

const KEYED_FIELD = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** A field of the downward API. */
function fieldOf(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const keyed = KEYED_FIELD.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const fields: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': status?.podIP,
    'status.podIPs': status?.podIPs?.map(({ ip }) => ip).join(','),
    'status.hostIP': status?.hostIP,
  };
  if (!Object.hasOwn(fields, path)) throw new ContainerConfigError(`field "${path}" is not simulated`);
  return fields[path] ?? '';
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

function dataValue(kind: string, data: Readonly<Record<string, string>> | undefined, { name, key, optional }: KeyReference): string | undefined {
  const value = data?.[key];
  if (value === undefined && optional !== true) throw new ContainerConfigError(`${kind} "${name}" has no key "${key}"`);
  return value;
}

function valueOf({ value, valueFrom }: EnvVar, pod: Pod, inputs: PodInputs): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  if (valueFrom?.fieldRef !== undefined) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom?.configMapKeyRef !== undefined) {
    const reference = valueFrom.configMapKeyRef;
    return dataValue('ConfigMap', inputs.findConfigMap(namespace, reference.name)?.data, reference);
  }
  if (valueFrom?.secretKeyRef !== undefined) {
    const reference = valueFrom.secretKeyRef;
    const encoded = dataValue('Secret', inputs.findSecret(namespace, reference.name)?.data, reference);
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  }
  if (valueFrom !== undefined) throw new ContainerConfigError(`valueFrom.${Object.keys(valueFrom).join()} is not simulated`);
  return value ?? '';
}

/** `$(NAME)` of variables that are known; `$$(NAME)` is a literal `$(NAME)`. */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([\w.-]+)\))/g, (whole, escape: string, name?: string) => {
    if (escape === '$') return '$';
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole;
  });
}

/** Variables of a Service, in the manner of Docker links, as kubelet sets them. */
function serviceLinks({ metadata, spec }: Service): Record<string, string> {
  const { clusterIP, ports = [] } = spec;
  const [first] = ports;
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || first === undefined) return {};
  const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
  const url = `${(first.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${first.port}`;
  return { [`${prefix}_SERVICE_HOST`]: clusterIP, [`${prefix}_SERVICE_PORT`]: String(first.port), [`${prefix}_PORT`]: url };
}

/** The environment that a container's manifest asks for. Throws ContainerConfigError. */
export function resolveEnvironment(pod: Pod, container: Container, inputs: PodInputs): Record<string, string> {
  const environment: Record<string, string> = {};
  if (pod.spec.enableServiceLinks !== false) {
    for (const service of inputs.listServices(pod.metadata.namespace ?? '')) Object.assign(environment, serviceLinks(service));
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, pod, inputs);
    // references see the variables that stand before, as in Kubernetes
    if (value !== undefined) environment[variable.name] = variable.valueFrom === undefined ? expandVariables(value, environment) : value;
  }
  return environment;
}
