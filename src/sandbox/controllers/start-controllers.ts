import type { Controller, ControllerContext } from './controller.ts';
import { startDaemonSetController } from './daemon-sets.ts';
import { startDeploymentController } from './deployments.ts';
import { startEndpointSliceController } from './endpoint-slices.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startNamespaceDefaults } from './namespace-defaults.ts';
import { startNamespaceController } from './namespaces.ts';
import { startReplicaSetController } from './replica-sets.ts';
import { startScheduler } from './scheduler.ts';

/** Everything of a cluster's control plane that acts on objects. `ca` goes into each namespace. */
export function startControllers(context: ControllerContext, ca: string): Controller {
  const controllers = [
    startNamespaceDefaults(context, ca),
    startNamespaceController(context),
    startGarbageCollector(context),
    startDeploymentController(context),
    startReplicaSetController(context),
    startDaemonSetController(context),
    startScheduler(context),
    startEndpointSliceController(context),
  ];
  return {
    stop: () => {
      for (const controller of controllers) controller.stop();
    },
  };
}
