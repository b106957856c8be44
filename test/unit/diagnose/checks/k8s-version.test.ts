import { describe, expect, it } from '@jest/globals';
import { judgeOwnApis } from '../../../../src/diagnose/checks/k8s-version.ts';
import { contextOf } from '../../../helpers/diagnose-scene.ts';

const MULTICLUSTER = 'multicluster.x-k8s.io/v1beta1';
const ABOUT: [string, ReadonlySet<string>] = ['about.k8s.io/v1', new Set(['clusterproperties'])];
const CABLES: [string, ReadonlySet<string>] = ['submariner.io/v1', new Set(['endpoints', 'gateways', 'routeagents'])];

describe('judgeOwnApis', () => {
  const cases: [string, readonly (readonly [string, ReadonlySet<string>])[], string, string[]][] = [
    ['all kinds are served', [[MULTICLUSTER, new Set(['serviceexports', 'serviceimports'])], ABOUT], 'pass', [`${MULTICLUSTER}, about.k8s.io/v1, submariner.io/v1`]],
    ['a group is not served', [ABOUT], 'fail', [`not served: ${MULTICLUSTER}`]],
    ['one kind of a group is not served', [[MULTICLUSTER, new Set(['serviceimports'])], ABOUT], 'fail', [`not served: serviceexports of ${MULTICLUSTER}`]],
  ];
  it.each(cases)('%s', (_title, served, status, evidence) => {
    expect(judgeOwnApis(new Map([...served, CABLES]), contextOf({}))).toMatchObject({ status, evidence });
  });
});
