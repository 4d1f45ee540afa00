/** The events in the log of an experiment. Every line is validated when it is read. */
import { z } from "zod";
import { type EngineEvent, engineEvent } from "../inputs/run-engine.ts";
import { type SkippedEvent, skippedEvent } from "../inputs/skipped-images.ts";
import { measured, type WorkEvent, workEvent } from "../run/shared-events.ts";

export interface Removal {
  /** Minibatches so far. */
  readonly step: number;
  readonly removals: number;
  /** Units removed so far. */
  readonly removed: number;
  /** 0..1 */
  readonly gatesLeft: number;
  /** Share of the unpruned network's, 0..1. */
  readonly macsLeft: number;
  readonly parametersLeft: number;
  /** The mean training loss since the last removal. */
  readonly loss: number;
}

const stages = ["unpruned", "pruned", "repaired", "fine-tuned"] as const;

/** A test on the validation images. */
export interface StageTest {
  readonly stage: (typeof stages)[number];
  readonly loss: number;
  /** 0..1 */
  readonly top1: number;
  readonly top5: number;
}

export interface TuningPoint {
  /** May be a fraction. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Means over the minibatches since the last point. */
  readonly loss: number;
  readonly accuracy: number;
}

export type ExperimentEvent =
  | { readonly type: "removal"; readonly removal: Removal }
  | { readonly type: "tested"; readonly test: StageTest }
  | { readonly type: "fine-tuning"; readonly point: TuningPoint }
  | EngineEvent
  | SkippedEvent
  | WorkEvent;

const removal = z.object({
  step: z.number(),
  removals: z.number(),
  removed: z.number(),
  gatesLeft: z.number(),
  macsLeft: z.number(),
  parametersLeft: z.number(),
  loss: measured,
});

const test = z.object({
  stage: z.enum(stages),
  loss: measured,
  top1: measured,
  top5: measured,
});

const point = z.object({ epoch: z.number(), learningRate: z.number(), loss: measured, accuracy: measured });

export const experimentEvents: z.ZodType<ExperimentEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("removal"), removal }),
  z.object({ type: z.literal("tested"), test }),
  z.object({ type: z.literal("fine-tuning"), point }),
  engineEvent,
  skippedEvent,
  workEvent,
]);
