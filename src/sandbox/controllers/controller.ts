import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ObjectChange, Objects } from '../objects.ts';
import { createKeyLoop } from './key-loop.ts';

/** What every controller of a sandbox cluster works with. */
export interface ControllerContext {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Controller {
  stop(): void;
}

/** A resource whose changes concern a controller, and the keys that they concern. */
export interface Trigger {
  readonly resource: Resource<KubeObject>;
  readonly keysOf: (object: KubeObject) => Iterable<string>;
}

/** Binds the object type for `keysOf`. */
export function trigger<T extends KubeObject>(resource: Resource<T>, keysOf: (object: T) => Iterable<string>): Trigger {
  return { resource, keysOf: keysOf as (object: KubeObject) => Iterable<string> };
}

/** Like startController, for changes of whatever object. */
export function startGeneralController(name: string, { clock, logger, objects }: ControllerContext, keysOf: (change: ObjectChange, resource: Resource<KubeObject>) => Iterable<string>, reconcile: (key: string) => void): Controller {
  const loop = createKeyLoop({ name, clock, logger, reconcile });
  const end = objects.onAnyChange((change, resource) => {
    for (const key of keysOf(change, resource)) loop.add(key);
  });
  return {
    stop: () => {
      end();
      loop.stop();
    },
  };
}

/** Runs `reconcile` for each key that a change concerns, until stopped. */
export function startController(name: string, { clock, logger, objects }: ControllerContext, triggers: readonly Trigger[], reconcile: (key: string) => void): Controller {
  const loop = createKeyLoop({ name, clock, logger, reconcile });
  const ends = triggers.map(({ resource, keysOf }) =>
    objects.onChange(resource, ({ object }) => {
      for (const key of keysOf(object)) loop.add(key);
    }),
  );
  return {
    stop: () => {
      for (const end of ends) end();
      loop.stop();
    },
  };
}
