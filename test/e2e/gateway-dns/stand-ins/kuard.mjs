// Stands in for kuard: says which pod answers.
import { createServer } from 'node:http';
import { hostname } from 'node:os';

createServer((_request, response) => response.setHeader('content-type', 'text/html').end(`<title>KUAR Demo</title>\n<p>${hostname()}</p>\n`)).listen(8080, '0.0.0.0');
