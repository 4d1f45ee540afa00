/** What the study ran on, and what else is needed to repeat it. */
import { formatDuration } from "../../run/progress.ts";
import type { OracleMeasurements } from "../measurements.ts";

export function environment(measurements: OracleMeasurements): readonly (readonly [string, string])[] {
  const { engine, versions, commit, startedAt, network, trainStepSeconds, oracleSeconds } = measurements;
  return [
    ["Engine", engine],
    ...Object.entries(versions),
    ["Commit", commit ?? "unknown"],
    ["Seed", String(measurements.config.seed)],
    ["Begun", startedAt],
    ["Network", `${network.parameters} parameters, ${network.macs} multiply-adds an image`],
    [
      "Training step",
      Number.isFinite(trainStepSeconds) ? `${(1000 * trainStepSeconds).toFixed(1)} ms` : "not timed",
    ],
    ["Oracle", formatDuration(1000 * oracleSeconds)],
  ];
}
