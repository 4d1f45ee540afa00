/**
 * An observation: something measured in a minibatch that criteria read, such as gradients. It says what the training step
 * has to return, runs a pass of its own if it needs one, and adds fields to a criterion's view of a group. All observations
 * of all criteria are computed once per minibatch.
 */
import type { DependencyGraph, Slice } from "@secateur/dependency-graph";
import type { Batch, GateSite, LossOption, Mode } from "@secateur/training";
import type { GroupScope } from "./group-scope.ts";

export interface ObserveOptions {
  /** Batch normalisation by the minibatch's statistics ("train") or by moving averages ("eval"). */
  readonly mode: Mode;
  /** Number of the minibatch, from 0. With the seed it determines random labels and directions. */
  readonly minibatch: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default: softmax cross-entropy. A model of several outputs takes a list of one loss per output. */
  readonly loss?: LossOption;
}

/** What a training step has to return beyond its loss. */
export interface StepRequest {
  /** Paths of the weights to differentiate with respect to. */
  readonly weights?: readonly string[];
  readonly gates?: readonly GateSite[];
  /** Paths of layers whose inputs are recorded. */
  readonly activations?: readonly string[];
}

export interface PassContext extends ObserveOptions {
  readonly graph: DependencyGraph;
  /** Must not be disposed. */
  readonly batch: Batch;
}

/**
 * @typeParam GroupFields - Added to a criterion's view of a group.
 * @typeParam WeightFields - Added to each weight in `group.sum`.
 * @typeParam Result - Of the observation's own pass; its tensors are disposed after scoring.
 */
export interface Observation<
  GroupFields extends object = object,
  WeightFields extends object = object,
  Result = unknown,
> {
  /** Observations of one name are computed once. */
  readonly name: string;
  /** Of several observations of one name the one of largest extent is computed, and serves all. Default 0. */
  readonly extent?: number;
  /** What the training step has to return. */
  step?(graph: DependencyGraph): StepRequest;
  /** A pass beside the training step. */
  pass?(context: PassContext): Result;
  /** Fields of a group's view; use getters, so that only what is read is computed. */
  group?(scope: GroupScope, result: Result): GroupFields;
  /** Fields of one weight in `group.sum`; use getters. */
  weight?(scope: GroupScope, slice: Slice, result: Result): WeightFields;
}

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

type GroupFieldsOfOne<O> = O extends Observation<infer Fields, object, infer _> ? Fields : never;
type WeightFieldsOfOne<O> = O extends Observation<object, infer Fields, infer _> ? Fields : never;

/** The fields that a list of observations adds to a group's view. */
export type GroupFieldsOf<Observes extends readonly Observation[]> = Intersection<
  GroupFieldsOfOne<Observes[number]>
> &
  object;

/** The fields that a list of observations adds to each weight. */
export type WeightFieldsOf<Observes extends readonly Observation[]> = Intersection<
  WeightFieldsOfOne<Observes[number]>
> &
  object;
