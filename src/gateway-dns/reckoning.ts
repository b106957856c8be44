export interface ReckoningOptions {
  /** Whether everything has been read once: before that nothing can be reckoned. */
  readonly isKnown: () => boolean;
  /** GatewayDNS, clusters or namespaces are others. */
  readonly onHub: () => void;
  /** What is known of the gateways of one cluster is another. */
  readonly onCluster: (cluster: string) => void;
}

/** Collects what has changed: news come in bursts, as a list of many, or as many clusters after a start. */
export class Reckoning {
  readonly #options: ReckoningOptions;
  #isHubDirty = true;
  readonly #dirty = new Set<string>();
  #isDue = false;
  #isStopped = false;

  constructor(options: ReckoningOptions) {
    this.#options = options;
  }

  /** The hub itself is another; that is reckoned soon. */
  noteHub(): void {
    this.#isHubDirty = true;
    this.#soon();
  }

  /** A cluster is another; that is reckoned soon. */
  noteCluster(cluster: string): void {
    this.#dirty.add(cluster);
    this.#soon();
  }

  /** Whoever is about to act waits for nothing: what has changed is reckoned now. False while not everything is known yet. */
  catchUp(): boolean {
    const isKnown = this.#options.isKnown();
    if (isKnown) this.#reckon();
    return isKnown;
  }

  stop(): void {
    this.#isStopped = true;
  }

  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#isStopped) this.catchUp();
    });
  }

  #reckon(): void {
    const { onHub, onCluster } = this.#options;
    const clusters = [...this.#dirty];
    this.#dirty.clear();
    if (this.#isHubDirty) {
      this.#isHubDirty = false;
      onHub(); // looks at every cluster
    } else for (const cluster of clusters) onCluster(cluster);
  }
}
