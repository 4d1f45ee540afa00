/** Downloads one file over HTTP to disk and verifies its checksum. Its size, the rate and the time are bounded. */
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
  /** The size. A download of more bytes is aborted. */
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
  /** Minimum rate, in bytes per `windowMs`. Default 300,000 bytes in 30 s. */
  readonly windowBytes?: number;
  readonly windowMs?: number;
  /** Maximum time. Default two hours. */
  readonly totalMs?: number;
}

/** @throws SourceError for network failures and a wrong checksum. Disk errors are passed on. */
export async function download(request: DownloadRequest, options: DownloadOptions): Promise<void> {
  const { disk, onProgress } = options;
  const hash = createHash(request.checksum.algorithm);
  let done = 0;
  const limits = startLimits(options, () => done);
  try {
    const body = await open(request.url, limits.signal);
    const meter = new Transform({
      transform(chunk: Buffer, _, next) {
        hash.update(chunk);
        done += chunk.length;
        if (done > request.bytes) return next(new Error(`more than the expected ${request.bytes} bytes`));
        onProgress({ phase: "download", done, total: request.bytes });
        next(null, chunk);
      },
    });
    await pipeline(body, meter, disk.createWriteStream(request.path), { signal: limits.signal });
  } catch (cause) {
    if (isDiskFull(cause) || isDiskRefusal(cause) || cause instanceof SourceError) throw cause;
    const progress =
      done > 0 ? ` after ${(done / 1e6).toFixed(1)} of ${(request.bytes / 1e6).toFixed(1)} MB` : "";
    throw new SourceError(`${networkReason(limits.signal.reason ?? cause)}${progress}`, { cause });
  } finally {
    limits.stop();
  }
  const { algorithm, encoding, digest: expected } = request.checksum;
  const digest = hash.digest(encoding);
  if (digest === expected) return;
  throw new SourceError(
    `checksum mismatch: expected ${algorithm} ${expected.slice(0, 16)}…, got ${digest.slice(0, 16)}… (${done} bytes)`,
  );
}

/** Aborts when fewer bytes than allowed have arrived in a window, and at the end of the time. */
function startLimits(
  { windowBytes = 300_000, windowMs = 30_000, totalMs = 2 * 60 * 60_000 }: DownloadOptions,
  doneBytes: () => number,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let before = 0;
  const rate = setInterval(() => {
    const arrived = doneBytes() - before;
    before = doneBytes();
    if (arrived < windowBytes)
      controller.abort(new Error(`too slow: ${arrived} bytes in ${windowMs / 1000} s`));
  }, windowMs);
  const end = setTimeout(() => {
    controller.abort(new Error(`not complete after ${totalMs / 1000} s`));
  }, totalMs);
  return {
    signal: controller.signal,
    stop: () => {
      clearInterval(rate);
      clearTimeout(end);
    },
  };
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
