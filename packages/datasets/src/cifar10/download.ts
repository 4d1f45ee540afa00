/** Downloads one file over HTTP to disk, verifies its checksum and aborts a stalled connection. */
import { createHash } from "node:crypto";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { errorCode, SourceError } from "../errors.ts";
import type { OnProgress } from "../progress.ts";
import { type Disk, isDiskFull, isDiskRefusal } from "./disk.ts";

export interface DownloadRequest {
  readonly url: string;
  readonly path: string;
  /** Expected size, for progress reports only. */
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
  /** Abort after this time without data. Default 30 s. */
  readonly stallTimeoutMs?: number;
}

/** @throws SourceError for network failures and a wrong checksum. Disk errors are passed on. */
export async function download(request: DownloadRequest, options: DownloadOptions): Promise<void> {
  const { disk, onProgress, stallTimeoutMs = 30_000 } = options;
  const stalled = new AbortController();
  const watchdog = setTimeout(() => {
    stalled.abort(new Error(`no data for ${stallTimeoutMs / 1000} s`));
  }, stallTimeoutMs);
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
    const progress =
      done > 0 ? ` after ${(done / 1e6).toFixed(1)} of ${(request.bytes / 1e6).toFixed(1)} MB` : "";
    throw new SourceError(`${networkReason(stalled.signal.reason ?? cause)}${progress}`, { cause });
  } finally {
    clearTimeout(watchdog);
  }
  const { algorithm, encoding, digest: expected } = request.checksum;
  const digest = hash.digest(encoding);
  if (digest === expected) return;
  throw new SourceError(
    `checksum mismatch: expected ${algorithm} ${expected.slice(0, 16)}…, got ${digest.slice(0, 16)}… (${done} bytes)`,
  );
}

async function open(url: string, signal: AbortSignal): Promise<Readable> {
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) throw new SourceError(`HTTP status ${response.status}`);
  return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
}

/** `fetch` reports the reason in its error's cause. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = errorCode(cause);
  if (code) return `no connection, ${code}`;
  return cause instanceof Error ? cause.message : String(cause);
}
