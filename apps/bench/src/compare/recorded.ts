/**
 * What a run's log holds so far: results by what they are of, each once, whatever was logged twice around a kill; curves
 * point after point, whatever order the workers told them in.
 */
import type { RunEvent } from "../run/event-log.ts";
import type { PrunedCell } from "./jobs/record-cell.ts";
import type { Baseline, CurvePoint, FineTunePoint } from "./results.ts";

export type TrainedBaseline = Omit<Baseline, "latencyMsPerImage">;

export interface Recorded {
  readonly baselines: ReadonlyMap<number, TrainedBaseline>;
  readonly cells: ReadonlyMap<string, PrunedCell>;
  readonly training: readonly CurvePoint[];
  readonly fineTuning: readonly FineTunePoint[];
}

export const cellKey = ({
  seed,
  criterion,
  ratio,
}: Pick<PrunedCell, "seed" | "criterion" | "ratio">): string => `${seed}/${criterion}/${ratio}`;

export function readRecord(events: readonly RunEvent[]): Recorded {
  const of = <T>(type: string, field: string): readonly T[] =>
    events.filter((event) => event.type === type).map((event) => event[field] as T);
  const cells = of<PrunedCell>("cell", "cell");
  const tuning = of<FineTunePoint>("fine-tuning", "point");
  return {
    baselines: new Map(of<TrainedBaseline>("baseline", "baseline").map((each) => [each.seed, each])),
    cells: new Map(cells.map((cell) => [cellKey(cell), cell])),
    training: lastOfEach(
      of<CurvePoint>("training", "point"),
      ({ seed, epoch }) => `${seed}/${epoch.toFixed(6)}`,
    ).toSorted(bySeedAndEpoch),
    fineTuning: lastOfEach(tuning, (point) => `${cellKey(point)}/${point.epoch.toFixed(6)}`).toSorted(
      (a, b) => a.criterion.localeCompare(b.criterion) || a.ratio - b.ratio || bySeedAndEpoch(a, b),
    ),
  };
}

const bySeedAndEpoch = (a: CurvePoint, b: CurvePoint): number => a.seed - b.seed || a.epoch - b.epoch;

function lastOfEach<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
