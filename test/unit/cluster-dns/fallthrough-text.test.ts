import { describe, expect, it } from '@jest/globals';
import { hasFallthrough, unwireFallthrough, wireFallthrough } from '../../../src/cluster-dns/fallthrough-text.ts';
import { fixtureNames, readFixture } from './fixtures.ts';

const UPSTREAM = '10.96.0.53';
const ROOT = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa # reverse
       ttl 30
    }
    forward . /etc/resolv.conf
}
`;
const FORWARD = `    forward cluster.local ${UPSTREAM} # mcs-fallthrough added\n`;

function wired(text: string, upstream = UPSTREAM): string {
  const edit = wireFallthrough(text, upstream);
  return edit.kind === 'text' ? edit.text : edit.reason;
}

describe('wireFallthrough', () => {
  it('edits one line, adds one, and keeps the original in a comment', () => {
    expect(wired(ROOT)).toBe(`.:53 {
    errors
${FORWARD}    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough cluster.local in-addr.arpa ip6.arpa # mcs-fallthrough was "       fallthrough in-addr.arpa ip6.arpa # reverse"
       ttl 30
    }
    forward . /etc/resolv.conf
}
`);
  });

  it('stands before every other forward, because the first that matches answers', () => {
    const above = ROOT.replace('    errors\n', '    forward . 1.1.1.1\n').replace('    forward . /etc/resolv.conf\n', '');
    expect(wired(above).split('\n').slice(0, 3)).toEqual(['.:53 {', FORWARD.trimEnd(), '    forward . 1.1.1.1']);
  });

  it('stands before an import too, which may bring a forward along', () => {
    const above = ROOT.replace('    errors\n', '    import upstreams\n').replace('    forward . /etc/resolv.conf\n', '');
    expect(wired(above).split('\n').slice(0, 3)).toEqual(['.:53 {', FORWARD.trimEnd(), '    import upstreams']);
  });

  const edited: [string, (text: string) => string][] = [
    ['options of forward, whose lines would be left without their head', (text) => text.replace(`${UPSTREAM} # mcs`, `${UPSTREAM} { # mcs`).replace('added\n', 'added\n        max_fails 0\n    }\n')],
    ['a second address', (text) => text.replace(UPSTREAM, `${UPSTREAM} 10.1.1.1`)],
    ['a further zone that falls through', (text) => text.replace('fallthrough cluster.local in-addr.arpa', 'fallthrough cluster.local corp.example in-addr.arpa')],
    ['another plugin in its place', (text) => text.replace('forward cluster.local', 'log cluster.local')],
  ];
  it.each(edited)('loses nothing that somebody has put into a line of ours: %s', (_title, edit) => {
    const text = edit(wired(ROOT));
    expect(text).not.toBe(wired(ROOT));
    expect([wired(text), unwireFallthrough(text)]).toEqual(['damaged-marks', undefined]);
  });

  it('takes another address in its line for ours, and another indentation', () => {
    const text = wired(ROOT, '10.1.1.1').replace('    forward cluster', '\tforward cluster').replace('       fallthrough cluster', '\tfallthrough cluster');
    expect([wired(text), unwireFallthrough(text)]).toEqual([wired(ROOT), ROOT]);
  });

  const fallthroughs: [string, string, string][] = [
    ['there is none', ROOT.replace(/ {7}fallthrough.*\n/, ''), 'in-addr.arpa ip6.arpa {\n       fallthrough cluster.local # mcs-fallthrough added\n       pods insecure\n'],
    ['it passes on all zones', ROOT.replace('fallthrough in-addr.arpa ip6.arpa # reverse', 'fallthrough'), '       fallthrough\n       ttl 30\n'],
    ['it names the zone already', ROOT.replace('fallthrough in-addr.arpa', 'fallthrough cluster.local. in-addr.arpa'), '       fallthrough cluster.local. in-addr.arpa ip6.arpa # reverse\n       ttl 30\n'],
    ['there are two, of which the last counts', ROOT.replace('       ttl 30', '       fallthrough ip6.arpa'), 'ip6.arpa # reverse\n       fallthrough cluster.local ip6.arpa # mcs-fallthrough was "       fallthrough ip6.arpa"\n'],
    ['the stanza is empty', ROOT.replace(/ {7}[\s\S]*? {4}\}/, '    }'), 'ip6.arpa {\n        fallthrough cluster.local # mcs-fallthrough added\n    }\n'],
  ];
  it.each(fallthroughs)('where %s', (_title, text, expected) => {
    expect(wired(text)).toContain(expected);
    expect(wired(text)).toContain(FORWARD);
    expect(unwireFallthrough(wired(text))).toBe(text);
  });

  it('takes the zones of the server block where the plugin names none', () => {
    expect(wired('cluster.local:53 {\n  kubernetes {\n    pods insecure\n  }\n}\n.:53 {\n  forward . /etc/resolv.conf\n}\n')).toContain(`  forward cluster.local ${UPSTREAM} #`);
  });

  it('needs no further edit, and follows another address without a trace', () => {
    expect(wired(wired(ROOT))).toBe(wired(ROOT));
    expect(wired(wired(ROOT, '10.96.0.99'))).toBe(wired(ROOT));
  });

  it('repairs what somebody took away or changed', () => {
    expect(wired(wired(ROOT).replace(FORWARD, ''))).toBe(wired(ROOT));
    expect(wired(wired(ROOT).replace('fallthrough cluster.local in-addr.arpa', 'fallthrough'))).toBe(wired(ROOT));
    expect(wired(wired(ROOT).replace(FORWARD, '').replace('    forward .', `${FORWARD}    forward .`))).toBe(wired(ROOT));
  });

  const refused: [string, string, string][] = [
    ['a text that is not understood', ROOT.replace(/\}\n$/, ''), 'unreadable'],
    ['no plugin kubernetes', '.:53 {\n    forward . /etc/resolv.conf\n}\n', 'no-kubernetes'],
    ['several', `${ROOT}example.org {\n    kubernetes other.local {\n    }\n}\n`, 'several-kubernetes'],
    ['another domain of the cluster', ROOT.replaceAll('cluster.local', 'corp.local'), 'other-domain'],
    ['one without braces', '.:53 {\n    kubernetes cluster.local\n}\n', 'unrecognised'],
    ['one in a snippet', `(k8s) {\n    kubernetes cluster.local {\n    }\n}\n.:53 {\n    import k8s\n}\n`, 'unrecognised'],
    ['names of it in another server', `${ROOT}svc.cluster.local {\n    forward . 10.9.9.9\n}\n`, 'unrecognised'],
    ["a user's forward for it", ROOT.replace('    forward', '    forward cluster.local 10.9.9.9\n    forward'), 'foreign-forward'],
    ["a user's forward for what lies below", ROOT.replace('    forward', '    forward svc.cluster.local 10.9.9.9\n    forward'), 'foreign-forward'],
    ["a user's forward for what lies above", ROOT.replace('    forward', '    forward local 10.9.9.9\n    forward'), 'foreign-forward'],
    ['a line of ours that was edited', wired(ROOT).replace('was "  ', 'was '), 'damaged-marks'],
  ];
  it.each(refused)('refuses %s', (_title, text, reason) => {
    expect(wireFallthrough(text, UPSTREAM)).toEqual({ kind: 'refused', reason });
  });
});

describe('unwireFallthrough', () => {
  const texts = [ROOT, ROOT.replaceAll('\n', '\r\n'), `${ROOT}# no newline`, `# "quoted" \\ and é\n${ROOT}`, ROOT.replace('# reverse', '# "a" \\ b\t')];
  it.each(texts)('gives the text of before, byte for byte: %j', (text) => {
    expect(wired(text)).not.toBe(text);
    expect(unwireFallthrough(wired(text))).toBe(text);
    expect(unwireFallthrough(text)).toBe(text);
  });

  const corefiles = fixtureNames.flatMap((name) => [...readFixture(name).configMaps.values()].map(({ metadata, data }): [string, string] => [`${name}/${metadata.name}`, data?.Corefile ?? '']));
  it.each(corefiles.filter(([, text]) => text.includes('kubernetes ')))('undoes what was wired in the Corefile of %s', (_name, text) => {
    expect(hasFallthrough(wired(text))).toBe(true);
    expect(unwireFallthrough(wired(text))).toBe(text);
  });
});
