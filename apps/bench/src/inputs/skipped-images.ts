/** The images that could not be decoded, as a sentence for results. */
import type { BatchSource } from "./batch-source.ts";

const named = 3;

/** One sentence, or none: of this process, so far. */
export function skippedImages({ skipped }: Pick<BatchSource, "skipped">): readonly string[] {
  const all = skipped?.() ?? [];
  if (all.length === 0) return [];
  const count = `${all.length} ${all.length === 1 ? "image" : "images"} could not be decoded and took no part`;
  return [`${count}: ${all.slice(0, named).join("; ")}${all.length > named ? "; …" : ""}`];
}
