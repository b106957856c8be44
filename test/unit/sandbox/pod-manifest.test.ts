import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Container, Pod, Service } from '../../../src/api/types/index.ts';
import { planEchoPorts } from '../../../src/sandbox/kubelet/echo-ports.ts';
import { expandVariables, resolveEnvironment } from '../../../src/sandbox/kubelet/environment.ts';
import { isOwnImage, localArguments } from '../../../src/sandbox/kubelet/image.ts';
import { FileKeeper, planFiles } from '../../../src/sandbox/kubelet/pod-files.ts';
import type { PodInputs } from '../../../src/sandbox/kubelet/pod-inputs.ts';
import { planProbe } from '../../../src/sandbox/kubelet/probe.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const linkedService: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'mcs-dns' }, spec: { clusterIP: '127.40.0.9', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } };
const inputs: PodInputs = {
  findSecret: (namespace, name) => (namespace === 'shop' && name === 's' ? { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { token: base64('geheim') } } : undefined),
  findConfigMap: (_namespace, name) => (name === 'c' ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'config.json': '{}', other: 'x' } } : undefined),
  listServices: (namespace) => (namespace === 'linked' ? [linkedService, { ...linkedService, metadata: { name: 'headless' }, spec: { ...linkedService.spec, clusterIP: 'None' } }] : []),
};
const container = (more: Partial<Container> = {}): Container => ({ name: 'agent', image: 'localhost/mcs:1', ...more });
const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', uid: 'u', labels: { app: 'web' } },
  spec: { nodeName: 'cluster0', containers: [container()], ...spec },
  status: { podIP: '127.40.64.2', hostIP: '127.40.0.2' },
});

describe('isOwnImage', () => {
  it.each([
    ['localhost/mcs:0.1.0', true],
    ['registry.example.com:5000/team/mcs', true],
    ['ghcr.io/x/mcs@sha256:abc', true],
    ['mcs:1', false],
    ['localhost/mcs-extra:1', false],
    ['localhost/mcs/nginx:1', false],
    ['nginx', false],
  ])('decides on %s: %s', (image, expected) => {
    expect(isOwnImage(image)).toBe(expected);
  });
});

describe('localArguments', () => {
  it('finds the script of the image below the package', () => {
    expect(localArguments(['node', '/app/dist/agents/dns.js', '--x'], '/pkg')).toEqual(['/pkg/dist/agents/dns.js', '--x']);
    expect(localArguments(['node', '--a-b=2', '--c=3', '/app/dist/agents/dns.js', '--x'], '/pkg')).toEqual(['--a-b=2', '--c=3', '/pkg/dist/agents/dns.js', '--x']);
  });

  it.each([[['sh', '-c', 'x']], [['node', '/etc/passwd']], [['node', '/app/../x.js']], [['node', '--import=/etc/x.js', '/app/dist/agents/dns.js']], [['node', '--a=2']], [[]]])('runs nothing else: %j', (command) => {
    expect(localArguments(command, '/pkg')).toBeUndefined();
  });
});

describe('resolveEnvironment', () => {
  it('takes values, fields, Secrets and ConfigMaps, and expands what stands before', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)-$(C)-$$(A)' },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'token' } } },
      { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'c', key: 'other' } } },
      { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'gone', key: 'x', optional: true } } },
    ];
    expect(resolveEnvironment(pod(), container({ env }), inputs)).toEqual({ A: '1', B: '1-$(C)-$(A)', IP: '127.40.64.2', APP: 'web', TOKEN: 'geheim', CONFIG: 'x' });
  });

  it.each([
    ['a missing key', { secretKeyRef: { name: 's', key: 'nope' } }, 'has no key "nope"'],
    ['an unknown field', { fieldRef: { fieldPath: 'status.phase' } }, 'not simulated'],
    ['another source', { resourceFieldRef: { resource: 'limits.cpu' } }, 'not simulated'],
  ])('refuses %s', (_title, valueFrom, message) => {
    expect(() => resolveEnvironment(pod(), container({ env: [{ name: 'X', valueFrom }] as Container['env'] & object }), inputs)).toThrow(message);
  });

  it('sets the variables of the Services of the namespace, unless the pod wants none', () => {
    const linked = { ...pod(), metadata: { name: 'p', namespace: 'linked', uid: 'u' } };
    expect(resolveEnvironment(linked, container(), inputs)).toEqual({ MCS_DNS_SERVICE_HOST: '127.40.0.9', MCS_DNS_SERVICE_PORT: '53', MCS_DNS_PORT: 'udp://127.40.0.9:53' });
    expect(resolveEnvironment({ ...linked, spec: { ...linked.spec, enableServiceLinks: false } }, container(), inputs)).toEqual({});
  });

  it('expandVariables keeps references that nothing defines', () => {
    expect(expandVariables('$(X) $Y', {})).toBe('$(X) $Y');
  });
});

describe('planFiles', () => {
  const mounts = (volume: object, mount: object = {}): (() => unknown) => () =>
    planFiles(pod({ volumes: [{ name: 'v', ...volume }] }), container({ volumeMounts: [{ name: 'v', mountPath: '/etc/mcs', ...mount }] }), inputs).files;

  it('puts each key of a Secret or ConfigMap into a file', () => {
    expect(mounts({ secret: { secretName: 's' } })()).toEqual(new Map([['/etc/mcs/token', Buffer.from('geheim')]]));
    expect(mounts({ configMap: { name: 'c', items: [{ key: 'other', path: 'a/b' }] } })()).toEqual(new Map([['/etc/mcs/a/b', Buffer.from('x')]]));
  });

  it('gives an emptyDir and an optional volume that is missing no file', () => {
    expect(mounts({ emptyDir: {} })()).toEqual(new Map());
    expect(mounts({ secret: { secretName: 'gone', optional: true } })()).toEqual(new Map());
    expect(mounts({ hostPath: { path: '/proc/sys/net' } })()).toEqual(new Map());
  });

  it.each([
    ['a missing Secret', { secret: { secretName: 'gone' } }, {}, 'Secret "gone" not found'],
    ['a missing key', { configMap: { name: 'c', items: [{ key: 'no', path: 'x' }] } }, {}, 'has no key "no"'],
    ['a hostPath', { hostPath: { path: '/' } }, {}, 'not simulated'],
    ['a hostPath that leads elsewhere', { hostPath: { path: '/dev/../etc' } }, {}, 'not simulated'],
    ['a subPath', { emptyDir: {} }, { subPath: 'x' }, 'not simulated'],
    ['an undeclared volume', { emptyDir: {} }, { name: 'w' }, 'not declared'],
  ])('refuses %s', (_title, volume, mount, message) => {
    expect(mounts(volume, mount)).toThrow(message);
  });
});

describe('FileKeeper', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'mcs-files-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it('writes files that only the user can read, changes what differs, and removes what is gone', async () => {
    const keeper = new FileKeeper(root);
    await keeper.apply({ directories: ['/empty'], files: new Map([['/a/x', Buffer.from('1')], ['/a/y', Buffer.from('2')]]) });
    expect((await stat(join(root, 'a/x'))).mode & 0o777).toBe(0o600);
    const { ino } = await stat(join(root, 'a/y'));
    await keeper.apply({ directories: [], files: new Map([['/a/y', Buffer.from('2')], ['/a/z', Buffer.from('3')]]) });
    expect(await readdir(join(root, 'a'))).toEqual(['y', 'z']);
    expect((await stat(join(root, 'a/y'))).ino).toBe(ino);
    expect(await readFile(join(root, 'a/z'), 'utf8')).toBe('3');
    expect(await readdir(root)).toContain('empty');
  });
});

describe('planProbe', () => {
  it('finds a named port, maps it, and has the defaults of Kubernetes', () => {
    const probed = container({ ports: [{ name: 'health', containerPort: 80 }] });
    expect(planProbe(probed, { httpGet: { path: '/readyz', port: 'health' } }, '127.40.64.2')).toEqual({
      host: '127.40.64.2', port: 10_080, path: '/readyz', timeoutMs: 1000, initialDelayMs: 0, periodMs: 10_000, failureThreshold: 3,
    });
    expect(planProbe(probed, undefined, '127.40.64.2')).toBeUndefined();
  });
});

describe('planEchoPorts', () => {
  it('joins declared ports and those of the Services that select the pod', () => {
    const service = (selector: Record<string, string>): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector, ports: [{ port: 80, targetPort: 8081 }, { port: 53, protocol: 'UDP' }, { port: 1, targetPort: 'http' }] } });
    const declared = pod({ containers: [container({ ports: [{ containerPort: 80 }] })] });
    expect(planEchoPorts(declared, [service({ app: 'web' }), service({ app: 'db' })])).toEqual([
      { protocol: 'TCP', port: 10_080 },
      { protocol: 'TCP', port: 8081 },
      { protocol: 'UDP', port: 10_053 },
    ]);
  });
});
