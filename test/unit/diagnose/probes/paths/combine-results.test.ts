import { describe, expect, it } from '@jest/globals';
import { findingsByPair } from '../../../../../src/diagnose/probes/paths/combine-results.ts';
import { pathCluster, pathFindings } from '../../../../helpers/path-findings.ts';

describe('findingsByPair', () => {
  const all = pathFindings(['west', 'east', 'north'].map((name) => pathCluster(name)));
  const findingsOf = findingsByPair(all);
  const clustersOf = (flows: typeof all.flows): string[] => [...new Set(flows.map(({ from, to }) => `${from.cluster} ${to.cluster}`))].toSorted();

  it.each([
    ['two clusters, both ways', 'west', 'east', ['east west', 'west east']],
    ['the same, whoever asks', 'east', 'west', ['east west', 'west east']],
    ['one cluster', 'west', 'west', ['west west']],
    ['clusters that nobody probed', 'west', 'south', []],
  ])('has the flows of %s', (_title, one, other, expected) => {
    expect(clustersOf(findingsOf(one, other).flows)).toEqual(expected);
  });

  it('keeps all that was found', () => {
    const names = ['west', 'east', 'north'];
    const pairs = names.flatMap((one, index) => names.slice(index).map((other) => findingsOf(one, other)));
    expect(pairs.flatMap(({ flows }) => flows)).toHaveLength(all.flows.length);
    expect(pairs.flatMap(({ sizes }) => sizes)).toHaveLength(all.sizes.length);
    expect(pairs.flatMap(({ echoes }) => echoes)).toHaveLength(all.echoes.length);
  });
});
