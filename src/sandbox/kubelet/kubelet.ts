import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { resources } from '../../api/resources.ts';
import type { KubeObject, Pod } from '../../api/types/index.ts';
import { createKeyLoop, type KeyLoop } from '../controllers/key-loop.ts';
import { isSelected } from '../controllers/slices.ts';
import { type AddressPool, createAddressPool } from '../network/address-pool.ts';
import type { NodePlan } from '../network/address-plan.ts';
import type { Objects } from '../objects.ts';
import type { PodLog } from './log-route.ts';
import { buildPodStatus } from './pod-status.ts';
import { type NodeServices, PodWorker } from './pod-worker.ts';

export interface KubeletOptions extends NodeServices {
  readonly objects: Objects;
  readonly nodes: readonly NodePlan[];
  /** Files of the pods. */
  readonly directory: string;
}

interface Running {
  pod: Pod;
  readonly worker: PodWorker;
  readonly startTime: string;
  readonly hostIP: string;
  readonly release: () => void;
  stopping: boolean;
}

const STOP_GRACE_MS = 3_000;
const DEFAULT_GRACE_SECONDS = 30;

/** Runs the pods of all nodes of a cluster. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #pools: ReadonlyMap<string, { readonly plan: NodePlan; readonly pool: AddressPool }>;
  /** By uid of the pod. */
  readonly #running = new Map<string, Running>();
  /** Every pod that stands, by uid. */
  readonly #pods = new Map<string, Pod>();
  readonly #loop: KeyLoop;
  #ends: readonly (() => void)[] = [];

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#pools = new Map(options.nodes.map((plan) => [plan.name, { plan, pool: createAddressPool(plan.podCIDR, 1) }]));
    const { clock, logger } = options;
    const reconcile = (uid: string): void => {
      this.#reconcile(uid);
    };
    this.#loop = createKeyLoop({ name: 'Pod', clock, logger, reconcile });
  }

  start(): void {
    const { objects } = this.#options;
    const refresh = (isConcerned: (running: Running) => boolean): void => {
      for (const running of this.#running.values()) if (!running.stopping && isConcerned(running)) void running.worker.refresh();
    };
    const inNamespace = (object: KubeObject, { pod }: Running): boolean => pod.metadata.namespace === object.metadata.namespace;
    this.#ends = [
      objects.onChange(resources.pods, ({ object, type }) => {
        this.#note(object, type === 'DELETED');
      }),
      ...[resources.secrets, resources.configMaps, resources.serviceAccounts].map((resource) =>
        objects.onChange<KubeObject>(resource, ({ object }) => {
          refresh((running) => inNamespace(object, running) && running.worker.usesFiles);
        }),
      ),
      objects.onChange(resources.services, ({ object }) => {
        refresh((running) => inNamespace(object, running) && isSelected(object.spec.selector, running.pod.metadata.labels));
      }),
    ];
  }

  /** Ends all pods of this process, without touching their objects. */
  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    this.#loop.stop();
    const workers = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(workers.map(({ worker }) => worker.stop(STOP_GRACE_MS)));
  }

  /** Log of a pod's container; undefined if it does not run here or has no such container. */
  findLog(pod: Pod, container?: string): PodLog | undefined {
    return this.#running.get(pod.metadata.uid ?? '')?.worker.findLog(container);
  }

  /** Processes of all pods. */
  pids(): readonly number[] {
    return [...this.#running.values()].flatMap(({ worker }) => worker.pids);
  }

  #note(pod: Pod, deleted: boolean): void {
    const uid = pod.metadata.uid ?? '';
    if (deleted) this.#pods.delete(uid);
    else this.#pods.set(uid, pod);
    this.#loop.add(uid);
  }

  #reconcile(uid: string): void {
    const pod = this.#pods.get(uid);
    const running = this.#running.get(uid);
    if (pod === undefined) {
      if (running !== undefined) void this.#end(uid, running, 0); // deleted by force
      return;
    }
    const ending = pod.metadata.deletionTimestamp !== undefined;
    if (running !== undefined) {
      if (ending) void this.#end(uid, running, graceOf(pod));
      else if (!isDeepStrictEqual(pod.metadata.labels, running.pod.metadata.labels)) {
        running.pod = pod;
        void running.worker.refresh(pod);
      }
    } else if (ending) this.#options.objects.removeNow(resources.pods, pod.metadata);
    else if (pod.spec.nodeName !== undefined && !isOver(pod)) this.#begin(uid, pod);
  }

  #begin(uid: string, pod: Pod): void {
    const place = this.#pools.get(pod.spec.nodeName ?? '');
    if (place === undefined) return; // no node of ours
    const { plan, pool } = place;
    const podIP = pod.spec.hostNetwork === true ? plan.address : pool.take(uid);
    if (podIP === undefined) throw new Error(`node "${plan.name}" has no pod address left`);
    const startTime = new Date(this.#options.clock.now()).toISOString();
    const addressed: Pod = { ...pod, status: { ...pod.status, podIP, podIPs: [{ ip: podIP }], hostIP: plan.address } };
    const worker = new PodWorker(addressed, this.#options, {
      directory: join(this.#options.directory, uid),
      podIP,
      onChange: () => {
        this.#writeStatus(uid);
      },
    });
    const release = (): void => {
      pool.release(podIP, uid);
    };
    this.#running.set(uid, { pod, worker, startTime, hostIP: plan.address, release, stopping: false });
    this.#writeStatus(uid);
    void worker.start();
  }

  async #end(uid: string, running: Running, graceMs: number): Promise<void> {
    if (running.stopping) return;
    running.stopping = true;
    this.#writeStatus(uid);
    await running.worker.stop(graceMs);
    running.release();
    this.#running.delete(uid);
    const pod = this.#pods.get(uid);
    if (pod !== undefined) this.#options.objects.removeNow(resources.pods, pod.metadata);
  }

  #writeStatus(uid: string): void {
    const running = this.#running.get(uid);
    const pod = this.#pods.get(uid);
    if (running === undefined || pod === undefined) return;
    const { hostIP, startTime, worker } = running;
    const now = new Date(this.#options.clock.now()).toISOString();
    this.#options.objects.modify(
      resources.pods,
      pod.metadata,
      (copy) => {
        if (copy.metadata.uid === uid) copy.status = buildPodStatus({ containers: worker.containers, hostIP, podIP: worker.podIP, startTime }, copy.status, now);
      },
      'status',
    );
  }
}

function graceOf(pod: Pod): number {
  const asked = (pod.metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
  return (asked ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
