import type { MakeFaults } from '../fault.ts';
import { makeApiFaults } from './api.ts';
import { makeCredentialFaults } from './credentials.ts';
import { makeDnsFaults } from './dns.ts';
import { makeNetworkFaults } from './network.ts';
import { makeRbacFaults } from './rbac.ts';
import { makeServiceFaults } from './services.ts';
import { makeWorkloadFaults } from './workloads.ts';

/** Each is injected by itself, into clusters that are well. */
export const makeFaults: MakeFaults = (setting) => [makeWorkloadFaults, makeServiceFaults, makeDnsFaults, makeCredentialFaults, makeRbacFaults, makeApiFaults, makeNetworkFaults].flatMap((make) => make(setting));
