import type { Fault } from '../fault.ts';
import { mendAll } from '../world.ts';

/** Names of faults that happen to be there at once, and do not hide each other. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['controller scaled to 0', 'kube-proxy in mode ipvs'],
  ['name server deleted', 'export without a Service'],
  ['desk scaled to 0', 'gateway label taken away'],
  ['credential expired', 'older version in one cluster'],
  ['member that is silent', 'last pod of a service gone'],
  ['member whose clock is ahead', 'pod outside of the ranges that were joined with'],
  ['ports of two exports disagree', 'Calico without its IPPools'],
  ['update of the controller that does not start', 'no namespace for an import'],
  ['desk without its rights', 'member whose ranges overlap'],
  ['NetworkPolicy in the way of other clusters', 'name server without its rights'],
];

function findFault(faults: readonly Fault[], name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`there is no fault "${name}"`);
  return found;
}

/** Two faults at once: both are to be named, and nothing else. */
export function makeDoubles(faults: readonly Fault[]): readonly Fault[] {
  return PAIRS.map(([one, other]): Fault => {
    const [first, second] = [findFault(faults, one), findFault(faults, other)];
    return {
      name: `${one} + ${other}`,
      expected: [...first.expected, ...second.expected],
      needsPods: first.needsPods === true || second.needsPods === true,
      inject: async (scene) => mendAll([await first.inject(scene), await second.inject(scene)]),
    };
  });
}
