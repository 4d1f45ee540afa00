/** Loss over epochs, of training and of fine-tuning. */

import type { Html } from "@secateur/command-line/page";
import { plot, type SeriesScales } from "../../report/plot.ts";
import type { CurvePoint, FineTunePoint, Summary } from "../results.ts";
import { shortNumber } from "../table.ts";
import { type BandPoint, bandPoint, bandSpec } from "./band-plot.ts";

const x = { title: "Epoch", format: "~f" };
const lossAxis = { title: "Cross-entropy", format: "~f" };

/** Loss and accuracy of training; empty where the network was loaded. */
export async function trainingPlots({ trainingCurve }: Summary): Promise<readonly Html[]> {
  if (trainingCurve.length === 0) return [];
  const loss = averaged(trainingCurve, ({ loss }) => loss);
  const accuracy = averaged(trainingCurve, ({ accuracy }) => accuracy);
  return Promise.all([
    plot(bandSpec("Training loss", loss, { x, y: lossAxis }), "Training loss over epochs"),
    plot(
      bandSpec("Training accuracy", accuracy, { x, y: { title: "Accuracy", format: "%" } }),
      "Training accuracy over epochs",
    ),
  ]);
}

/** Loss of fine-tuning, one plot per ratio. */
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
        return plot(bandSpec(title, points, { x, y: lossAxis, scales, range }), `${title}, over epochs`);
      }),
  );
}

/** Mean and standard deviation over seeds at every recorded epoch. */
function averaged<Point extends CurvePoint>(
  points: readonly Point[],
  value: (point: Point) => number,
): readonly BandPoint[] {
  const epochs = [...new Set(points.map(({ epoch }) => epoch))];
  return epochs.map((epoch) => bandPoint(epoch, points.filter((point) => point.epoch === epoch).map(value)));
}

function lossRange(points: readonly FineTunePoint[]): [number, number] {
  const losses = points.map(({ loss }) => loss);
  return [Math.min(...losses), Math.max(...losses)];
}
