/** Add, Multiply and other elementwise merges tie equal channels of their inputs. */
import { type Channels, hasNoChannels } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { tieAll } from "./tie-all.ts";

export function elementwiseMerge(context: RuleContext): Channels | undefined {
  if (context.inputs.length === 0) return undefined;
  const rank = context.outputShape.length;
  return tieAll(
    context,
    context.inputs.map((input) => stretched(ofRank(input, rank), context)),
  );
}

/** tfjs inserts axes of size 1 after the batch axis. */
function ofRank({ shape, varies, ids }: Channels, rank: number): Channels {
  const added = Array.from({ length: rank - shape.length }, () => 1);
  return { shape: [...added, ...shape], varies: [...added.map(() => false), ...varies], ids };
}

/** The input in the output's shape. Pins a channel that is stretched over several (its axis has size 1): it belongs to all of them. */
function stretched(input: Channels, { outputShape, pin }: RuleContext): Channels {
  const isStretched = (axis: number): boolean => input.shape[axis] === 1 && outputShape[axis] !== 1;
  const varies = input.varies.map((v, axis) => v && !isStretched(axis));
  const result = { shape: outputShape, varies, ids: input.ids };
  if (!hasNoChannels(input) && hasNoChannels(result)) pin(input.ids, "a channel is broadcast to many");
  return result;
}
