import { SLICE_MANAGED_BY } from '../../api/labels.ts';
import { objectKey, resources, splitKey } from '../../api/resources.ts';
import type { EndpointSlice, Pod, Service } from '../../api/types/index.ts';
import { serviceOfSlice } from '../network/frontends.ts';
import { SliceIndex } from '../network/slice-index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';
import { controlledBy, randomSuffix } from './pods.ts';
import { diffSlices, isSelected, planSlices, SLICE_CONTROLLER, sliceLabels, type SlicePlan } from './slices.ts';

function createSlice(objects: Objects, service: Service, { endpoints, ports }: SlicePlan): void {
  const { name, namespace } = service.metadata;
  objects.create(resources.endpointSlices, {
    metadata: {
      name: `${name}-${randomSuffix()}`,
      ...(namespace !== undefined && { namespace }),
      labels: sliceLabels(service),
      ownerReferences: [controlledBy(service)],
    },
    addressType: 'IPv4',
    ports,
    endpoints,
  });
}

function reconcile(objects: Objects, index: SliceIndex, key: string): void {
  const service = objects.find(resources.services, splitKey(key));
  // slices of a Service without a selector are somebody else's; those of a deleted one go with their owner
  if (service === undefined || service.metadata.deletionTimestamp !== undefined || service.spec.selector === undefined || service.spec.type === 'ExternalName') return;
  const labels = sliceLabels(service);
  const own = index.of(key).filter(({ metadata }) => metadata.labels?.[SLICE_MANAGED_BY] === SLICE_CONTROLLER);
  const { create, remove, update } = diffSlices(planSlices(service, objects.list(resources.pods, service.metadata.namespace)), own, labels);
  for (const { plan, slice } of update) {
    objects.modify(resources.endpointSlices, slice.metadata, (copy) => {
      copy.metadata.labels = labels;
      copy.endpoints = plan.endpoints;
      copy.ports = plan.ports;
    });
  }
  for (const plan of create) createSlice(objects, service, plan);
  for (const slice of remove) objects.remove(resources.endpointSlices, slice.metadata);
}

function namesPod({ endpoints }: EndpointSlice, { metadata }: Pod): boolean {
  return (endpoints ?? []).some(({ targetRef }) => targetRef?.uid === metadata.uid);
}

/** EndpointSlices of Services with a selector. */
export function startEndpointSliceController(context: ControllerContext): Controller {
  const { objects } = context;
  const index = new SliceIndex();
  const endIndex = objects.onChange(resources.endpointSlices, ({ object, type }) => void index.note(object, type === 'DELETED'));
  const servicesOf = (pod: Pod): string[] => [
    ...objects.list(resources.services, pod.metadata.namespace).flatMap(({ metadata, spec }) => (isSelected(spec.selector, pod.metadata.labels) ? [objectKey(metadata)] : [])),
    // the pod's labels may have changed: its former Services are those whose slices name it
    ...objects.list(resources.endpointSlices, pod.metadata.namespace).flatMap((slice) => (namesPod(slice, pod) ? serviceKeys(slice) : [])),
  ];
  const triggers = [
    trigger(resources.services, ({ metadata }) => [objectKey(metadata)]),
    trigger(resources.pods, servicesOf),
    trigger(resources.endpointSlices, serviceKeys),
  ];
  const controller = startController('EndpointSlice', context, triggers, (key) => {
    reconcile(objects, index, key);
  });
  return {
    stop: () => {
      endIndex();
      controller.stop();
    },
  };
}

/** The Service of a slice, by its label. */
function serviceKeys(slice: EndpointSlice): string[] {
  const service = serviceOfSlice(slice);
  return service === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${service}`];
}
