import type { FaultHooks } from '../faults.ts';
import { faultSubject } from './fault-subject.ts';
import type { WatchFollower } from './handle-watch.ts';

/** Watches that faults can cut and expire. */
export function faultyWatches(faults: FaultHooks): WatchFollower {
  return {
    opened: (watch) => {
      const { attributes, request, user } = watch.context;
      const endings = [faults.addWatch({ subject: faultSubject(request, attributes, user), cut: () => watch.cut() }), faults.onExpire(() => watch.expire())];
      return () => {
        for (const end of endings) end();
      };
    },
  };
}
