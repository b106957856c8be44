import { describe, expect, it } from '@jest/globals';
import { decodeSubctlInfo } from '../../../src/broker-info/subctl-format.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const encode = (value: unknown): string => b64(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_');
const TOKEN = { data: { token: b64('FAKE'), namespace: b64('submariner-k8s-broker') } };

describe('decodeSubctlInfo', () => {
  it.each([
    ['keys in any case', { BROKERURL: 'https://h:6443', clientToken: TOKEN, components: ['connectivity'] }, { brokerURL: 'https://h:6443', holdsAdminToken: true, components: ['connectivity'] }],
    ['a URL without a scheme', { brokerURL: 'h:6443' }, { brokerURL: 'https://h:6443' }],
    ['a URL with a path', { brokerURL: 'https://h/k8s/clusters/c-1' }, { brokerURL: 'https://h/k8s/clusters/c-1' }],
    ['a URL with a password', { brokerURL: 'https://me:hunter2@h:6443/?token=x#y' }, { brokerURL: 'https://h:6443' }],
    ['null lists', { brokerURL: 'https://h', Components: null, CustomDomains: null }, { components: [], customDomains: [] }],
    ['custom domains', { brokerURL: 'https://h', CustomDomains: ['a.example'] }, { customDomains: ['a.example'] }],
    ['no secrets', { brokerURL: 'https://h' }, { holdsAdminToken: false, holdsTunnelKey: false, namespace: '' }],
    ['a namespace with control characters', { brokerURL: 'https://h', ClientToken: { data: { namespace: b64('\x1b[31m') } } }, { namespace: '' }],
  ])('reads %s', (_name, content, expected) => {
    expect(decodeSubctlInfo(encode(content))).toMatchObject(expected);
  });

  it.each([
    ['no base64', 'brokerURL: x'],
    ['base64 of no JSON', b64('hello')],
    ['JSON without a broker', encode({ ClientToken: TOKEN })],
    ['a list', encode([1])],
    ['null', encode(null)],
    ['a URL that is none', encode({ brokerURL: 'https://' })],
    ['a URL that is a number', encode({ brokerURL: 6443 })],
    ['a component that would write to the terminal', encode({ brokerURL: 'https://h', Components: ['\x1b]0;evil\x07'] })],
    ['components that are a text', encode({ brokerURL: 'https://h', Components: 'connectivity' })],
  ])('gives nothing for %s', (_name, text) => {
    expect(decodeSubctlInfo(text)).toBeUndefined();
  });
});
