/** A program that writes so many Services with a slice each, as fast as it goes, and prints what the writes took, ms. */
import { resources } from '../../src/api/resources.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { namespaceOf, NAMESPACES, serviceOf, sliceOf } from './mirror-services.ts';

/** As many as the mirror has at a time. */
const WORKERS = 32;

const { BARE_URL = '', BARE_CA = '', BARE_TOKEN = '', BARE_COUNT = '0' } = process.env;
const client = createKubeClient({ server: BARE_URL, tls: { ca: BARE_CA }, headers: () => Promise.resolve({ authorization: `Bearer ${BARE_TOKEN}` }) });
const count = Number(BARE_COUNT);
let next = 0;

async function work(): Promise<void> {
  while (next < count) {
    const index = next++;
    await client.create(resources.services, serviceOf(index));
    await client.create(resources.endpointSlices, sliceOf(index));
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: NAMESPACES }, (_, index) => client.create(resources.namespaces, { metadata: { name: namespaceOf(index) } })));
await Promise.all(Array.from({ length: WORKERS }, work));
console.log(performance.now() - begun);
client.close();
