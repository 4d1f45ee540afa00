/** The events in the log of a compensation study. Every line is validated when it is read. */
import { z } from "zod";
import { type CriterionFilesEvent, criterionFilesEvent } from "../inputs/criterion-files.ts";
import { type EngineEvent, engineEvent } from "../inputs/run-engine.ts";
import { measured, type WorkEvent, workEvent } from "../run/shared-events.ts";
import type { Labels } from "./cells.ts";
import type { MeasuredCell, MeasuredTask } from "./measurements.ts";

/** The unpruned network's loss on training images. */
export interface NetworkEvent {
  readonly type: "network";
  readonly loss: number;
}

/** Scores by group id. */
interface ScoresEvent {
  readonly type: "scores";
  readonly seed: number;
  readonly criterion: string;
  readonly labels: Labels;
  readonly scores: Readonly<Record<string, readonly number[]>>;
}

export type CompensationEvent =
  | NetworkEvent
  | { readonly type: "unpruned"; readonly accuracy: number; readonly loss: number }
  | ScoresEvent
  | { readonly type: "cell"; readonly cell: MeasuredCell }
  | { readonly type: "task"; readonly task: MeasuredTask }
  | CriterionFilesEvent
  | EngineEvent
  | WorkEvent;

const labels = z.enum(["given", "own"]);

const cell = z.object({
  seed: z.number(),
  criterion: z.string(),
  labels,
  macs: z.number(),
  method: z.string(),
  samples: z.number(),
  classes: z.enum(["all", "half"]),
  accuracy: z.number(),
  loss: measured,
  macsLeft: z.number(),
  seconds: z.number(),
  layers: z.array(z.object({ layer: z.string(), before: measured, after: measured, ridge: measured })),
  skipped: z.array(z.object({ layer: z.string(), reason: z.string() })),
  before: z.number(),
  after: z.number(),
  isReverted: z.boolean(),
});

const task = z.object({
  network: z.string(),
  task: z.enum(["train", "compensate"]),
  images: z.number(),
  seconds: z.number(),
  megabytes: z.number(),
});

export const compensationEvents: z.ZodType<CompensationEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("network"), loss: measured }),
  z.object({ type: z.literal("unpruned"), accuracy: z.number(), loss: measured }),
  z.object({
    type: z.literal("scores"),
    seed: z.number(),
    criterion: z.string(),
    labels,
    scores: z.record(z.string(), z.array(measured)),
  }),
  z.object({ type: z.literal("cell"), cell }),
  z.object({ type: z.literal("task"), task }),
  criterionFilesEvent,
  engineEvent,
  workEvent,
]);
