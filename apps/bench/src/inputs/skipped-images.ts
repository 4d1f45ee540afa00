/** The images that could not be decoded, in the log of a run: one that continues may not read all of them again. */
import { z } from "zod";
import type { BatchSource } from "./batch-source.ts";

export interface SkippedEvent {
  readonly type: "skipped";
  /** A sentence each. */
  readonly images: readonly string[];
}

export const skippedEvent: z.ZodObject<{ type: z.ZodLiteral<"skipped">; images: z.ZodArray<z.ZodString> }> =
  z.object({ type: z.literal("skipped"), images: z.array(z.string()) });

/**
 * Log its events before results that follow from the images.
 *
 * @returns a function that returns the event of the images since its last call, or null.
 */
export function skippedSince({ skipped }: Pick<BatchSource, "skipped">): () => SkippedEvent | null {
  let known = 0;
  return () => {
    const images = skipped?.().slice(known) ?? [];
    known += images.length;
    return images.length === 0 ? null : { type: "skipped", images };
  };
}

const named = 3;

/** The images in a log as one sentence for results, or none. */
export function skippedImages(events: readonly { readonly type: string }[]): readonly string[] {
  const isSkipped = (event: { readonly type: string }): event is SkippedEvent => event.type === "skipped";
  const all = [...new Set(events.filter(isSkipped).flatMap(({ images }) => images))].sort();
  if (all.length === 0) return [];
  const count = `${all.length} ${all.length === 1 ? "image" : "images"} could not be decoded and took no part`;
  return [`${count}: ${all.slice(0, named).join("; ")}${all.length > named ? "; …" : ""}`];
}
