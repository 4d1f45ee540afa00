/** A resumed run must use the criterion files that it started with. Files that these import are not compared. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { z } from "zod";
import { type Log, requireUnchanged } from "../run/shared-events.ts";

export interface CriterionFilesEvent {
  readonly type: "criterion-files";
  /** Hashes by absolute path. */
  readonly sha256: Readonly<Record<string, string>>;
}

export const criterionFilesEvent: z.ZodObject<{
  type: z.ZodLiteral<"criterion-files">;
  sha256: z.ZodRecord<z.ZodString, z.ZodString>;
}> = z.object({ type: z.literal("criterion-files"), sha256: z.record(z.string(), z.string()) });

interface Run {
  readonly path: string;
  readonly config: { readonly criterion: readonly string[] };
  readonly log: Log<CriterionFilesEvent>;
}

/** @throws RunDirectoryError where a file has changed since the run started. */
export function requireSameCriterionFiles(run: Run): void {
  const { criterion } = run.config;
  if (criterion.length === 0) return;
  const sha256 = Object.fromEntries(criterion.map((file) => [file, hashOf(file)]));
  requireUnchanged<CriterionFilesEvent>(run.log, { type: "criterion-files", sha256 }, (before) => {
    const changed = criterion.find((file) => before.sha256[file] !== sha256[file]);
    return changed === undefined
      ? null
      : `${changed} has changed since the run in ${run.path} started: restore it, or choose another --out.`;
  });
}

function hashOf(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}
