/** `net-echo.mjs serve PORT`: tells who connects its address, and reads what it sends. `net-echo.mjs ask HOST PORT [BYTES]`: prints the answer. `net-echo.mjs send SOURCE HOST PORT`: sends three UDP packets. */
import { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

const [verb, ...args] = process.argv.slice(2);

if (verb === 'serve') {
  createServer((socket) => {
    let rest;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      rest ??= chunk.readUInt32BE(0) + 4;
      rest -= chunk.length;
      if (rest <= 0) socket.end(socket.remoteAddress.replace('::ffff:', ''));
    });
  }).listen({ port: Number(args[0]), host: '::' }, () => console.log('ready'));
} else if (verb === 'send') {
  const [source, host, port] = args;
  const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, source, () => {
    let left = 3;
    const onSent = (error) => {
      if (error) console.error(error.message);
      if (error) process.exitCode = 1;
      left -= 1;
      if (left === 0) socket.close();
    };
    for (let packet = left; packet > 0; packet -= 1) socket.send('x', Number(port), host, onSent);
  });
} else {
  const [host, port, bytes = '0'] = args;
  const message = Buffer.alloc(4 + Number(bytes));
  message.writeUInt32BE(Number(bytes));
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(5000, () => socket.destroy(new Error('timed out')));
  socket.on('connect', () => socket.write(message));
  socket.on('data', (chunk) => console.log(String(chunk)));
  socket.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
