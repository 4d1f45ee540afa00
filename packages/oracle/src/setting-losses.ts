/** The change of the mean loss for any settings of one group's gates: several settings a pass, minibatch by minibatch. */
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
import { type Consumer, closedGates, consumersOf } from "./closed-gates.ts";
import { OracleError } from "./errors.ts";

export interface SettingOptions {
  /** Examples a pass, settings times minibatch; at least one setting. Default 256. */
  readonly rowsPerPass?: number;
  /** Is told of every pass: how many losses of single examples were computed. */
  readonly onPass?: (losses: number) => void;
  /** Default: softmax cross-entropy. A model of several outputs takes a list of one loss per output. */
  readonly loss?: LossOption;
}

export interface SettingLosses {
  /** With all gates open, mean over the examples. */
  readonly loss: number;
  /** For each setting: the mean loss less that with all gates open. */
  readonly changes: Float64Array;
}

/**
 * @param batches are disposed.
 * @param settings lists of closed units.
 * @throws OracleError without batches, or where a loss is not finite.
 */
export async function settingLosses(
  model: tfl.LayersModel,
  group: Group,
  batches: Batches,
  settings: readonly (readonly number[])[],
  { rowsPerPass = 256, onPass = () => undefined, loss: lossOption }: SettingOptions = {},
): Promise<SettingLosses> {
  const consumers = consumersOf(model, group);
  const layers = consumers.map(({ layer }) => layer);
  const gated = gatedLosses(model, layers, lossOption);
  const changes = new Float64Array(settings.length);
  let [count, loss] = [0, 0];
  for await (const batch of batches) {
    const prepared = prepareAndDispose(gated, batch);
    const { size } = prepared;
    const open = lossesOf(gated, consumers, prepared, [[]]);
    loss += sum(open);
    count += size;
    const perPass = Math.max(1, Math.floor(rowsPerPass / size));
    for (let from = 0; from < settings.length; from += perPass) {
      const chosen = settings.slice(from, from + perPass);
      const closed = lossesOf(gated, consumers, prepared, chosen);
      for (const [i] of chosen.entries()) {
        const difference = differenceOf(closed.subarray(i * size, (i + 1) * size), open);
        changes[from + i] = Number(changes[from + i]) + difference;
      }
      onPass(closed.length);
      await tf.nextFrame(); // lets the process hear of interrupts
    }
    tf.dispose([...prepared.tensors, ...prepared.targets]);
  }
  if (count === 0) throw new OracleError("there are no batches to measure losses on");
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

/** `[settings · batch]` */
function lossesOf(
  gated: GatedLosses,
  consumers: readonly Consumer[],
  prepared: PreparedBatch,
  settings: readonly (readonly number[])[],
): Float32Array {
  const gates = closedGates(consumers, settings);
  try {
    const losses = gated.losses(prepared, gates);
    const values = losses.dataSync<"float32">();
    losses.dispose();
    return values;
  } finally {
    tf.dispose(gates);
  }
}

function checkFinite(loss: number, changes: Float64Array, { id }: Group): void {
  const bad = changes.findIndex((change) => !Number.isFinite(change));
  if (Number.isFinite(loss) && bad < 0) return;
  const what = Number.isFinite(loss) ? `without some units of "${id}"` : "of the network as it is";
  throw new OracleError(`the loss ${what} is not finite: the weights of the network have gone wrong`);
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** In double precision, as losses are much larger than what one unit changes of them. */
function differenceOf(closed: Float32Array, open: Float32Array): number {
  let total = 0;
  for (const [i, value] of closed.entries()) total += value - Number(open[i]);
  return total;
}
