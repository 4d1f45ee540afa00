/** The program of a thread that decodes images: several at a time, in the order in which their pixels are ready. */
import { parentPort } from "node:worker_threads";
import { type ViewRequest, viewPixels } from "./view-pixels.ts";

export interface DecodeTask extends ViewRequest {
  readonly id: number;
}

export interface DecodedImage {
  readonly id: number;
  /** [window.height, window.width, 3]; null where the image cannot be decoded. */
  readonly pixels: Uint8Array<ArrayBuffer> | null;
  /** Why it cannot. */
  readonly reason: string;
}

async function decode({ id, ...request }: DecodeTask): Promise<DecodedImage> {
  try {
    // A copy: the decoder's memory cannot be transferred between threads.
    return { id, pixels: Uint8Array.from(await viewPixels(request)), reason: "" };
  } catch (error) {
    return { id, pixels: null, reason: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", async (task: DecodeTask) => {
  const image = await decode(task);
  parentPort?.postMessage(image, image.pixels === null ? [] : [image.pixels.buffer]);
});
