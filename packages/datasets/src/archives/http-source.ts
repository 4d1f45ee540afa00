/**
 * Random access to a URL by range requests (RFC 9110, section 14), as S3 and other stores answer them. Requests are not
 * signed: the object must be public, or the URL pre-signed for GET. A request takes at most 60 seconds and delivers no
 * more bytes than were requested; it is repeated up to three times when the connection fails or the server is busy.
 */
import { setTimeout } from "node:timers/promises";
import { DatasetError, MissingFileError, TruncatedFileError } from "../errors.ts";
import type { ByteSource, ReadRange } from "./byte-source.ts";

const timeoutMs = 60_000;
const attempts = 4;
const firstDelayMs = 250;

/** Worth another attempt. */
class TransientError extends DatasetError {}

export async function openUrl(url: string): Promise<ByteSource> {
  const name = withoutQuery(url);
  const { size } = await request(url, 0, 1);
  const read: ReadRange = async (offset, length) => {
    if (length === 0) return Buffer.alloc(0);
    if (offset + length > size) throw new TruncatedFileError(name, size, offset + length);
    const answer = await request(url, offset, length);
    if (answer.size !== size)
      throw new DatasetError(
        `${name} changed from ${size} to ${answer.size} bytes while it was read; start again`,
      );
    return answer.bytes;
  };
  return { name, size, use: (task) => task(read) };
}

/** The query of a pre-signed URL is a secret. */
function withoutQuery(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
  } catch {
    throw new DatasetError(`${url} is not a URL; expected for instance https://host/train-0000.tar`);
  }
}

interface Answer {
  readonly bytes: Buffer;
  /** Of the whole object. */
  readonly size: number;
}

async function request(url: string, offset: number, length: number): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await requestOnce(url, offset, length);
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === attempts) throw error;
      await setTimeout(firstDelayMs * 2 ** attempt);
    }
  }
}

async function requestOnce(url: string, offset: number, length: number): Promise<Answer> {
  const name = withoutQuery(url);
  const range = `bytes=${offset}-${offset + length - 1}`;
  try {
    const response = await fetch(url, { headers: { range }, signal: AbortSignal.timeout(timeoutMs) });
    const size = checkAnswer(name, response, offset, length);
    return { bytes: await readBody(name, response, length), size };
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    throw new TransientError(`${name} cannot be read (${reasonOf(cause)}); check the connection`, { cause });
  }
}

/** @returns The size of the whole object. */
function checkAnswer(name: string, response: Response, offset: number, length: number): number {
  const { status } = response;
  if (status === 206) {
    const [, first, last, size] =
      /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
    if (Number(first) === offset && Number(last) === offset + length - 1) return Number(size);
    throw new DatasetError(
      `${name}: the server sent another range than the one requested; use another server`,
    );
  }
  void response.body?.cancel();
  if (status === 200)
    throw new DatasetError(
      `${name}: the server does not answer range requests; use another server, or download the file`,
    );
  if (status === 404 || status === 410)
    throw new MissingFileError(`${name} is missing (HTTP ${status}); check the URL`);
  const Problem = status === 429 || status >= 500 ? TransientError : DatasetError;
  throw new Problem(
    `${name} cannot be read (HTTP ${status}); requests are not signed, so make it public or give a pre-signed URL`,
  );
}

async function readBody(name: string, response: Response, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  for await (const chunk of response.body ?? []) {
    if (filled + chunk.length > length)
      throw new DatasetError(`${name}: the server sent more than was requested`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled < length) throw new TransientError(`${name}: the server sent ${filled} of ${length} bytes`);
  return bytes;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
