/** A regular file of a tar archive. */
export interface TarFile {
  /** With `/` between its parts, relative. */
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK = 512;
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const TYPE_AT = 156;
const MAGIC_AT = 257;
const PREFIX = { at: 345, length: 155 };
/** Types of entries: POSIX.1-2001 for `x`, GNU tar for `L`. */
const REGULAR = ['0', '\0'];
const PAX = 'x';
const GNU_LONG_NAME = 'L';
/** The checksum counts its own field as blanks. */
const BLANK_SUM = CHECKSUM.length * 32;

function checksum(header: Buffer): number {
  const own = header.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.length);
  const sum = (bytes: Buffer): number => bytes.reduce((total, byte) => total + byte, 0);
  return sum(header) - sum(own) + BLANK_SUM;
}

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

function makeHeader(name: Buffer, size: number, type: string, mtime: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  name.copy(header, NAME.at, 0, NAME.length);
  header.write(octal(0o600, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, SIZE.length), SIZE.at);
  header.write(octal(mtime, 12), 136);
  header.write(type, TYPE_AT);
  header.write('ustar\x0000', MAGIC_AT);
  header.write(`${octal(checksum(header), 7)} `, CHECKSUM.at);
  return header;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** `<length> path=<path>\n`, where the length counts its own digits. */
function paxRecord(path: string): Buffer {
  const rest = Buffer.byteLength(` path=${path}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return Buffer.from(`${length} path=${path}\n`);
}

function packFile({ path, content }: TarFile, mtime: number): Buffer[] {
  const name = Buffer.from(path);
  const entry = [makeHeader(name, content.length, '0', mtime), content, padding(content.length)];
  if (name.length <= NAME.length) return entry;
  const record = paxRecord(path);
  return [makeHeader(Buffer.from('././@PaxHeader'), record.length, PAX, mtime), record, padding(record.length), ...entry];
}

/** The archive, piece by piece: ustar, with a PAX header before a path of more than 100 bytes. `mtime` in seconds since the epoch. */
export function packTar(files: readonly TarFile[], mtime: number): readonly Buffer[] {
  return [...files.flatMap((file) => packFile(file, mtime)), Buffer.alloc(2 * BLOCK)];
}

function textAt(block: Buffer, { at, length }: { readonly at: number; readonly length: number }): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function numberAt(block: Buffer, field: { readonly at: number; readonly length: number }): number {
  const text = textAt(block, field).trim();
  if (!/^[0-7]*$/.test(text)) throw new SyntaxError('a header is damaged');
  return Number.parseInt(text === '' ? '0' : text, 8);
}

function paxPath(records: Buffer): string | undefined {
  return /^\d+ path=(.*)$/m.exec(records.toString('utf8'))?.[1];
}

function pathOf(header: Buffer): string {
  const prefix = header.toString('latin1', MAGIC_AT, MAGIC_AT + 6) === 'ustar\0' ? textAt(header, PREFIX) : '';
  return prefix === '' ? textAt(header, NAME) : `${prefix}/${textAt(header, NAME)}`;
}

/**
 * The regular files of an archive by their paths, in its order; anything else is passed over. Reads what
 * GNU and BSD tar write too, as long as no file has 8 GiB. Throws SyntaxError for what is no tar archive, or is cut short.
 */
export function readTar(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let longPath: string | undefined;
  for (let at = 0; ; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw new SyntaxError('it is cut short');
    if (header.every((byte) => byte === 0)) return files;
    if (numberAt(header, CHECKSUM) !== checksum(header)) throw new SyntaxError('a header is damaged');
    const size = numberAt(header, SIZE);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new SyntaxError('it is cut short');
    at += BLOCK + size + padding(size).length;
    const type = header.toString('latin1', TYPE_AT, TYPE_AT + 1);
    if (type === PAX) longPath = paxPath(content);
    else if (type === GNU_LONG_NAME) longPath = textAt(content, { at: 0, length: size });
    else {
      if (REGULAR.includes(type)) files.set(longPath ?? pathOf(header), content);
      longPath = undefined;
    }
  }
}
