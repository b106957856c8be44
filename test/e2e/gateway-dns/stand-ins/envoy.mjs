// Stands in for Envoy: an HTTP proxy that goes by the host name.
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';

// the first process of a container has no default for it
process.on('SIGTERM', () => process.exit());

const { table } = JSON.parse(readFileSync(process.argv[process.argv.indexOf('-c') + 1], 'utf8'));

async function findTarget(host = '') {
  const routes = await (await globalThis.fetch(table)).json();
  return routes[host.split(':')[0]];
}

function forward({ host, port }, incoming, outgoing) {
  const options = { host, port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, 'x-envoy-internal': 'true' } };
  incoming.pipe(request(options, (answer) => {
    outgoing.writeHead(answer.statusCode, { ...answer.headers, server: 'envoy' });
    answer.pipe(outgoing);
  }).on('error', () => outgoing.writeHead(503).end('no healthy upstream')));
}

createServer((incoming, outgoing) => {
  findTarget(incoming.headers.host).then(
    (target) => (target === undefined ? outgoing.writeHead(404, { server: 'envoy' }).end() : forward(target, incoming, outgoing)),
    () => outgoing.writeHead(503).end(),
  );
}).listen(8080, '0.0.0.0');
