import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Netns } from './netns.ts';

const PROGRAM = join(import.meta.dirname, 'net-listen.mjs');

/** What of another namespace reaches a port of this one. */
export interface Passage {
  /** Cuts what goes through and answers nobody, until it is opened again. */
  setOpen(isOpen: boolean): void;
  close(): void;
}

/** A socket belongs to the namespace in which it was made, whoever holds it: so a process of the namespace makes it and hands it over. */
async function listenIn({ name }: Netns, port: number): Promise<Server> {
  const child = spawn('ip', ['netns', 'exec', name, process.execPath, PROGRAM, String(port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [, server] = (await once(child, 'message')) as [unknown, unknown];
  if (!(server instanceof Server)) throw new Error(`nothing listens in ${name}`);
  return server;
}

/** Leads 127.0.0.1:`port` in the namespace to a port of this process's loopback. */
export async function openPassage(netns: Netns, port: number, target: number): Promise<Passage> {
  const server = await listenIn(netns, port);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', (inner) => {
    hold(inner);
    if (!isOpen) return;
    const outer = connect(target, '127.0.0.1');
    hold(outer);
    inner.pipe(outer).pipe(inner);
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
  });
  const cut = (): void => { for (const socket of sockets) socket.destroy(); };
  return {
    setOpen: (wanted) => {
      isOpen = wanted;
      cut();
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
