import type { MakeFaults } from '../fault.ts';
import { makeApiFaults } from './api.ts';
import { makeCredentialFaults } from './credentials.ts';
import { makeNetworkFaults } from './network.ts';
import { makeServiceFaults } from './services.ts';
import { makeWorkloadFaults } from './workloads.ts';

/** Each is injected by itself, into clusters that are well. */
export const makeFaults: MakeFaults = (setting) => [makeWorkloadFaults, makeServiceFaults, makeCredentialFaults, makeApiFaults, makeNetworkFaults].flatMap((make) => make(setting));
