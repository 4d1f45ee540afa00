/** The loss that a joint choice predicts for its sets of units, to first order, and the loss when they are removed. */
import { disposeModel } from "@secateur/model-graph";
import { type JointChoice, selectJointly } from "@secateur/pruner";
import { createPlan, silence } from "@secateur/surgery";
import { forward } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { OracleContext } from "./measure.ts";
import type { JointStudy } from "./measurements.ts";

/** Half of the units are chosen, with one linearisation; the loss is measured after every tenth of them. */
const share = 0.5;
const sizes = 10;
const temperature = 4;

export async function measureJoint({ run, graph, data, progress }: OracleContext): Promise<JointStudy> {
  const [known] = eventsOf(run.log.events, "joint");
  if (known !== undefined) return known.study;
  const images = run.config.jointImages;
  const choices: JointChoice[] = [];
  await selectJointly(
    graph.model,
    graph,
    data(images),
    { units: share },
    {
      rounds: 1,
      temperature,
      onChoice: (choice) => choices.push(choice),
    },
  );
  const measured: JointStudy["sets"][number][] = [];
  const task = lazyTask(progress, "Sets", sizes);
  for (let i = 1; i <= sizes; i++) {
    const removed = Math.ceil((i * choices.length) / sizes);
    const chosen = choices.slice(0, removed);
    const of = (id: string): number[] => chosen.filter(({ group }) => group === id).map(({ unit }) => unit);
    const plan = createPlan(
      graph,
      graph.groups.map(({ id }) => [id, of(id)] as const),
    );
    const silenced = silence(graph.model, plan, { graph });
    const loss = await divergence(graph.model, silenced, data(images));
    disposeModel(silenced);
    measured.push({ removed, predicted: chosen.at(-1)?.loss ?? 0, measured: loss });
    task.advance(1);
  }
  task.done();
  const study = { images, temperature, sets: measured };
  run.log.append({ type: "joint", study });
  return study;
}

/** `T² · mean KL` of the softened predictions. Disposes the batches. */
async function divergence(
  original: tfl.LayersModel,
  other: tfl.LayersModel,
  batches: ReturnType<OracleContext["data"]>,
): Promise<number> {
  let [total, count] = [0, 0];
  for await (const { xs, ys } of batches) {
    const sum = tf.tidy(() => {
      const [p, q] = [original, other].map((model) => {
        const [logits] = forward(model, xs);
        return tf.logSoftmax(tf.div(logits as tf.Tensor, temperature));
      }) as [tf.Tensor, tf.Tensor];
      count += Number(p.shape[0]);
      return tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)));
    });
    total += Number((await sum.data())[0]);
    tf.dispose([sum, xs, ys] as tf.Tensor[]);
  }
  return (temperature ** 2 * total) / count;
}
