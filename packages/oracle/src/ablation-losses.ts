/**
 * The change of the mean loss under ablations. An ablation removes some of a group's units, by setting their gates to 0 at
 * every layer that reads them; several ablations share a forward pass.
 */
import type { Group } from "@secateur/dependency-graph";
import {
  type Batch,
  type Batches,
  disposeBatch,
  type GatedLosses,
  gatedLosses,
  type LossOption,
  type PreparedBatch,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { OracleError } from "./errors.ts";
import { type Consumer, consumersOf, gateMasks } from "./gate-masks.ts";

export interface AblationOptions {
  /** Maximum rows of one forward pass; k ablations of a batch of n take k·n rows. Always at least one ablation. Default 256. */
  readonly rowsPerPass?: number;
  /** Called after every pass with the number of per-example losses that it computed. */
  readonly onPass?: (losses: number) => void;
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
}

export interface AblationLosses {
  /** The mean loss with all units. */
  readonly loss: number;
  /** For each ablation, its mean loss minus `loss`. */
  readonly changes: Float64Array;
}

/**
 * @param batches - Each batch is disposed after use.
 * @param ablations - For each ablation, the units that it removes.
 * @throws OracleError if there are no batches, or where a loss is not finite.
 */
export async function ablationLosses(
  model: tfl.LayersModel,
  group: Group,
  batches: Batches,
  ablations: readonly (readonly number[])[],
  { rowsPerPass = 256, onPass = () => undefined, loss: lossOption }: AblationOptions = {},
): Promise<AblationLosses> {
  const consumers = consumersOf(model, group);
  const layers = consumers.map(({ layer }) => layer);
  const gated = gatedLosses(model, layers, lossOption);
  const changes = new Float64Array(ablations.length);
  let [count, loss] = [0, 0];
  for await (const batch of batches) {
    const prepared = prepareAndDispose(gated, batch);
    try {
      const { size } = prepared;
      const unmasked = await lossesOf(gated, consumers, prepared, [[]]); // one ablation that removes nothing
      loss += sum(unmasked);
      count += size;
      checkFinite(loss, changes, group);
      const perPass = Math.max(1, Math.floor(rowsPerPass / size));
      for (let from = 0; from < ablations.length; from += perPass) {
        const chosen = ablations.slice(from, from + perPass);
        const masked = await lossesOf(gated, consumers, prepared, chosen);
        for (const [i] of chosen.entries()) {
          const difference = differenceOf(masked.subarray(i * size, (i + 1) * size), unmasked);
          changes[from + i] = Number(changes[from + i]) + difference;
        }
        onPass(masked.length);
        await tf.nextFrame(); // yield to the event loop, for example for Ctrl-C
      }
    } finally {
      tf.dispose([...prepared.tensors, ...prepared.targets]);
    }
  }
  if (count === 0)
    throw new OracleError("batches is empty: pass at least one minibatch to measure losses on");
  checkFinite(loss, changes, group);
  return { loss: loss / count, changes: changes.map((change) => change / count) };
}

function prepareAndDispose(gated: GatedLosses, batch: Batch): PreparedBatch {
  try {
    return gated.prepare(batch);
  } finally {
    disposeBatch(batch);
  }
}

/** `[ablations · batch]` */
async function lossesOf(
  gated: GatedLosses,
  consumers: readonly Consumer[],
  prepared: PreparedBatch,
  ablations: readonly (readonly number[])[],
): Promise<Float32Array> {
  const masks = gateMasks(consumers, ablations);
  try {
    const losses = gated.losses(prepared, masks);
    const values = await losses.data<"float32">();
    losses.dispose();
    return values;
  } finally {
    tf.dispose(masks);
  }
}

function checkFinite(loss: number, changes: Float64Array, { id }: Group): void {
  const bad = changes.findIndex((change) => !Number.isFinite(change));
  if (Number.isFinite(loss) && bad < 0) return;
  const what = Number.isFinite(loss) ? `without some units of group "${id}"` : "of the unchanged model";
  throw new OracleError(`the loss ${what} is not finite: check the model's weights and the data for NaN`);
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** In double precision, because the change by one unit is small compared with the losses. */
function differenceOf(masked: Float32Array, unmasked: Float32Array): number {
  let total = 0;
  for (const [i, value] of masked.entries()) total += value - Number(unmasked[i]);
  return total;
}
