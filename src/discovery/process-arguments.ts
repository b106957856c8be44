import type { Pod } from '../api/types/index.ts';

/** Value of `--flag=value` or `--flag value` in a list of arguments. */
export function findArgument(args: readonly string[], flag: string): string | undefined {
  const name = `--${flag}`;
  const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const arg = args[index];
  if (arg === undefined) return undefined;
  return arg === name ? args[index + 1] : arg.slice(name.length + 1);
}

/** Every argument of a pod's containers; those inside a shell line too. */
export function podArguments(pod: Pod): string[] {
  const words = pod.spec.containers.flatMap((container) => [...(container.command ?? []), ...(container.args ?? [])]);
  return words.flatMap((word) => word.trim().split(/\s+/));
}

/** Value of a flag of the first pod whose name or `component` label says that it is `component`. */
export function findPodArgument(pods: readonly Pod[], component: string, flag: string): string | undefined {
  const isComponent = ({ metadata }: Pod): boolean =>
    metadata.labels?.component === component || metadata.labels?.['k8s-app'] === component || metadata.name === component || metadata.name.startsWith(`${component}-`);
  for (const pod of pods.filter(isComponent)) {
    const value = findArgument(podArguments(pod), flag);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Value of an environment variable of a pod's containers. */
export function findPodEnv(pods: readonly Pod[], name: string): string | undefined {
  for (const container of pods.flatMap((pod) => pod.spec.containers)) {
    const value = container.env?.find((variable) => variable.name === name)?.value;
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}
