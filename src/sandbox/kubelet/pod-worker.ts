import { appendFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Pod } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { GrantedToken } from '../access/token-authority.ts';
import { ContainerConfigError } from './config-error.ts';
import { type ContainerRunner, type ContainerState, CREATING, waitingState } from './container-state.ts';
import { EchoContainer } from './echo-container.ts';
import { planEchoPorts } from './echo-ports.ts';
import { expandVariables, resolveEnvironment } from './environment.ts';
import { isOwnImage, localArguments } from './image.ts';
import type { PodLog } from './log-route.ts';
import { FileKeeper, type FilePlan, planFiles } from './pod-files.ts';
import type { PodInputs } from './pod-inputs.ts';
import { planProbe } from './probe.ts';
import { ProcessContainer, type RestartPolicy } from './process-container.ts';
import { planAccountMount, POD_TOKEN_RENEWAL_MS } from './service-account-mount.ts';

/** What a node gives to each of its pods. */
export interface NodeServices {
  readonly cluster: string;
  /** Folder below which `dist/agents` lies. */
  readonly packageRoot: string;
  readonly apiServer: { readonly address: string; readonly port: number };
  readonly ca: string;
  readonly inputs: PodInputs;
  /** A token of the pod's ServiceAccount, bound to the pod. Throws ContainerConfigError where there is none. */
  readonly issueToken: (pod: Pod) => GrantedToken;
  /** Where Node.js keeps compiled code between starts of agents. */
  readonly compileCache: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PodPlace {
  readonly directory: string;
  readonly podIP: string;
  readonly onChange: () => void;
}

/** Runs the containers of one pod. */
export class PodWorker {
  readonly #node: NodeServices;
  readonly #place: PodPlace;
  readonly #files: FileKeeper;
  readonly #runners = new Map<string, ContainerRunner>();
  readonly #failures = new Map<string, ContainerState>();
  #pod: Pod;
  #token: GrantedToken | undefined;
  #cancelRenewal: () => void = () => undefined;
  #stopped = false;
  readonly #ended = new AbortController();
  /** Starting, refreshing and stopping follow one another. */
  #work: Promise<void> = Promise.resolve();

  constructor(pod: Pod, node: NodeServices, place: PodPlace) {
    this.#pod = pod;
    this.#node = node;
    this.#place = place;
    this.#files = new FileKeeper(join(place.directory, 'root'));
  }

  get podIP(): string {
    return this.#place.podIP;
  }

  /** Each container with its state. */
  get containers(): readonly { readonly container: Container; readonly state: ContainerState }[] {
    return this.#pod.spec.containers.map((container) => ({ container, state: this.#stateOf(container.name) }));
  }

  /** Whether Secrets and ConfigMaps concern it. */
  get usesFiles(): boolean {
    return this.#pod.spec.containers.some(({ image }) => isOwnImage(image));
  }

  /** The processes that run for it. */
  get pids(): readonly number[] {
    return [...this.#runners.values()].flatMap((runner) => (runner instanceof ProcessContainer && runner.pid !== undefined ? [runner.pid] : []));
  }

  /** Log of a container; of the first one without a name. Undefined if there is no such container. */
  findLog(container?: string): PodLog | undefined {
    const found = this.#pod.spec.containers.find(({ name }) => container === undefined || name === container);
    return found && { path: this.#logPath(found.name), ended: this.#ended.signal };
  }

  start(): Promise<void> {
    return this.#enqueue(async () => {
      await mkdir(join(this.#place.directory, 'root'), { recursive: true, mode: 0o700 });
      await this.#sync();
    });
  }

  /** Takes up changes of the pod, of its Secrets and ConfigMaps, and of the Services that select it. */
  refresh(pod: Pod = this.#pod): Promise<void> {
    this.#pod = pod;
    return this.#enqueue(() => this.#sync());
  }

  /** Ends all containers and removes the pod's files. A second call may shorten the grace of the first. */
  stop(graceMs: number): Promise<void> {
    const stopRunners = (): Promise<unknown> => Promise.all([...this.#runners.values()].map((runner) => runner.stop(graceMs)));
    if (this.#stopped) void stopRunners();
    const stopping = this.#enqueue(async () => {
      this.#cancelRenewal();
      await stopRunners();
      this.#ended.abort();
      await rm(this.#place.directory, { recursive: true, force: true });
    });
    this.#stopped = true;
    return stopping;
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    if (this.#stopped) return this.#work;
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#node.logger.error('Cannot run a pod', { pod: this.#pod.metadata.name, namespace: this.#pod.metadata.namespace, error });
    });
    return this.#work;
  }

  async #sync(): Promise<void> {
    for (const container of this.#pod.spec.containers) {
      try {
        await this.#syncContainer(container);
        if (this.#failures.delete(container.name)) this.#place.onChange();
      } catch (error) {
        if (!(error instanceof ContainerConfigError)) throw error;
        this.#failures.set(container.name, waitingState('CreateContainerConfigError', error.message));
        this.#place.onChange();
      }
    }
  }

  async #syncContainer(container: Container): Promise<void> {
    const runner = this.#runners.get(container.name);
    if (!isOwnImage(container.image)) {
      if (runner instanceof EchoContainer) await runner.setPorts(this.#echoPorts(container));
      else await this.#run(container.name, this.#createEcho(container));
      return;
    }
    if (this.#token === undefined) this.#renewToken();
    await this.#files.apply(this.#planFiles());
    if (runner === undefined) await this.#run(container.name, this.#createProcess(container));
  }

  async #run(name: string, runner: ContainerRunner): Promise<void> {
    this.#runners.set(name, runner);
    await runner.start();
  }

  #stateOf(container: string): ContainerState {
    return this.#runners.get(container)?.state ?? this.#failures.get(container) ?? CREATING;
  }

  #logPath(container: string): string {
    return join(this.#place.directory, `${container}.log`);
  }

  #echoPorts(container: Container): ReturnType<typeof planEchoPorts> {
    // the first container stands for the whole pod: its ports are one network namespace's
    if (this.#pod.spec.containers.find(({ image }) => !isOwnImage(image))?.name !== container.name) return [];
    return planEchoPorts(this.#pod, this.#node.inputs.listServices(this.#pod.metadata.namespace ?? ''));
  }

  #createEcho(container: Container): ContainerRunner {
    const { name, namespace } = this.#pod.metadata;
    return new EchoContainer({
      host: this.#place.podIP,
      greeting: `pod ${name} in cluster ${this.#node.cluster}, node ${this.#pod.spec.nodeName ?? ''}, namespace ${namespace ?? ''}`,
      ports: this.#echoPorts(container),
      now: () => this.#node.clock.now(),
      log: (line) => {
        appendFileSync(this.#logPath(container.name), `${line}\n`, { mode: 0o600 });
      },
      onChange: this.#place.onChange,
    });
  }

  #createProcess(container: Container): ContainerRunner {
    const { apiServer, clock, compileCache, inputs, packageRoot } = this.#node;
    const environment = resolveEnvironment(this.#pod, container, inputs);
    const command = [...(container.command ?? []), ...(container.args ?? [])].map((word) => expandVariables(word, environment));
    const argv = localArguments(command, packageRoot);
    if (argv === undefined) throw new ContainerConfigError(`command "${command.join(' ')}" is not simulated: only node /app/... is`);
    const root = join(this.#place.directory, 'root');
    const readiness = planProbe(container, container.readinessProbe, this.#place.podIP);
    const liveness = planProbe(container, container.livenessProbe, this.#place.podIP);
    return new ProcessContainer({
      argv,
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        HOSTNAME: this.#pod.metadata.name,
        NODE_COMPILE_CACHE: compileCache,
        KUBERNETES_SERVICE_HOST: apiServer.address,
        KUBERNETES_SERVICE_PORT: String(apiServer.port),
        ...environment,
        MCS_SIMULATED: '1',
        MCS_SIMULATED_ROOT: root,
      },
      logPath: this.#logPath(container.name),
      restartPolicy: (this.#pod.spec.restartPolicy ?? 'Always') as RestartPolicy,
      ...(readiness && { readiness }),
      ...(liveness && { liveness }),
      clock,
      onChange: this.#place.onChange,
    });
  }

  #planFiles(): FilePlan {
    const plans = this.#pod.spec.containers.filter(({ image }) => isOwnImage(image)).map((container) => planFiles(this.#pod, container, this.#node.inputs));
    if (this.#token !== undefined) plans.push(planAccountMount(this.#pod, this.#token, this.#node.ca));
    return { directories: plans.flatMap(({ directories }) => directories), files: new Map(plans.flatMap(({ files }) => [...files])) };
  }

  #renewToken(): void {
    const { clock, issueToken } = this.#node;
    if (this.#pod.spec.automountServiceAccountToken === false) return;
    this.#token = issueToken(this.#pod);
    this.#cancelRenewal = clock.schedule(() => {
      this.#renewToken();
      void this.refresh();
    }, POD_TOKEN_RENEWAL_MS);
  }
}
