export { diffArchives } from './diff-archives.ts';
export { gather } from './gather.ts';
export { openArchive } from './open-archive.ts';
export { archiveName, writeArchive } from './write-archive.ts';
