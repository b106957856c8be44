import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';

jest.setTimeout(30_000);

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed: the suite is reported as skipped
  }
}

const withKubectl = hasKubectl() ? describe : describe.skip;

withKubectl('kubectl', () => {
  let test: TestSandbox;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('kubectl', ['--kubeconfig', test.sandbox.kubeconfig, '--cache-dir', join(test.folder, 'cache'), ...args]);
    return stdout;
  };
  beforeAll(async () => {
    test = await startTestSandbox();
    await kubectl('create', 'namespace', 'nginx-test');
  });
  afterAll(async () => {
    await test.stop();
  });

  it('gets and labels nodes', async () => {
    expect(await kubectl('get', 'nodes')).toMatch(/NAME +STATUS +ROLES +AGE +VERSION\ncluster0 +Ready +control-plane +\S+ +v1.34.0-sandbox/);
    expect(await kubectl('label', 'nodes', 'cluster0', 'submariner.io/gateway=true')).toContain('node/cluster0 labeled');
    expect(await kubectl('get', 'nodes', '-l', 'submariner.io/gateway=true', '-o', 'name')).toBe('node/cluster0\n');
  });

  it('creates, exposes, scales, rolls out, reads logs of and deletes a deployment', async () => {
    const in_ = ['-n', 'nginx-test'];
    expect(await kubectl(...in_, 'create', 'deployment', 'nginx', '--image=nginx', '--port=80')).toContain('created');
    expect(await kubectl(...in_, 'expose', 'deployment', 'nginx', '--port=8080', '--target-port=80')).toContain('exposed');
    expect(await kubectl(...in_, 'rollout', 'status', 'deployment/nginx', '--timeout=20s')).toContain('successfully rolled out');
    expect(await kubectl(...in_, 'get', 'deployment,pods,services')).toMatch(/deployment.apps\/nginx +1\/1[^]*pod\/nginx-\S+ +1\/1 +Running[^]*service\/nginx +ClusterIP +127\.\S+ +<none> +8080\/TCP/);
    await eventually(async () => expect(await kubectl(...in_, 'logs', 'deployment/nginx')).toContain('echo server listens on TCP'));
    await kubectl(...in_, 'scale', 'deployment', 'nginx', '--replicas=3');
    await kubectl(...in_, 'rollout', 'status', 'deployment/nginx', '--timeout=20s');
    await kubectl(...in_, 'rollout', 'restart', 'deployment/nginx');
    expect(await kubectl(...in_, 'rollout', 'status', 'deployment/nginx', '--timeout=20s')).toContain('successfully rolled out');
    expect(await kubectl(...in_, 'wait', '--for=condition=Available', 'deployment/nginx', '--timeout=20s')).toContain('condition met');
    expect(await kubectl(...in_, 'describe', 'service', 'nginx')).toContain('8080/TCP');
    expect(await kubectl(...in_, 'delete', 'deployment', 'nginx')).toContain('deleted');
    await eventually(async () => (await kubectl(...in_, 'get', 'pods', '-o', 'name')) === '');
  });

  it('applies a file twice, the second time without a change', async () => {
    const file = join(test.folder, 'nginx.yaml');
    await writeFile(file, 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: nginx-test\nspec:\n  selector:\n    app: web\n  ports:\n    - port: 80\n');
    expect(await kubectl('apply', '-f', file)).toContain('service/web created');
    expect(await kubectl('apply', '-f', file)).toContain('service/web unchanged');
    expect(await kubectl('apply', '--server-side', '--force-conflicts', '-f', file)).toContain('serverside-applied');
    expect(await kubectl('delete', '-f', file)).toContain('deleted');
  });

  it('asks what it may do, as somebody else too', async () => {
    expect((await kubectl('auth', 'can-i', 'delete', 'pods')).trim()).toBe('yes');
    await expect(kubectl('auth', 'can-i', 'delete', 'pods', '--as', 'eve')).rejects.toMatchObject({ stdout: 'no\n' });
  });

  it('creates a token, and deletes a namespace with what it holds', async () => {
    expect((await kubectl('create', 'token', 'default', '-n', 'nginx-test')).split('.')).toHaveLength(3);
    expect(await kubectl('delete', 'namespace', 'nginx-test', '--timeout=20s')).toContain('deleted');
    await expect(kubectl('get', 'namespace', 'nginx-test')).rejects.toThrow('not found');
  });
});
