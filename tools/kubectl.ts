/**
 * Stand-in for the two kubectl commands of the demo, for machines without kubectl:
 *   npx node tools/kubectl.ts apply -f FILE [--context C]
 *   npx node tools/kubectl.ts label nodes NAME KEY=VALUE [--context C]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { resources, type Resource } from '../src/api/resources.ts';
import type { UnknownObject } from '../src/api/types/index.ts';
import { accessForContext, loadKubeconfig } from '../src/kube/access.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { createKubeClient } from '../src/kube/kube-client.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { context: { type: 'string' }, filename: { type: 'string', short: 'f' } },
});
const loaded = await loadKubeconfig({ env: process.env });
const client = createKubeClient(accessForContext(loaded, values.context ?? loaded.currentContext ?? ''));
try {
  await run(client, positionals, values.filename);
} finally {
  client.close();
}

async function run(client: KubeClient, [verb, kind, name, pair]: readonly string[], file?: string): Promise<void> {
  if (verb === 'apply' && file !== undefined) return applyFile(client, file);
  if (verb === 'label' && kind === 'nodes' && name !== undefined && pair !== undefined) return labelNode(client, name, pair);
  throw new Error('Usage: apply -f FILE | label nodes NAME KEY=VALUE');
}

async function applyFile(client: KubeClient, file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const object = document.toJS() as UnknownObject;
    await client.apply(resourceOf(object), object, { fieldManager: 'kubectl', force: true });
    console.log(`${object.kind.toLowerCase()}/${object.metadata.name} applied`);
  }
}

async function labelNode(client: KubeClient, name: string, pair: string): Promise<void> {
  const [key = '', value = ''] = pair.split('=');
  await client.patch(resources.nodes, name, undefined, 'application/merge-patch+json', { metadata: { labels: { [key]: value } } });
  console.log(`node/${name} labeled`);
}

function resourceOf(object: UnknownObject): Resource {
  const found = Object.values(resources).find(({ kind }) => kind === object.kind);
  if (found === undefined) throw new Error(`Cannot apply ${object.kind}: unknown kind`);
  return found as Resource;
}
