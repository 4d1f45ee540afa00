/** Means and deviations as text. */
import { fixedText } from "../report/decimals.ts";
import type { Spread } from "./spread.ts";

/** Shown for a missing number. */
export const none = "–";

/** For instance `61.20 ± 0.35`. */
export function formatSpread(spread: Spread | null, scale: number, digits: number): string {
  if (spread === null) return none;
  return `${fixedText(spread.mean * scale, digits)}${deviationText(spread, scale, digits)}`;
}

/** For instance ` ± 0.35`; one seed has no deviation, and equal values have none but for rounding noise. */
export function deviationText({ mean, std }: Spread, scale: number, digits: number): string {
  return std === null || std <= 1e-9 * Math.abs(mean) ? "" : ` ± ${fixedText(std * scale, digits)}`;
}
