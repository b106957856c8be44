// Stands in for Contour where no registry can be reached: tells its Envoy which host name belongs to which Service.
// `contour bootstrap FILE --xds-address=HOST --xds-port=PORT` writes where to ask; `contour serve` answers there.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';

// the first process of a container has no default for it
process.on('SIGTERM', () => process.exit());

const [command, file] = process.argv.slice(2);
const flag = (name) => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];

if (command === 'bootstrap') {
  writeFileSync(file, JSON.stringify({ table: `http://${flag('xds-address')}:${flag('xds-port')}/` }));
} else {
  createServer((_request, response) => {
    readProxies((proxies) => response.end(JSON.stringify(proxies)));
  }).listen(Number(flag('xds-port')), '0.0.0.0');
}

function readProxies(done) {
  const account = (name) => readFileSync(`/var/run/secrets/kubernetes.io/serviceaccount/${name}`, 'utf8');
  const options = {
    host: process.env.KUBERNETES_SERVICE_HOST,
    port: process.env.KUBERNETES_SERVICE_PORT,
    path: '/apis/projectcontour.io/v1/httpproxies',
    ca: account('ca.crt'),
    headers: { authorization: `Bearer ${account('token')}` },
  };
  request(options, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
      const { items = [] } = JSON.parse(text);
      done(Object.fromEntries(items.map(({ metadata, spec }) => {
        const [{ name, port }] = spec.routes[0].services;
        return [spec.virtualhost.fqdn, { host: `${name}.${metadata.namespace}.svc.cluster.local`, port }];
      })));
    });
  }).on('error', () => done({})).end();
}
