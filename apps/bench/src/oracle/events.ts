/** The events in the log of an oracle study. Every line is validated when it is read. */
import { z } from "zod";
import { type CriterionFilesEvent, criterionFilesEvent } from "../inputs/criterion-files.ts";
import { type EngineEvent, engineEvent } from "../inputs/run-engine.ts";
import { measured, type WorkEvent, workEvent } from "../run/shared-events.ts";
import type { JointStudy, MeasuredCriterion } from "./measurements.ts";

/** The loss of the unpruned network. */
export interface NetworkEvent {
  readonly type: "network";
  readonly loss: number;
}

export type OracleEvent =
  | NetworkEvent
  | { readonly type: "scores"; readonly criterion: MeasuredCriterion }
  | { readonly type: "train-step"; readonly seconds: number }
  | {
      readonly type: "loss-changes";
      readonly group: string;
      readonly changes: readonly number[];
      readonly seconds: number;
    }
  /** The losses of the next subsets, in the order of their indices. */
  | { readonly type: "subsets"; readonly losses: readonly number[] }
  | { readonly type: "joint"; readonly study: JointStudy }
  | CriterionFilesEvent
  | EngineEvent
  | WorkEvent;

const criterion = z.object({
  name: z.string(),
  scores: z.record(z.string(), z.array(measured)).nullable(),
  notes: z.array(z.string()),
  secondsPerMinibatch: z.number().nullable(),
});

const joint = z.object({
  images: z.number(),
  temperature: z.number(),
  sets: z.array(z.object({ removed: z.number(), predicted: measured, measured })),
});

export const oracleEvents: z.ZodType<OracleEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("network"), loss: measured }),
  z.object({ type: z.literal("scores"), criterion }),
  z.object({ type: z.literal("train-step"), seconds: measured }),
  z.object({
    type: z.literal("loss-changes"),
    group: z.string(),
    changes: z.array(measured),
    seconds: z.number(),
  }),
  z.object({ type: z.literal("subsets"), losses: z.array(measured) }),
  z.object({ type: z.literal("joint"), study: joint }),
  criterionFilesEvent,
  engineEvent,
  workEvent,
]);
