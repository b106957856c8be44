import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { allOptions, OPTION_TABLES } from '../../../../src/mirror/config/parse-args.ts';

const page = readFileSync('docs/mirror.md', 'utf8');
const [, own = '', reflector = '', crossCluster = ''] = page.split(/^## (?:Flags without a preset|Preset .*)$/m);

describe('the option tables', () => {
  it.each([
    ['none', own],
    ['reflector', reflector],
    ['cross-cluster', crossCluster],
  ] as const)('of %s stand in docs/mirror.md whole', (preset, section) => {
    // Go's flags of one letter, and those of glog, are written with one dash
    const missing = Object.keys(OPTION_TABLES[preset]).filter((name) => !section.includes(`\`--${name}`) && !section.includes(`\`-${name}\``));
    expect(missing).toEqual([]);
  });

  it('agree on what takes a value, where they share a name', () => {
    for (const table of Object.values(OPTION_TABLES)) {
      for (const [name, { type }] of Object.entries(table)) expect([name, type]).toEqual([name, allOptions()[name]?.type]);
    }
  });
});
