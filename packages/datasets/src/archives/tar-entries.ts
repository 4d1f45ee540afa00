/**
 * The regular files in a tar archive, with their byte offsets: only headers are read. Formats are ustar, GNU (long
 * names, sizes in base 256) and pax (POSIX.1-2001); headers are parsed by the package `tar`.
 */
import { Header, Pax } from "tar";
import { TruncatedFileError, UnreadableFileError } from "../errors.ts";
import type { ReadRange } from "./byte-source.ts";

export interface TarEntry {
  readonly name: string;
  /** Of the first byte of the content. */
  readonly offset: number;
  readonly size: number;
}

/** A tar archive, which may be an entry of another one. */
export interface TarRange {
  /** For messages. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const blockBytes = 512;
/** Of the extended header of one entry. */
const maximumHeaderBytes = 65_536;

type Extensions = ConstructorParameters<typeof Header>[2];

/** Headers that describe the next entry, or all entries that follow. */
interface Described {
  readonly next: Extensions;
  readonly all: Extensions;
}

const fileTypes: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile"]);

/**
 * Time is linear in the number of headers; memory is one header of at most 64 kB.
 *
 * @throws TruncatedFileError where an entry or the end mark is missing; UnreadableFileError for a damaged header.
 */
export async function* tarEntries(read: ReadRange, archive: TarRange): AsyncGenerator<TarEntry> {
  let described: Described = { next: undefined, all: undefined };
  for (let at = archive.start; ; ) {
    const header = await readHeader(read, archive, at, described);
    if (header === null) return;
    const { name, offset, size, type } = header;
    if (fileTypes.has(type)) yield { name, offset, size };
    const extend = extensions[type];
    if (extend === undefined) described = { ...described, next: undefined };
    else described = extend(described, await readText(read, archive, header));
    at = offset + Math.ceil(size / blockBytes) * blockBytes;
  }
}

const longPath = (described: Described, text: string): Described => ({
  ...described,
  next: { ...described.next, path: text.replace(/\0.*/s, "") },
});

/** By type: what the content of the entry adds. */
const extensions: Readonly<Record<string, (described: Described, text: string) => Described>> = {
  GlobalExtendedHeader: (described, text) => ({ ...described, all: Pax.parse(text, described.all, true) }),
  ExtendedHeader: (described, text) => ({ ...described, next: Pax.parse(text, described.next) }),
  NextFileHasLongPath: longPath,
  OldGnuLongPath: longPath,
  NextFileHasLongLinkpath: (described) => described,
};

interface EntryHeader extends TarEntry {
  /** Of the header's first byte. */
  readonly at: number;
  readonly type: string;
}

/** Null for the end mark: a block of zeros. */
async function readHeader(
  read: ReadRange,
  archive: TarRange,
  at: number,
  { next, all }: Described,
): Promise<EntryHeader | null> {
  const offset = at + blockBytes;
  if (offset > archive.end)
    throw new TruncatedFileError(archive.name, archive.end, offset, `the header at byte ${at}`);
  const header = parseHeader(await read(at, blockBytes), next, all);
  if (header?.nullBlock) return null;
  const { size = 0, type = "" } = header ?? {};
  if (!header?.cksumValid || !Number.isSafeInteger(size))
    throw new UnreadableFileError(archive.name, `the tar header at byte ${at} has a wrong checksum or size`);
  const name = next?.path ?? header.path ?? "";
  if (offset + size > archive.end)
    throw new TruncatedFileError(
      archive.name,
      archive.end,
      offset + size,
      `${name}, the entry at byte ${at},`,
    );
  return { name, at, offset, size, type };
}

/** Whether a file that starts with `block` is a tar archive. */
export function isTarHeader(block: Buffer): boolean {
  return block.length >= blockBytes && parseHeader(block)?.cksumValid === true;
}

/** Null for bytes that are no header at all. */
function parseHeader(block: Buffer, next?: Extensions, all?: Extensions): Header | null {
  try {
    return new Header(block, 0, next, all);
  } catch {
    return null;
  }
}

async function readText(
  read: ReadRange,
  archive: TarRange,
  { at, offset, size }: EntryHeader,
): Promise<string> {
  if (size <= maximumHeaderBytes) return (await read(offset, size)).toString("utf8");
  throw new UnreadableFileError(
    archive.name,
    `the extended header at byte ${at} has ${size} bytes, more than ${maximumHeaderBytes}`,
  );
}
