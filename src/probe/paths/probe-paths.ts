import { type Clock, systemClock } from '../../base/clock.ts';
import { createExec, type Exec } from '../../base/exec.ts';
import { exchangeDatagrams } from './exchange-datagrams.ts';
import { measureEcho } from './measure-echo.ts';
import { measureSize } from './measure-size.ts';
import { PARALLEL_SIZES, type PathSize, type PathsRequest, type PathsResult } from './paths-request.ts';

async function measureSizes(exec: Exec, addresses: readonly string[]): Promise<readonly PathSize[]> {
  const sizes: PathSize[] = [];
  for (let at = 0; at < addresses.length; at += PARALLEL_SIZES) {
    const some = await Promise.all(addresses.slice(at, at + PARALLEL_SIZES).map((address) => measureSize(exec, address)));
    sizes.push(...some.filter((size) => size !== undefined));
  }
  return sizes;
}

/** Finds out about the ways from this node to others. Needs the node's network, NET_ADMIN and NET_RAW. */
export async function probePaths(request: PathsRequest, clock: Clock = systemClock): Promise<PathsResult> {
  const exec = createExec({ clock });
  const [exchanged, echoes, sizes] = await Promise.all([
    exchangeDatagrams(exec, request, clock),
    Promise.all(request.echoes.map((target) => measureEcho(target, request.windowMs, clock))),
    measureSizes(exec, request.sizes),
  ]);
  return { ...exchanged, echoes, sizes };
}
