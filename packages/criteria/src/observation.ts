/**
 * An observation is a quantity measured on a minibatch and read by criteria, such as gradients. It requests results from the
 * training step, or runs a pass of its own, and adds fields to a criterion's view of a group. Each observation is computed
 * once per minibatch for all criteria.
 */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import type { Batch, GateSite, LossOption, Mode } from "@secateur/training";
import type { GroupScope } from "./group-scope.ts";

export interface ObserveOptions {
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). */
  readonly mode: Mode;
  /** Index of the minibatch. With the seed it determines random labels and directions. */
  readonly minibatch: number;
  /** Default 0. */
  readonly seed?: number;
  /** A list of one loss per output for several outputs. Default: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
  readonly loss?: LossOption | undefined;
  /**
   * Parts that the minibatch is computed in, as in `trainStep`: memory holds the activations of one. A pass of its own computes
   * in as many. Default 1.
   */
  readonly microBatches?: number;
}

/** Results of the training step that an observation needs. */
export interface StepRequest {
  /** Paths of the weights to differentiate with respect to. */
  readonly weights?: readonly string[];
  /** Gates to differentiate with respect to. */
  readonly gates?: readonly GateSite[];
  /** Paths of layers for whose inputs the step returns the mean and the fraction of non-zero values. */
  readonly inputStatistics?: readonly string[];
}

export interface PassContext extends ObserveOptions {
  readonly graph: DependencyGraph;
  /** Must not be disposed. */
  readonly batch: Batch;
}

/**
 * @typeParam GroupFields - Added to a criterion's view of a group.
 * @typeParam WeightFields - Added to each weight in `group.sum`.
 * @typeParam Result - The result of `pass`; its tensors are disposed after scoring.
 */
export interface Observation<
  GroupFields extends object = object,
  WeightFields extends object = object,
  Result = unknown,
> {
  /** Observations with the same name are computed once: an observation with options has them in its name, or an `extent`. */
  readonly name: string;
  /**
   * If several observations share a name but differ in size (for example `margins` with different topK), the one of the largest
   * extent is computed and serves all. Default 0.
   */
  readonly extent?: number;
  /** What it needs the training step to return. */
  step?(graph: DependencyGraph): StepRequest;
  /** Extra computation beyond the training step, for example another backward pass; it may be asynchronous. */
  pass?(context: PassContext): Result | Promise<Result>;
  /** Fields of a group's view; use getters, so that only fields that are read are computed. */
  group?(scope: GroupScope, result: Result): GroupFields;
  /** Fields of one weight in `group.sum`; use getters. */
  weight?(scope: GroupScope, slice: Slice, result: Result): WeightFields;
}

/** Turns a union `A | B` into the intersection `A & B`: a function that accepts A and one that accepts B must accept both. */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

type GroupFieldsAddedBy<O> = O extends Observation<infer Fields, object, infer _> ? Fields : never;
type WeightFieldsAddedBy<O> = O extends Observation<object, infer Fields, infer _> ? Fields : never;

/** The fields that a list of observations adds to a group's view. */
export type GroupFieldsOf<Observes extends readonly Observation[]> = Intersection<
  GroupFieldsAddedBy<Observes[number]>
> &
  object;

/** The fields that a list of observations adds to each weight. */
export type WeightFieldsOf<Observes extends readonly Observation[]> = Intersection<
  WeightFieldsAddedBy<Observes[number]>
> &
  object;
