/** The types of plans, and of rules passed to surgery. The compiler checks them (`pnpm types`). */
import { type Channels, type LayerRule, type LayerRules, layerRules } from "@secateur/dependency-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { expectTypeOf, it } from "vitest";
import { applyPlan, createPlan, type Plan, parsePlan, verifyPlan } from "../src/index.ts";

it("a plan is read-only, whoever makes it", () => {
  expectTypeOf<Plan["remove"]>().toEqualTypeOf<Readonly<Record<string, readonly number[]>>>();
  expectTypeOf(createPlan).returns.toEqualTypeOf<Plan>();
  expectTypeOf(parsePlan).returns.toEqualTypeOf<Plan>();
  const write = (plan: Plan): void => {
    // @ts-expect-error read-only
    plan.remove = {};
    // @ts-expect-error read-only
    plan.remove["a"] = [0];
    // @ts-expect-error a list of units has no push
    plan.remove["a"]?.push(0);
  };
  expectTypeOf(write).parameter(0).toHaveProperty("fingerprint").toEqualTypeOf<string>();
});

it("applying gives an ordinary model, at once; verifying takes time", () => {
  expectTypeOf(applyPlan).returns.toEqualTypeOf<tfl.LayersModel>();
  expectTypeOf(verifyPlan).returns.resolves.toHaveProperty("relativeError").toEqualTypeOf<number>();
});

it("a layer rule of one's own", () => {
  const scale: LayerRule = ({ inputs: [input], hasWeight, bind }) => {
    expectTypeOf(input).toEqualTypeOf<Channels | undefined>();
    if (input !== undefined && hasWeight("scale")) bind("scale", 0, "gamma", input.ids);
    return input;
  };
  expectTypeOf({ ...layerRules, Scale: scale }).toExtend<LayerRules>();
  const role: LayerRule = ({ inputs: [input], bind }) => {
    // @ts-expect-error no weight has the role "scale"
    if (input !== undefined) bind("scale", 0, "scale", input.ids);
    return input;
  };
  // @ts-expect-error a rule returns channels
  const shape: LayerRule = ({ outputShape }) => outputShape;
  expectTypeOf([role, shape]).toExtend<LayerRule[]>();
  const write = (): void => {
    // @ts-expect-error the table is read-only
    layerRules.Dense = scale;
  };
  expectTypeOf(write).returns.toBeVoid();
});
