import type { Metric, Registry } from 'prom-client';

/** Upper bounds of the buckets, s. */
const BOUNDS = [0.00001, 0.00005, 0.0002, 0.001, 0.005, 0.025];

/** A histogram without labels whose `observe` costs next to nothing; prom-client's costs more than an answer does. */
export class Latency {
  readonly #name: string;
  readonly #help: string;
  /** One more than there are bounds. */
  readonly #buckets = new Array<number>(BOUNDS.length + 1).fill(0);
  #sum = 0;

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** Adds it to what is scraped. */
  register(registry: Registry): void {
    const metric = {
      name: this.#name,
      get: () => Promise.resolve({ name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values: this.#samples() }),
      reset: () => {
        this.#buckets.fill(0);
        this.#sum = 0;
      },
    };
    registry.registerMetric(metric as unknown as Metric); // what a registry uses of a metric
  }

  #samples(): { labels: Record<string, string | number>; value: number; metricName: string }[] {
    let count = 0;
    const buckets = this.#buckets.map((inBucket, index) => ({ labels: { le: BOUNDS[index] ?? '+Inf' }, value: (count += inBucket), metricName: `${this.#name}_bucket` }));
    return [...buckets, { labels: {}, value: this.#sum, metricName: `${this.#name}_sum` }, { labels: {}, value: count, metricName: `${this.#name}_count` }];
  }
}
