import { createSocket, type Socket } from 'node:dgram';
import { familyOf } from '../../api/cidr.ts';
import { systemErrorCode } from '../../base/errors.ts';
import type { DatagramFlow, SentDatagrams } from './paths-request.ts';

/** One flow that is being sent. */
export interface Sender {
  send(): void;
  /** Closes it, and tells how it went. */
  finish(): SentDatagrams;
}

const describeError = (error: Error): string => systemErrorCode(error) ?? error.message;

function connect(socket: Socket, { host, port }: DatagramFlow): Promise<Error | undefined> {
  return new Promise((resolve) => {
    // connected, so that the kernel chooses the source address now, and hands over what ICMP says
    const onError = (error: Error): void => resolve(error);
    socket.once('error', onError);
    socket.connect(port, host, () => {
      socket.off('error', onError);
      resolve(undefined);
    });
  });
}

/** Gets ready to send. What fails is part of its result. */
export async function openSender(flow: DatagramFlow): Promise<Sender> {
  const { token, host, fromPort } = flow;
  const socket = createSocket({ type: familyOf(host) === 'IPv6' ? 'udp6' : 'udp4' });
  const payload = Buffer.from(token, 'hex');
  const failure = await connect(socket, flow);
  let [sent, error] = [0, failure && describeError(failure)];
  const local = failure === undefined ? socket.address() : undefined;
  socket.on('error', (each) => { error = describeError(each); });
  return {
    send: () => {
      if (local === undefined) return;
      socket.send(payload, (each) => {
        if (each === null) sent += 1;
        else error = describeError(each);
      });
    },
    finish: () => {
      socket.close();
      return { token, from: local?.address ?? '', fromPort: fromPort ?? local?.port ?? 0, sent, ...(error !== undefined && { error }) };
    },
  };
}
