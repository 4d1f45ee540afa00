/** The types that a criterion's author sees. The compiler checks them (`pnpm types`); vitest runs what is a value. */
import type { GroupId } from "@secateur/dependency-graph";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  activations,
  type Criterion,
  defineCriterion,
  type GroupView,
  gradients,
  type Margins,
  margins,
  type Observation,
  type Scores,
} from "../src/index.ts";

describe("score(group)", () => {
  it("has the fields of every observation asked for", () => {
    const criterion = defineCriterion({
      name: "all",
      observes: [gradients(), activations(), margins({ topK: 2 })],
      score: (group) => {
        expectTypeOf(group.gateGradient).toEqualTypeOf<tf.Tensor1D>();
        expectTypeOf(group.activity).toEqualTypeOf<tf.Tensor1D>();
        expectTypeOf(group.margins).toEqualTypeOf<Margins>();
        return group.sum(["kernel"], (weight) => {
          expectTypeOf(weight.gradient).toEqualTypeOf<tf.Tensor>();
          return weight.value;
        });
      },
    });
    expectTypeOf(criterion).toEqualTypeOf<Criterion>();
    expect(criterion.observes).toHaveLength(3);
  });

  it("has no field of an observation that is not asked for", () => {
    defineCriterion({
      name: "unobserved",
      observes: [activations()],
      // @ts-expect-error gateGradient is of gradients()
      score: (group) => group.gateGradient,
    });
    defineCriterion({
      name: "unobserved weight",
      observes: [activations()],
      // @ts-expect-error gradient is of gradients()
      score: (group) => group.sum(["kernel"], ({ gradient }) => gradient),
    });
    defineCriterion({
      name: "weights only",
      observes: [],
      // @ts-expect-error activity is of activations()
      score: (group) => group.activity,
    });
  });

  it("returns one number per unit, from roles that exist, and may not write into its group", () => {
    // @ts-expect-error a score is [units], not a matrix
    defineCriterion({ name: "matrix", observes: [], score: (group) => group.rows(["kernel"]) });
    // @ts-expect-error no weight has the role "filter"
    defineCriterion({ name: "role", observes: [], score: (group) => group.sum(["filter"], (w) => w.value) });
    const rename = (group: GroupView): void => {
      // @ts-expect-error read-only
      group.id = "other";
    };
    expectTypeOf(rename).parameter(0).toHaveProperty("unitCount").toEqualTypeOf<number>();
  });
});

describe("an observation of one's own", () => {
  const weightNorms = (): Observation<
    { readonly norm: tf.Scalar },
    { readonly scaled: tf.Tensor },
    tf.Scalar
  > => ({
    name: "weight norms",
    pass: () => tf.scalar(2),
    group: (_, result) => ({ norm: result }),
    weight: (scope, slice, result) => ({ scaled: tf.mul(scope.value(slice), result) }),
  });

  it("gives its fields to the criteria that ask for it, beside those of others", () => {
    defineCriterion({
      name: "own",
      observes: [weightNorms(), gradients()],
      score: (group) => {
        expectTypeOf(group.norm).toEqualTypeOf<tf.Scalar>();
        expectTypeOf(group.gateGradient).toEqualTypeOf<tf.Tensor1D>();
        return group.sum(["input"], ({ scaled, gradient }) => tf.mul(scaled, gradient));
      },
    });
    expectTypeOf(weightNorms()).toExtend<Observation>();
  });

  it("gets the result of its pass, and asks the step only for what there is", () => {
    // @ts-expect-error the pass returns a string, the fields expect a number
    const wrong: Observation<{ readonly n: number }, object, number> = { name: "n", pass: () => "1" };
    // @ts-expect-error a step returns gates, weights and input statistics
    const unknown: Observation = { name: "u", step: () => ({ outputs: ["fc"] }) };
    expectTypeOf([wrong, unknown]).toExtend<readonly Observation[]>();
  });
});

it("Scores are read-only", () => {
  expectTypeOf<Scores>().toEqualTypeOf<ReadonlyMap<GroupId, Float32Array>>();
  expectTypeOf<Scores>().not.toHaveProperty("set");
});
