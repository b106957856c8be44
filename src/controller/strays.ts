import { readBrokerIdentity } from '../sync/service/broker-name.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import { type BrokerCaches, brokerCluster, STRAY } from './caches.ts';

/**
 * Records that bear the name of a member's, and do not say which service they are of. What
 * else stands in the broker namespace is nobody's record.
 */
export function findStrays({ imports, slices, clusters }: BrokerCaches, ownCluster: string): Rejection[] {
  const members = new Set(clusters.values().map(({ metadata }) => metadata.name));
  members.delete(ownCluster);
  const isMembers = (object: Parameters<typeof brokerCluster>[0]): boolean => object.metadata.name.includes('.') && members.has(brokerCluster(object));
  return [
    ...imports.by(STRAY, STRAY).filter(isMembers).flatMap((object) => readBrokerIdentity(object, 'ServiceImport').rejections),
    ...slices.by(STRAY, STRAY).filter(isMembers).flatMap((object) => readBrokerIdentity(object, 'EndpointSlice').rejections),
  ];
}
