import { describe, expect, it } from '@jest/globals';
import { parseMirrorArgs } from '../../../../src/mirror/config/parse-args.ts';
import { thrown } from '../../../helpers/thrown.ts';

describe('parseMirrorArgs', () => {
  it.each([
    [[], 'none', {}],
    [['--source', 'west=w', '--source=east=e', '--exported'], 'none', { source: ['west=w', 'east=e'], exported: true }],
    [['--preset', 'reflector', '--emitter=false', '--reflector=true', '--reflector.source-api', 'http://a,http://b', '--reflector.source-api=http://c'], 'reflector', { emitter: false, reflector: true, 'reflector.source-api': ['http://a,http://b', 'http://c'] }],
    [['--preset=cross-cluster', '-devmode=true', '-v=2', '-logtostderr', '--kubeconfig', 'a', '--kubeconfig', 'b'], 'cross-cluster', { devmode: 'true', v: '2', logtostderr: true, kubeconfig: ['a', 'b'] }],
    [['--preset=cross-cluster', '-logtostderr=true', '-v', '3'], 'cross-cluster', { logtostderr: true, v: '3' }],
  ])('of %j are those of %s', (argv, preset, values) => {
    expect(parseMirrorArgs(argv)).toMatchObject({ preset, values });
  });

  it.each([
    [['--preset', 'istio'], /--preset "istio"/],
    [['--preset', 'reflector', '--devmode=true'], /--devmode with --preset reflector: it belongs to --preset cross-cluster/],
    [['--preset', 'cross-cluster', '--emitter'], /--emitter with --preset cross-cluster: it belongs to --preset reflector/],
    [['--preset', 'reflector', '--source', 'a=b'], /--source with --preset reflector: it belongs to no preset/],
    [['--emitter.selector', 'a=b'], /--emitter.selector with no preset: it belongs to --preset reflector/],
    [['--reflector.source-api', 'http://a', '--devmode=true'], /--reflector.source-api with --devmode, which belongs to --preset cross-cluster: it belongs to --preset reflector/],
    [['--kubeconfig', 'a', '--kubeconfig', 'b'], /--kubeconfig twice with no preset/],
    [['--preset=reflector', '--kubeconfig=a', '--kubeconfig=b'], /--kubeconfig twice with --preset reflector/],
    [['--preset=reflector', '--log-level=loud'], /--log-level "loud": it is none of all, debug/],
    [['--selektor', 'a'], /selektor/],
    [['--selector'], /selector/],
    [['--preset=cross-cluster', '-stderrthreshold=INFO'], /'--stderrthreshold'/],
    [['word'], /"word"/],
  ])('refuses %j', (argv, message) => {
    const error = thrown(() => parseMirrorArgs(argv)) as Error;
    expect(error).toMatchObject({ code: 'MCS_USAGE' });
    expect(error.message).toMatch(message);
  });

  it('names the flag that was probably meant', () => {
    expect(thrown(() => parseMirrorArgs(['--selektor', 'a']))).toMatchObject({ hints: ['--selector'] });
  });
});
