import { startTestApiServer } from '../../test/helpers/api-server.ts';
import { openWriteChain } from './write-chain.ts';

/** Median of the bare chain when the bars in s and ms were set. */
export const RECORDED_CHAIN_MS = 8;
const CHAINS = 50;

/** A bare chain of three writes between two API servers, each seen in a watch; median, ms. */
export async function measureChainFloor(): Promise<number> {
  const servers = await Promise.all([startTestApiServer(), startTestApiServer({ serviceCIDR: '10.97.0.0/16' })]);
  const [source, target] = servers;
  try {
    const chain = await openWriteChain(source.client(), target.client(), 'bench-floor');
    const { p50 } = await chain.oneByOne(CHAINS);
    await chain.close();
    return p50;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
