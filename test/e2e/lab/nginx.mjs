// Stands in for nginx where no registry can be reached: the same greeting, on the same port.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('<h1>Welcome to nginx!</h1>\n')).listen(8080, '::');
