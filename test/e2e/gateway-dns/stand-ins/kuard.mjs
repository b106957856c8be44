// Stands in for kuard: says which pod answers.
import { createServer } from 'node:http';
import { hostname } from 'node:os';

// the first process of a container has no default for it
process.on('SIGTERM', () => process.exit());

createServer((_request, response) => response.setHeader('content-type', 'text/html').end(`<title>KUAR Demo</title>\n<p>${hostname()}</p>\n`)).listen(8080, '0.0.0.0');
