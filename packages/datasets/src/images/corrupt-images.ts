/** Skips images that cannot be decoded, up to a limit per epoch. */
import { printWarning } from "@secateur/base";
import { CorruptImagesError, UnreadableFileError } from "../errors.ts";

/** Receives the error, whose message names the image and says why it cannot be decoded. */
export type OnCorrupt = (error: UnreadableFileError) => void;

export interface CorruptOptions {
  readonly maximumCorrupt?: number;
  readonly onCorrupt?: OnCorrupt;
}

const namedInError = 3;

/**
 * Yields null in the place of errors.
 *
 * @param count - The number of results.
 * @throws CorruptImagesError when more than `maximumCorrupt` of them, or all, are errors.
 */
export async function* skipCorrupt<T extends object>(
  results: AsyncIterable<T | UnreadableFileError>,
  count: number,
  { maximumCorrupt = Math.max(10, Math.floor(count / 100)), onCorrupt = warn }: CorruptOptions,
): AsyncGenerator<T | null, void, undefined> {
  const first: string[] = [];
  let corrupt = 0;
  for await (const result of results) {
    if (!(result instanceof UnreadableFileError)) {
      yield result;
      continue;
    }
    onCorrupt(result);
    corrupt++;
    if (first.length < namedInError) first.push(result.message);
    if (corrupt > maximumCorrupt || corrupt === count)
      throw new CorruptImagesError(
        `${corrupt} of the epoch's ${count} images cannot be read, and at most ${Math.min(maximumCorrupt, count - 1)} may be skipped: ${first.join("; ")}`,
      );
    yield null;
  }
}

function warn({ message }: UnreadableFileError): void {
  printWarning(`Skipped an image: ${message}`);
}
