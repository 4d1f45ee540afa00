/** One file over HTTP: to disk as it comes, its checksum checked, a stalled connection given up. */
import { createHash } from "node:crypto";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { errorCode } from "../errors.ts";
import type { OnProgress } from "../progress.ts";
import { type Disk, isDiskFull, isDiskRefusal } from "./disk.ts";
import { SourceError } from "./source.ts";

export interface DownloadRequest {
  readonly url: string;
  readonly path: string;
  /** Expected size; only for the progress, the checksum decides. */
  readonly bytes: number;
  readonly checksum: Checksum;
}

export interface Checksum {
  readonly algorithm: "sha256" | "sha512";
  readonly encoding: "hex" | "base64";
  readonly digest: string;
}

export interface DownloadOptions {
  readonly disk: Disk;
  readonly onProgress: OnProgress;
  /** A connection that brings nothing for so long is given up. Default 30 s. */
  readonly patienceMs?: number;
}

/** Throws `SourceError` for all that is the network's fault; errors of the disk pass through. */
export async function download(request: DownloadRequest, options: DownloadOptions): Promise<void> {
  const { disk, onProgress, patienceMs = 30_000 } = options;
  const stalled = new AbortController();
  const watchdog = setTimeout(() => {
    stalled.abort(new Error(`nothing came for ${patienceMs / 1000} s`));
  }, patienceMs);
  const hash = createHash(request.checksum.algorithm);
  let done = 0;
  try {
    const body = await open(request.url, stalled.signal);
    const meter = new Transform({
      transform(chunk: Buffer, _, next) {
        watchdog.refresh();
        hash.update(chunk);
        done += chunk.length;
        onProgress({ phase: "download", done, total: Math.max(done, request.bytes) });
        next(null, chunk);
      },
    });
    await pipeline(body, meter, disk.createWriteStream(request.path), { signal: stalled.signal });
  } catch (cause) {
    if (isDiskFull(cause) || isDiskRefusal(cause) || cause instanceof SourceError) throw cause;
    const so = done > 0 ? ` after ${(done / 1e6).toFixed(1)} of ${(request.bytes / 1e6).toFixed(1)} MB` : "";
    throw new SourceError(`${networkReason(stalled.signal.reason ?? cause)}${so}`, { cause });
  } finally {
    clearTimeout(watchdog);
  }
  const digest = hash.digest(request.checksum.encoding);
  if (digest === request.checksum.digest) return;
  throw new SourceError(
    `the file is not the true one (${request.checksum.algorithm} ${digest.slice(0, 16)}…, ${done} bytes)`,
  );
}

async function open(url: string, signal: AbortSignal): Promise<Readable> {
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) throw new SourceError(`HTTP status ${response.status}`);
  return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
}

/** `fetch` hides what happened one level down. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = errorCode(cause);
  if (code) return `no connection, ${code}`;
  return cause instanceof Error ? cause.message : String(cause);
}
