import { describe, expect, it } from '@jest/globals';
import { QuestionName } from '../../../../src/dns/wire/question-name.ts';
import { type Query, readQuery } from '../../../../src/dns/wire/read-query.ts';

const SUFFIX = Buffer.from('.svc.clusterset.local');

function nameOf(labels: readonly string[]): QuestionName {
  const wire = labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('');
  const packet = Buffer.from(`\0\x07\x01\0\0\x01\0\0\0\0\0\0${wire}\0\0\x01\0\x01`, 'latin1');
  const name = new QuestionName();
  name.read(readQuery(packet) as Query);
  return name;
}

describe('QuestionName', () => {
  const texts: [string, string[], string][] = [
    ['is in lower case', ['WEB', 'sHop'], 'web.shop'],
    ['is empty for the root', [], ''],
    ['tells a dot inside of a label from one between labels', ['a.b', 'c'], 'a\\b.c'],
    ['leaves bytes alone that are no letters', ['@[`{', '\x80\xff'], '@[`{.\x80\xff'],
    ['is as long as a name can be', ['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(61)], ['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(61)].join('.')],
  ];
  it.each(texts)('%s', (_rule, labels, expected) => {
    expect(nameOf(labels).text()).toBe(expected);
  });

  it('is that of the last question', () => {
    const name = nameOf(['a-long-name', 'svc']);
    name.read(readQuery(Buffer.from('\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01b\0\0\x01\0\x01', 'latin1')) as Query);
    expect(name.text()).toBe('b');
  });

  const services: [string, string[], { service: string; below: string } | undefined][] = [
    ['a service', ['Web', 'shop', 'SVC', 'clusterset', 'local'], { service: 'web.shop', below: '' }],
    ['a port of a service', ['_http', '_tcp', 'web', 'shop', 'svc', 'clusterset', 'local'], { service: 'web.shop', below: '_http._tcp' }],
    ['a namespace', ['shop', 'svc', 'clusterset', 'local'], undefined],
    ['what is above namespaces', ['svc', 'clusterset', 'local'], undefined],
    ['the zone', ['clusterset', 'local'], undefined],
    ['the root', [], undefined],
    ['a name that merely ends alike', ['web', 'shop', 'xsvc', 'clusterset', 'local'], undefined],
    ['a dot inside of the last labels', ['web', 'shop', 'svc', 'clusterset.local'], undefined],
    ['a dot between service and namespace that is none', ['web.shop', 'svc', 'clusterset', 'local'], undefined],
    ['a longer name, of a search path', ['web', 'shop', 'svc', 'clusterset', 'local', 'default', 'svc', 'cluster', 'local'], undefined],
  ];
  it.each(services)('finds in %s', (_what, labels, expected) => {
    expect(nameOf(labels).findService(SUFFIX)).toEqual(expected);
  });
});
