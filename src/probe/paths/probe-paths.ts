import { type Clock, systemClock } from '../../base/clock.ts';
import { createExec, type Exec } from '../../base/exec.ts';
import { exchangeDatagrams } from './exchange-datagrams.ts';
import { measureEcho } from './measure-echo.ts';
import { measureSize } from './measure-size.ts';
import { lastSearchMs, type PathSize, type PathsRequest, type PathsResult } from './paths-request.ts';

/** Searches that run at the same time: each is up to eight programs. */
const PARALLEL = 8;

async function measureSizes(exec: Exec, request: PathsRequest, clock: Clock): Promise<readonly PathSize[]> {
  const until = clock.monotonic() + lastSearchMs(request);
  const sizes: PathSize[] = [];
  for (let at = 0; at < request.sizes.length && clock.monotonic() <= until; at += PARALLEL) {
    const some = await Promise.all(request.sizes.slice(at, at + PARALLEL).map((address) => measureSize(exec, address)));
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
    measureSizes(exec, request, clock),
  ]);
  return { ...exchanged, echoes, sizes };
}
