/**
 * Reads entries of a `.tar.gz` into memory. The archive's paths are never used for writing, so an entry cannot escape
 * from a folder. Entries that are not requested are skipped. Memory is one entry of at most 64 MB per requested name;
 * time is that of unpacking 500 MB.
 */
import { createReadStream } from "node:fs";
import { basename } from "node:path/posix";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { DatasetError, UnreadableFileError } from "../errors.ts";

/** Of an entry or an unpacked file. The largest ones of CIFAR-10 have half of it. */
export const maximumEntryBytes = 64e6;
/** Of everything in an archive. The largest one of CIFAR-10 has 186 MB. */
const maximumUnpackedBytes = 500e6;

/** Calls `use` with each entry whose base name is in `wanted`, in the order of the archive. */
export async function readArchive(
  path: string,
  wanted: ReadonlySet<string>,
  use: (name: string, bytes: Uint8Array) => void,
): Promise<void> {
  const failures: unknown[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => collect(entry, wanted, use, failures),
  });
  parser.on("error", (error: unknown) => failures.push(error));
  try {
    await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      let unpacked = 0;
      for await (const chunk of chunks) {
        unpacked += chunk.length;
        if (unpacked > maximumUnpackedBytes)
          failures.push(new Error(`it unpacks to more than ${maximumUnpackedBytes} bytes`));
        else parser.write(chunk);
        if (failures.length > 0) throw failures[0];
      }
      parser.end();
    });
    if (failures.length > 0) throw failures[0];
  } catch (error) {
    // Leaving the loop early makes the streams fail too; the first error is the cause.
    const cause = failures[0] ?? error;
    if (cause instanceof DatasetError) throw cause;
    throw new UnreadableFileError(path, reasonOf(cause), { cause });
  }
}

function collect(
  entry: ReadEntry,
  wanted: ReadonlySet<string>,
  use: (name: string, bytes: Uint8Array) => void,
  failures: unknown[],
): void {
  const name = basename(entry.path);
  if (entry.type !== "File" || !wanted.has(name)) return void entry.resume();
  if (entry.size > maximumEntryBytes) {
    failures.push(new Error(`${name} has ${entry.size} bytes, more than ${maximumEntryBytes}`));
    return void entry.resume();
  }
  const chunks: Uint8Array[] = [];
  entry.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  entry.on("end", () => {
    try {
      use(name, Buffer.concat(chunks));
    } catch (error) {
      failures.push(error);
    }
  });
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/unexpected end of file|truncated/i.test(message)) return "it is truncated";
  if (/incorrect header check/.test(message)) return "it is not a .tar.gz archive";
  return message;
}
