import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { familyOf } from '../api/cidr.ts';

export interface UdpSocketOptions {
  readonly address: string;
  /** 0: any. */
  readonly port: number;
  readonly onMessage: (packet: Buffer, from: RemoteInfo) => void;
  /** Trouble that came with nobody waiting for it. */
  readonly onError: (error: Error) => void;
}

/** A bound UDP socket. */
export interface UdpSocket {
  readonly port: number;
  /** What cannot be sent is lost, as datagrams are; the reason goes to `onFailure`. */
  send(packet: Buffer, port: number, address: string, onFailure?: (error: Error) => void): void;
  close(): Promise<void>;
}

function bind(socket: Socket, { address, port }: UdpSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

/** Binds a socket to one address, or to all of a family (`0.0.0.0`, `::`). Throws the system's error. */
export async function openUdpSocket(options: UdpSocketOptions): Promise<UdpSocket> {
  const socket = createSocket({ type: familyOf(options.address) === 'IPv6' ? 'udp6' : 'udp4' });
  try {
    await bind(socket, options);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', options.onError);
  socket.on('message', options.onMessage);
  let isOpen = true;
  return {
    port: socket.address().port,
    send: (packet, port, address, onFailure) => {
      if (!isOpen) return;
      // an unreachable network is reported here; without a callback it would be an 'error' event
      socket.send(packet, port, address, (error) => {
        if (error !== null && isOpen) onFailure?.(error);
      });
    },
    close: () => new Promise((resolve) => {
      if (!isOpen) {
        resolve();
        return;
      }
      isOpen = false;
      socket.close(() => resolve());
    }),
  };
}
