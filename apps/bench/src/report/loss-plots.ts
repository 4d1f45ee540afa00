/** Loss over epochs: of the training, one line a seed, and of the fine-tuning, one plot a ratio. */
import type { TopLevelSpec } from "vega-lite";
import { type CurvePoint, type FineTunePoint, type Spread, type Summary, spread } from "../results.ts";
import { shortNumber } from "../table.ts";
import type { Html } from "./html.ts";
import { plot, plotSize, type SeriesScales } from "./plot.ts";

/** Loss and accuracy of the training; nothing where the network came trained. */
export async function trainingPlots({ trainingCurve }: Summary): Promise<readonly Html[]> {
  if (trainingCurve.length === 0) return [];
  const loss = averaged(trainingCurve, ({ loss }) => loss);
  const accuracy = averaged(trainingCurve, ({ accuracy }) => accuracy);
  return Promise.all([
    plot(curveSpec("Training loss", loss, { y: "Cross-entropy", format: "~f" }), "Training loss over epochs"),
    plot(
      curveSpec("Training accuracy", accuracy, { y: "Accuracy", format: "%" }),
      "Training accuracy over epochs",
    ),
  ]);
}

/** Loss of the fine-tuning, one plot for each ratio. */
export async function fineTunePlots(summary: Summary, scales: SeriesScales): Promise<readonly Html[]> {
  const { fineTuneCurves, config } = summary;
  const range = lossRange(fineTuneCurves);
  return Promise.all(
    config.ratios
      .filter((ratio) => fineTuneCurves.some((point) => point.ratio === ratio))
      .map((ratio) => {
        const points = summary.criteria.flatMap((criterion) => {
          const own = fineTuneCurves.filter(
            (point) => point.criterion === criterion && point.ratio === ratio,
          );
          return averaged(own, ({ loss }) => loss).map((point) => ({ ...point, criterion }));
        });
        const title = `Fine-tuning loss, ${shortNumber(ratio * 100)} % removed`;
        return plot(
          curveSpec(title, points, { y: "Cross-entropy", format: "~f", scales, range }),
          `${title}, over epochs`,
        );
      }),
  );
}

interface CurveMean {
  readonly epoch: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and deviation over seeds at every epoch that was recorded. */
function averaged<Point extends CurvePoint>(
  points: readonly Point[],
  value: (point: Point) => number,
): readonly CurveMean[] {
  const epochs = [...new Set(points.map(({ epoch }) => epoch))];
  return epochs.map((epoch) => {
    const { mean, std }: Spread = spread(points.filter((point) => point.epoch === epoch).map(value));
    return { epoch, mean, low: mean - (std ?? 0), high: mean + (std ?? 0) };
  });
}

function lossRange(points: readonly FineTunePoint[]): [number, number] {
  const losses = points.map(({ loss }) => loss);
  return [Math.min(...losses), Math.max(...losses)];
}

interface CurveLook {
  readonly y: string;
  readonly format: string;
  readonly scales?: SeriesScales;
  readonly range?: [number, number];
}

function curveSpec(
  title: string,
  values: readonly CurveMean[],
  { y, format, scales, range }: CurveLook,
): TopLevelSpec {
  const single = { value: "var(--accent)" };
  const color =
    scales === undefined
      ? single
      : { field: "criterion", type: "nominal", scale: scales.color, legend: null };
  const shape =
    scales === undefined
      ? {}
      : { shape: { field: "criterion", type: "nominal", scale: scales.shape, legend: null } };
  const scale = { zero: false, nice: true, ...(range === undefined ? {} : { domain: range }) };
  const yOf = (field: string): object => ({
    field,
    type: "quantitative",
    scale,
    axis: { title: y, format, tickCount: 5 },
  });
  const few = new Set(values.map(({ epoch }) => epoch)).size <= 12;
  return {
    title,
    width: plotSize.width,
    height: plotSize.height,
    data: { values: [...values] },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        axis: { title: "Epoch", tickCount: 6, format: "~f" },
        scale: { nice: false, zero: false, padding: 8 },
      },
      color,
    },
    layer: [
      { mark: { type: "area", opacity: 0.14 }, encoding: { y: yOf("low"), y2: { field: "high" } } },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { y: yOf("mean") } },
      ...(few
        ? [
            {
              mark: { type: "point", filled: true, size: 40, opacity: 1 },
              encoding: { y: yOf("mean"), ...shape },
            },
          ]
        : []),
    ],
  } as TopLevelSpec;
}
