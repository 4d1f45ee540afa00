/** Runs one request in a worker process of its own, so that its memory is free again and a crash is a result. */
import { startWorker } from "../../run/worker-process.ts";
import type { SmokeEvent, SmokeRequest } from "./worker.ts";

/** @returns why the request failed, null where it did not. */
export async function askWorker(
  request: SmokeRequest,
  onEvent: (event: SmokeEvent) => void,
): Promise<string | null> {
  const worker = startWorker<SmokeRequest, SmokeEvent>(new URL("./worker.ts", import.meta.url));
  try {
    await worker.request(request, onEvent);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    worker.stop();
  }
}
