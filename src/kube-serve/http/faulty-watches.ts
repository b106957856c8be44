import type { FaultHooks } from '../faults.ts';
import { faultSubject } from './fault-subject.ts';
import type { WatchFollower } from './handle-watch.ts';

/** Watches that faults can cut and expire. */
export function faultyWatches(faults: FaultHooks): WatchFollower {
  return {
    opened: ({ context: { attributes, request, user }, cut, expire }) => {
      const endings = [faults.addWatch({ subject: faultSubject(request, attributes, user), cut }), faults.onExpire(expire)];
      return () => {
        for (const end of endings) end();
      };
    },
  };
}
