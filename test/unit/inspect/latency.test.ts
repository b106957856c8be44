import { expect, it } from '@jest/globals';
import { findLatencies } from '../../../src/inspect/latency.ts';
import { matrixFleet, matrixMember, mixedFleet } from '../../helpers/matrix-fleet.ts';

it('findLatencies has a row for each tunnel that probes came back through, slowest first, in ms', () => {
  const rows = findLatencies(mixedFleet());
  expect(rows.map(({ from, to, average }) => `${from} ${to} ${average}`)).toEqual(['east far 41', 'west east 1.5', 'west south 1.5', 'east west 1.5', 'east south 1.5']);
  expect(rows[0]).toEqual({ from: 'east', gateway: 'east-gateway', to: 'far', remoteGateway: 'far-gateway', status: 'connected', average: 41 });
  expect(rows[1]).toMatchObject({ min: 1, max: 2, last: 1 });
});

it('findLatencies is empty without a data plane', () => {
  expect(findLatencies(matrixFleet([matrixMember('west', { tunnels: undefined })]))).toEqual([]);
});
