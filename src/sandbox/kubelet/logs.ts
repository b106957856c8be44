import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

export interface LogRequest {
  /** The last so many lines; all without it. */
  readonly tailLines?: number | undefined;
  /** Goes on until the signal ends it, and gives what stands by then. */
  readonly follow: boolean;
}

const CHUNK = 64 * 1024;

/** Where the last `lines` lines of a file begin. */
async function findTail(file: FileHandle, size: number, lines: number): Promise<number> {
  let position = size;
  let found = 0;
  const buffer = Buffer.alloc(CHUNK);
  while (position > 0) {
    const length = Math.min(CHUNK, position);
    position -= length;
    await file.read(buffer, 0, length, position);
    for (let index = length - 1; index >= 0; index -= 1) {
      // the newline at the very end of the file ends the last line, it begins none
      if (buffer[index] === 10 && position + index !== size - 1) found += 1;
      if (found === lines) return position + index + 1;
    }
  }
  return 0;
}

async function* readFrom(file: FileHandle, start: number): AsyncGenerator<Buffer, number> {
  let position = start;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return position;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** What is between two looks at a log that grows. No watch of the file: the system allows a user few of them (inotify, 128), and then fails with EMFILE. */
const LOOK_AGAIN_MS = 100;

/** False once the signal has ended the wait. */
function waitForMore(signal: AbortSignal): Promise<boolean> {
  return pause(LOOK_AGAIN_MS, true, { signal, ref: false }).catch(() => false);
}

/** The bytes of a container's log. */
export async function* readLog(path: string, { follow, tailLines }: LogRequest, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let position = tailLines === undefined ? 0 : tailLines <= 0 ? size : await findTail(file, size, tailLines);
    do position = yield* readFrom(file, position);
    while (follow && (await waitForMore(signal)));
    yield* readFrom(file, position); // what was written just before the end
  } finally {
    await file.close();
  }
}
