export { createLeaderElector, type LeaderElector, type LeaderElectorOptions } from './leader-elector.ts';
export { createLeaseKeeper, type LeaseKeeper, type LeaseKeeperOptions, renewLease, type RenewLeaseOptions } from './lease-keeper.ts';
export { microTime } from './micro-time.ts';
