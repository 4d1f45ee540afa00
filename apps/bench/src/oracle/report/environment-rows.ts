/** The environment of the study. */
import { formatDuration } from "@secateur/command-line";
import { dateTimeText, engineRows } from "../../report/environment-text.ts";
import type { OracleMeasurements } from "../measurements.ts";

export function environment(measurements: OracleMeasurements): readonly (readonly [string, string])[] {
  const { engine, versions, commit, startedAt, network, trainStepSeconds, oracleSeconds } = measurements;
  return [
    ...engineRows(engine),
    ...Object.entries(versions),
    ["Commit", commit ?? "unknown"],
    ["Seed", String(measurements.config.seed)],
    ["Started", dateTimeText(startedAt)],
    [
      "Network",
      `${network.parameters.toLocaleString("en")} parameters, ${network.macs.toLocaleString("en")} multiply-adds per image`,
    ],
    [
      "Training step",
      Number.isFinite(trainStepSeconds) ? `${(1000 * trainStepSeconds).toFixed(1)} ms` : "not measured",
    ],
    ["Oracle", formatDuration(1000 * oracleSeconds)],
  ];
}
