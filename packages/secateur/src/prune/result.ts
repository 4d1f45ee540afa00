/** What `secateur prune` found: all numbers of the report, as JSON. */
import type { OutputComparison } from "./compare-outputs.ts";
import type { BudgetName } from "./settings.ts";

/** A number before and after. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** Milliseconds per image, one image at a time. */
export interface MeasuredTime {
  readonly medianMs: number;
  /** Half of the runs lie between these. */
  readonly spreadMs: readonly [low: number, high: number];
}

/** The width of a layer. */
export interface Width extends Change {
  readonly layer: string;
}

export interface PinnedLayer {
  readonly layer: string;
  readonly className: string;
  readonly reason: string;
  readonly channels: number;
  /** Layers that therefore keep their width. */
  readonly holds: readonly string[];
}

export interface PruneSummary {
  readonly model: string;
  readonly command: string;
  readonly parameters: Change;
  readonly macs: Change;
  readonly units: Change;
  /** model.json and weights. */
  readonly bytes: Change;
  readonly time: { readonly before: MeasuredTime; readonly after: MeasuredTime };
  /** On images that were held back. */
  readonly outputs: readonly OutputComparison[];
  readonly images: { readonly used: number; readonly held: number; readonly preprocessing: string };
  /** The largest difference between the cut network and the original with the units silenced, relative. */
  readonly proof: number | null;
  /**
   * Squared error of the outputs relative to their variance on the images of the repair, before and after it; null without
   * repair.
   */
  readonly repair: Change | null;
  readonly finetunedEpochs: number;
  readonly widths: readonly Width[];
  readonly pinned: readonly PinnedLayer[];
  readonly criterion: string;
  readonly budget: { readonly name: BudgetName; readonly share: number };
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** How the weights are stored. */
  readonly storage: string;
  readonly seed: number;
  readonly warnings: readonly string[];
}
