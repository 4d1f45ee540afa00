/** The events in the log of a run that trains, prunes and compares. Every line is validated when it is read. */
import { InvalidPlanError, type Plan, parsePlan } from "@secateur/surgery";
import { z } from "zod";
import { type CriterionFilesEvent, criterionFilesEvent } from "../inputs/criterion-files.ts";
import { type Normalization, normalizationSchema } from "../inputs/normalization.ts";
import { type EngineEvent, engineEvent } from "../inputs/run-engine.ts";
import { type SkippedEvent, skippedEvent } from "../inputs/skipped-images.ts";
import { measured, type WorkEvent, workEvent } from "../run/shared-events.ts";
import { budgetSchema } from "./budget.ts";
import type { Tested } from "./jobs/test-network.ts";
import type { Baseline, Cell, CurvePoint, FineTunePoint } from "./results.ts";

/** Latency is measured when all workers have ended. */
export type TestedBaseline = Omit<Baseline, "latencyMsPerImage">;

/** A pruned network without its latency, and the plan from the trained network to it. */
export type TestedCell = Omit<Cell, "latencyMsPerImage"> & { readonly plan: Plan };

/** A test of a pruned network whose other stages are still to come: a run that continues does not repeat it. */
export interface StageTest extends Pick<Cell, "seed" | "criterion" | "ratio">, Tested {
  readonly stage: "pruned" | "repaired";
}

export type CompareEvent =
  | { readonly type: "normalization"; readonly seed: number; readonly normalization: Normalization }
  | { readonly type: "training"; readonly point: CurvePoint }
  | { readonly type: "baseline"; readonly baseline: TestedBaseline }
  | { readonly type: "fine-tuning"; readonly point: FineTunePoint }
  | { readonly type: "tested"; readonly test: StageTest }
  | { readonly type: "cell"; readonly cell: TestedCell }
  | CriterionFilesEvent
  | EngineEvent
  | SkippedEvent
  | WorkEvent;

export const planSchema: z.ZodType<Plan> = z.unknown().transform((value, context) => {
  try {
    return parsePlan(JSON.stringify(value) ?? "");
  } catch (error) {
    if (!(error instanceof InvalidPlanError)) throw error;
    context.issues.push({ code: "custom", message: error.message, input: value });
    return z.NEVER;
  }
});

/** Missing in the logs of old runs. */
const added = z.number().nullable().default(null);

const curvePoint = z.object({ seed: z.number(), epoch: z.number(), loss: measured, accuracy: measured });

const baseline = z.object({
  seed: z.number(),
  parameters: z.number(),
  macs: z.number(),
  accuracy: measured,
  loss: measured,
  top5: added,
});

const cellId = z.object({ seed: z.number(), criterion: z.string(), ratio: z.number() });

const stageTest = cellId.extend({
  stage: z.enum(["pruned", "repaired"]),
  accuracy: measured,
  loss: measured,
  top5: added,
  agreement: added,
});

const cell = cellId.extend({
  budget: budgetSchema,
  parameters: z.number(),
  macs: z.number(),
  accuracyBefore: measured,
  accuracyPruned: measured,
  accuracyRepaired: added,
  repairSeconds: added,
  accuracyTuned: z.number().nullable(),
  lossBefore: measured,
  lossPruned: measured,
  lossRepaired: added,
  lossTuned: z.number().nullable(),
  top5Before: added,
  top5Pruned: added,
  top5Repaired: added,
  top5Tuned: added,
  agreementPruned: added,
  agreementRepaired: added,
  agreementTuned: added,
  keptUnits: z.record(z.string(), z.object({ kept: z.number(), total: z.number() })),
  notes: z.array(z.string()),
  plan: planSchema,
});

export const compareEvents: z.ZodType<CompareEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("normalization"), seed: z.number(), normalization: normalizationSchema }),
  z.object({ type: z.literal("training"), point: curvePoint }),
  z.object({ type: z.literal("baseline"), baseline }),
  z.object({
    type: z.literal("fine-tuning"),
    point: curvePoint.extend({ criterion: z.string(), ratio: z.number() }),
  }),
  z.object({ type: z.literal("tested"), test: stageTest }),
  z.object({ type: z.literal("cell"), cell }),
  criterionFilesEvent,
  engineEvent,
  skippedEvent,
  workEvent,
]);
