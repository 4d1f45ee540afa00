/** The results in a run's log. An event logged twice, before and after a kill, counts once; the last one is valid. */
import { eventsOf } from "../run/event-log.ts";
import type { CompareEvent, StageTest, TestedBaseline, TestedCell } from "./events.ts";
import type { CurvePoint, FineTunePoint } from "./results.ts";

export interface Recorded {
  /** By seed. */
  readonly baselines: ReadonlyMap<number, TestedBaseline>;
  /** By `cellKey`. */
  readonly cells: ReadonlyMap<string, TestedCell>;
  /** Of cells that have no result yet. */
  readonly tests: readonly StageTest[];
  readonly training: readonly CurvePoint[];
  readonly fineTuning: readonly FineTunePoint[];
}

export function cellKey({
  seed,
  criterion,
  ratio,
}: Pick<TestedCell, "seed" | "criterion" | "ratio">): string {
  return `${seed}/${criterion}/${ratio}`;
}

export function readRecord(events: readonly CompareEvent[]): Recorded {
  const baselines = eventsOf(events, "baseline").map(({ baseline }) => baseline);
  const cells = new Map(eventsOf(events, "cell").map(({ cell }) => [cellKey(cell), cell]));
  const tests = eventsOf(events, "tested").map(({ test }) => test);
  const training = eventsOf(events, "training").map(({ point }) => point);
  const fineTuning = eventsOf(events, "fine-tuning").map(({ point }) => point);
  return {
    baselines: new Map(baselines.map((each) => [each.seed, each])),
    cells,
    tests: lastOfEach(tests, (test) => `${cellKey(test)}/${test.stage}`).filter(
      (test) => !cells.has(cellKey(test)),
    ),
    training: lastOfEach(training, ({ seed, epoch }) => `${seed}/${epoch.toFixed(6)}`).toSorted(
      bySeedAndEpoch,
    ),
    fineTuning: lastOfEach(fineTuning, (point) => `${cellKey(point)}/${point.epoch.toFixed(6)}`).toSorted(
      (a, b) => a.criterion.localeCompare(b.criterion) || a.ratio - b.ratio || bySeedAndEpoch(a, b),
    ),
  };
}

const bySeedAndEpoch = (a: CurvePoint, b: CurvePoint): number => a.seed - b.seed || a.epoch - b.epoch;

function lastOfEach<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
