import { objectKey, resources, splitKey } from '../../api/resources.ts';
import type { Logger } from '../../base/log.ts';
import { createWorkQueue } from '../../sync/work-queue.ts';
import type { Objects } from '../objects.ts';
import { planFrontends } from './frontends.ts';
import type { ServiceProxy } from './service-proxy.ts';
import { SliceIndex } from './slice-index.ts';

/** Keeps a proxy as the Services and EndpointSlices of a cluster say. */
export function startProxyController(objects: Objects, proxy: ServiceProxy, logger: Logger): { stop(): Promise<void> } {
  const slices = new SliceIndex();
  const queue = createWorkQueue({
    name: 'Service proxy',
    logger,
    process: async (key) => {
      const service = objects.find(resources.services, splitKey(key));
      await proxy.setService(key, service === undefined ? [] : planFrontends(service, slices.of(key)));
      return 'done';
    },
  });
  const ends = [
    objects.onChange(resources.services, ({ object }) => {
      queue.add(objectKey(object.metadata));
    }),
    objects.onChange(resources.endpointSlices, ({ object, type }) => {
      for (const service of slices.note(object, type === 'DELETED')) queue.add(service);
    }),
  ];
  queue.start();
  return {
    stop: async () => {
      for (const end of ends) end();
      await queue.stop();
      await proxy.stop();
    },
  };
}
