/** Loss over epochs, of training and of fine-tuning. */

import type { Html } from "@secateur/command-line/page";
import { shortNumber } from "../../report/decimals.ts";
import { plot, type SeriesScales } from "../../report/plot.ts";
import { valueDomain } from "../../report/value-domain.ts";
import type { CurvePoint, Summary } from "../results.ts";
import {
  accuracyLimits,
  type BandAxis,
  type BandPoint,
  bandPoint,
  bandSpec,
  lossLimits,
  xsOf,
  ysOf,
} from "./band-plot.ts";

const epochs = (points: readonly BandPoint[]): BandAxis => ({
  title: "Epoch",
  format: "f",
  domain: valueDomain(xsOf(points), { leastSpan: 0.1 }),
});

const losses = (points: readonly BandPoint[]): BandAxis => ({
  title: "Cross-entropy",
  format: "f",
  domain: valueDomain(ysOf(points), lossLimits),
});

/** Loss and accuracy of training; empty where the network was loaded. */
export async function trainingPlots({ trainingCurve }: Summary): Promise<readonly Html[]> {
  if (trainingCurve.length === 0) return [];
  const loss = averaged(trainingCurve, ({ loss }) => loss);
  const accuracy = averaged(trainingCurve, ({ accuracy }) => accuracy);
  const x = epochs(loss);
  const y = {
    title: "Accuracy on the training images",
    format: "%",
    domain: valueDomain(ysOf(accuracy), accuracyLimits),
  };
  return Promise.all([
    plot(bandSpec("Training loss", loss, { x, y: losses(loss) }), "Training loss over epochs"),
    plot(bandSpec("Training accuracy", accuracy, { x, y }), "Training accuracy over epochs"),
  ]);
}

/** Loss of fine-tuning, one plot per ratio, all with the same axes. */
export async function fineTunePlots(summary: Summary, scales: SeriesScales): Promise<readonly Html[]> {
  const { fineTuneCurves, config, criteria } = summary;
  const lines = config.ratios
    .filter((ratio) => fineTuneCurves.some((point) => point.ratio === ratio))
    .map((ratio) => ({
      title: `Fine-tuning loss, ${shortNumber(ratio * 100)} % removed`,
      points: criteria.flatMap((criterion) => {
        const own = fineTuneCurves.filter((point) => point.criterion === criterion && point.ratio === ratio);
        return averaged(own, ({ loss }) => loss).map((point) => ({ ...point, criterion }));
      }),
    }));
  const all = lines.flatMap(({ points }) => points);
  const look = { x: epochs(all), y: losses(all), scales };
  return Promise.all(
    lines.map(({ title, points }) => plot(bandSpec(title, points, look), `${title}, over epochs`)),
  );
}

/** Mean and standard deviation over seeds at every recorded epoch. */
function averaged<Point extends CurvePoint>(
  points: readonly Point[],
  value: (point: Point) => number,
): readonly BandPoint[] {
  const each = [...new Set(points.map(({ epoch }) => epoch))];
  return each.map((epoch) => bandPoint(epoch, points.filter((point) => point.epoch === epoch).map(value)));
}
