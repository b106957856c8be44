/** `net-listen.mjs PORT`: hands a socket that listens on 127.0.0.1 to the parent process, which stands in another network namespace. */
import { createServer } from 'node:net';

const server = createServer();
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' }, () => {
  process.send('listening', server, () => process.exit());
});
