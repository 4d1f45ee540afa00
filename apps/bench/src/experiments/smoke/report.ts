/** The file of `bench:imagenet --smoke`, and its validation where `--list` reads it. */
import fs from "node:fs";
import { UsageError } from "@secateur/command-line";
import type { ModelName } from "@secateur/models";
import type { Diagnosis } from "@secateur/native-engine/self-test";
import { z } from "zod";
import type { Machine } from "./machine.ts";
import type { MeasuredStep } from "./measure-steps.ts";
import type { CheckedNumbers } from "./network-check.ts";

export interface MeasuredNetwork {
  readonly network: ModelName;
  readonly steps: readonly MeasuredStep[];
  /** Why larger batches were not measured; null where the time was used up, or none is larger. */
  readonly failure: string | null;
}

export interface SmokeReport {
  readonly formatVersion: 1;
  readonly startedAt: string;
  readonly machine: Machine;
  /** The self-test of every engine. */
  readonly engines: readonly Diagnosis[];
  /** The engine that was measured; null before it is chosen. */
  readonly engine: string | null;
  /** The same numbers on two engines; null where an engine failed. */
  readonly checks: readonly {
    readonly engine: string;
    readonly numbers: CheckedNumbers | null;
    readonly failure: string | null;
  }[];
  readonly networks: readonly MeasuredNetwork[];
  /** Null until the end. */
  readonly durationMs: number | null;
}

/** As much of the file as `--list` needs. */
export interface StepTimes {
  readonly engine: string | null;
  readonly networks: readonly {
    readonly network: string;
    readonly steps: readonly Pick<MeasuredStep, "batch" | "stepMs">[];
  }[];
}

const schema: z.ZodType<StepTimes> = z.object({
  formatVersion: z.literal(1),
  engine: z.string().nullable(),
  networks: z.array(
    z.object({
      network: z.string(),
      steps: z.array(z.object({ batch: z.int().gte(1), stepMs: z.number().positive() })),
    }),
  ),
});

/** @throws UsageError for a file that `--smoke` has not written. */
export function readStepTimes(file: string): StepTimes {
  if (!fs.existsSync(file)) throw new UsageError(`--times: there is no file ${file}.`);
  try {
    return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch (error) {
    throw new UsageError(`--times: ${file} is not a file of --smoke.`, { cause: error });
  }
}

/** Milliseconds per image of a network, with its largest batch; null where it was not measured. */
export function msPerImage({ networks }: StepTimes, network: ModelName): number | null {
  const last = networks.find((each) => each.network === network)?.steps.at(-1);
  return last === undefined ? null : last.stepMs / last.batch;
}
