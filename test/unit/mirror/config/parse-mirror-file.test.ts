import { describe, expect, it } from '@jest/globals';
import { parseMirrorFile } from '../../../../src/mirror/config/parse-mirror-file.ts';
import { thrown } from '../../../helpers/thrown.ts';

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: w, cluster: {server: 'https://10.0.0.1:6443/'}}]
users: [{name: w, user: {token: t0p}}]
contexts: [{name: west, context: {cluster: w, user: w}}, {name: lost, context: {cluster: nowhere, user: w}}]
current-context: west
`;

const FILES: Readonly<Record<string, string>> = { 'west.kubeconfig': KUBECONFIG, 'ca.pem': 'CA', token: 'secret\n', 'c.pem': 'CERT', 'k.pem': 'KEY', broken: 'key: [' };

function read(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Error(`no such file: ${path}`);
  return text;
}

const parse = (text: string) => parseMirrorFile(text, read);

describe('parseMirrorFile', () => {
  it('fills in every default', () => {
    expect(parse('sources: [{name: west, kubeconfig: west.kubeconfig}]')).toEqual({
      name: 'default',
      namespace: 'mcs-mirror',
      preset: 'none',
      endpoints: false,
      removeNamespaces: false,
      sweepSeconds: 300,
      sources: [
        {
          name: 'west',
          access: { kind: 'kubeconfig', text: KUBECONFIG, context: 'west' },
          selection: { labelSelector: '', exportedOnly: false },
          namespacePolicy: 'skip',
          mapping: { namespace: '{namespace}', name: '{name}' },
          notReady: 'keep',
        },
      ],
    });
  });

  it('takes every setting', () => {
    const text = `
name: default
endpoints: true
removeNamespaces: true
sweepSeconds: 60
targetNamespaces: [shop]
denyNamespaces: [bank]
sources:
  - name: north
    url: https://10.0.0.2:6443/
    caFile: ca.pem
    tokenFile: token
    certFile: c.pem
    keyFile: k.pem
    selector: app in (a,b),tier=web
    namespaces: [shop]
    exported: true
    namespacePolicy: create
    target: {namespace: 'from-{source}', name: '{name}-{source}'}
    notReady: drop
`;
    expect(parse(text)).toEqual({
      name: 'default',
      namespace: 'mcs-mirror',
      preset: 'none',
      endpoints: true,
      removeNamespaces: true,
      sweepSeconds: 60,
      targetNamespaces: ['shop'],
      denyNamespaces: ['bank'],
      sources: [
        {
          name: 'north',
          access: { kind: 'url', url: 'https://10.0.0.2:6443', ca: 'CA', token: 'secret', cert: 'CERT', key: 'KEY' },
          selection: { labelSelector: 'app in (a,b),tier=web', namespaces: ['shop'], exportedOnly: true },
          namespacePolicy: 'create',
          mapping: { namespace: 'from-{source}', name: '{name}-{source}' },
          notReady: 'drop',
        },
      ],
    });
  });

  it('puts what a kubeconfig names by path into it, for the chosen context alone', () => {
    const kubeconfig = `clusters: [{name: w, cluster: {server: 'https://w', certificate-authority: pki/ca.pem}}]
users: [{name: w, user: {tokenFile: /run/token}}, {name: other, user: {token: not-ours}}]
contexts: [{name: west, context: {cluster: w, user: w}}]
`;
    const files: Readonly<Record<string, string>> = { 'kc/west': kubeconfig, 'kc/pki/ca.pem': 'CA', '/run/token': 'tok\n' };
    const settings = parseMirrorFile('sources: [{name: west, kubeconfig: kc/west, context: west}]', (path) => files[path] ?? read(path));
    const access = settings.sources[0]?.access;
    const text = access?.kind === 'kubeconfig' ? access.text : '';
    expect(text).toContain(`certificate-authority-data: ${Buffer.from('CA').toString('base64')}`);
    expect(text).toContain('token: tok');
    expect(text).toContain('current-context: west');
    expect(text).not.toContain('not-ours');
  });

  it.each([
    ['', 'the document'],
    ['[a]', 'the document'],
    ['sources: [', 'the document'],
    ['sources: []\nsources: []', 'the document'],
    ['name: x', 'sources'],
    ['sources: {}', 'sources'],
    ['sources: []\nsource: []', 'source'],
    ['sources: []\nsweepSeconds: 5', 'sweepSeconds'],
    ['sources: []\nsweepSeconds: "300"', 'sweepSeconds'],
    ['sources: []\nendpoints: "yes"', 'endpoints'],
    ['sources: []\nname: Not_A_Label', 'name'],
    ['sources: []\ntargetNamespaces: [Shop]', 'targetNamespaces'],
    ['sources: []\ndenyNamespaces: []', 'denyNamespaces'],
    ['sources: [{kubeconfig: west.kubeconfig}]', 'sources[0].name'],
    ['sources: [{name: West, kubeconfig: west.kubeconfig}]', 'sources[0].name'],
    ['sources: [{name: a, url: http://a}, {name: a, url: http://b}]', 'sources[1].name'],
    ['sources: [{name: a}]', 'sources[0]'],
    ['sources: [{name: a, url: http://a, kubeconfig: west.kubeconfig}]', 'sources[0]'],
    ['sources: [{name: a, kubeconfig: gone}]', 'sources[0].kubeconfig'],
    ['sources: [{name: a, kubeconfig: broken}]', 'sources[0].kubeconfig'],
    ['sources: [{name: a, kubeconfig: west.kubeconfig, context: wset}]', 'sources[0].kubeconfig'],
    ['sources: [{name: a, kubeconfig: west.kubeconfig, context: lost}]', 'sources[0].kubeconfig'],
    ['sources: [{name: a, kubeconfig: west.kubeconfig, caFile: ca.pem}]', 'sources[0].caFile'],
    ['sources: [{name: a, url: https://a, context: west}]', 'sources[0].context'],
    ['sources: [{name: a, url: "ftp://a"}]', 'sources[0].url'],
    ['sources: [{name: a, url: "https://u:p@a"}]', 'sources[0].url'],
    ['sources: [{name: a, url: "https://a?x=1"}]', 'sources[0].url'],
    ['sources: [{name: a, url: https://a, certFile: c.pem}]', 'sources[0].url'],
    ['sources: [{name: a, url: http://a, tokenFile: token}]', 'sources[0].url'],
    ['sources: [{name: a, url: https://a, tokenFile: gone}]', 'sources[0].tokenFile'],
    ['sources: [{name: a, url: http://a, selector: "a b"}]', 'sources[0].selector'],
    ['sources: [{name: a, url: http://a, namespaces: [A]}]', 'sources[0].namespaces'],
    ['sources: [{name: a, url: http://a, exported: 1}]', 'sources[0].exported'],
    ['sources: [{name: a, url: http://a, namespacePolicy: make}]', 'sources[0].namespacePolicy'],
    ['sources: [{name: a, url: http://a, notReady: hide}]', 'sources[0].notReady'],
    ['sources: [{name: a, url: http://a, target: {name: "{cluster}"}}]', 'sources[0].target.name'],
    ['sources: [{name: a, url: http://a, target: {namespace: "a b"}}]', 'sources[0].target.namespace'],
    ['sources: [{name: a, url: http://a, target: {service: a}}]', 'sources[0].target.service'],
    ['sources: [{name: a, url: http://a, selektor: a=b}]', 'sources[0].selektor'],
  ])('refuses %j and names %s', (text, path) => {
    expect(thrown(() => parse(text))).toMatchObject({ code: 'MCS_MIRROR_CONFIG_INVALID', details: { path } });
  });

  it('says which setting was probably meant', () => {
    expect((thrown(() => parse('sources: [{name: a, url: http://a, selektor: a=b}]')) as Error).message).toContain('did you mean "selector"');
  });

  it('refuses a name that is not the one of the installation', () => {
    expect(thrown(() => parseMirrorFile('name: a\nsources: []', read, { name: 'b' }))).toMatchObject({ details: { path: 'name' } });
    expect(parseMirrorFile('sources: []', read, { name: 'b', namespace: 'n' })).toMatchObject({ name: 'b', namespace: 'n' });
  });

  it('never shows the content of a file', () => {
    const files: Readonly<Record<string, string>> = { kc: 'users: [{user: {token: s3cret-value' };
    const error = thrown(() => parseMirrorFile('sources: [{name: a, kubeconfig: kc}]', (path) => files[path] ?? '')) as Error;
    expect(JSON.stringify([error.message, String(error.cause), (error as { details?: unknown }).details])).not.toContain('s3cret');
  });
});
