/**
 * A plan lists the units to remove from each group. It is plain JSON:
 * `{ "formatVersion": 1, "fingerprint": "…", "remove": { "conv1": [0, 3] } }`, and `"rules": ["MyLayer"]` where it was made with
 * rules of one's own.
 */
import { describeValue } from "@secateur/base";
import { type DependencyGraph, type GroupId, type LayerRules, layerRules } from "@secateur/dependency-graph";
import { modelGraph } from "@secateur/model-graph";
import { InvalidPlanError } from "./errors.ts";

export interface Plan {
  readonly formatVersion: 1;
  /** The fingerprint of the model that the plan is for. */
  readonly fingerprint: string;
  /** Layer classes with rules of one's own in the graph that the plan was made for. Default: none. */
  readonly rules?: readonly string[];
  /** Unit numbers by group, each below the group's `unitCount`. */
  readonly remove: Readonly<Record<GroupId, readonly number[]>>;
}

/** The units of a group that a plan removes; empty if it does not name the group. */
export function unitsToRemove({ remove }: Plan, group: GroupId): readonly number[] {
  return Object.hasOwn(remove, group) ? (remove[group] ?? []) : []; // a group may have the name "constructor"
}

/**
 * A plan for the graph's model. Units are sorted; groups without removed units are omitted.
 *
 * @throws InvalidPlanError for groups or units that the model does not have.
 *
 * @example const plan = createPlan(graph, [["conv1", [0, 3]]]);
 */
export function createPlan(
  graph: DependencyGraph,
  remove: Iterable<readonly [GroupId, Iterable<number>]>,
): Plan {
  const entries = [...remove].map(([id, units]) => [id, [...units].sort((a, b) => a - b)] as const);
  const own = ownRules(graph);
  const plan: Plan = {
    formatVersion: 1,
    fingerprint: graph.fingerprint,
    ...(own.length > 0 && { rules: own }),
    remove: Object.fromEntries(entries.filter(([, units]) => units.length > 0)),
  };
  checkPlan(graph, plan);
  return plan;
}

/** Layer classes of the model whose rule is not that of `layerRules`. */
function ownRules({ model, rules }: DependencyGraph): readonly string[] {
  const classes = new Set(modelGraph(model).calls.map(({ className }) => className));
  const builtIn: LayerRules = layerRules;
  const ruleIn = (table: LayerRules, name: string) => (Object.hasOwn(table, name) ? table[name] : undefined);
  return [...classes].filter((name) => ruleIn(rules, name) !== ruleIn(builtIn, name)).sort();
}

/**
 * Reads a plan from JSON text. `applyPlan` checks whether it fits a model. Takes time and memory in proportion to the
 * text, some 40 bytes per character.
 *
 * @throws InvalidPlanError for text that is not a plan.
 */
export function parsePlan(json: string): Plan {
  const value = parseJson(json);
  if (!isRecord(value))
    throw new InvalidPlanError(`expected a plan, a JSON object, not ${json.slice(0, 40)}`);
  const { formatVersion, fingerprint, rules, remove } = value;
  if (formatVersion !== 1) {
    throw new InvalidPlanError(`expected a plan with formatVersion 1, not ${describeValue(formatVersion)}`);
  }
  if (typeof fingerprint !== "string") throw new InvalidPlanError('a plan needs "fingerprint": a string');
  if (rules !== undefined && !isNameList(rules))
    throw new InvalidPlanError('"rules" of a plan must be a list of names of layer classes');
  if (!isRecord(remove))
    throw new InvalidPlanError('a plan needs "remove": an object from group to unit numbers');
  const entries = Object.entries(remove).map(([id, units]) => {
    if (!isUnitList(units))
      throw new InvalidPlanError(`expected a list of unit numbers for group "${id}" in "remove"`);
    return [id, units] as const;
  });
  return { formatVersion: 1, fingerprint, ...(rules && { rules }), remove: Object.fromEntries(entries) };
}

/** @throws InvalidPlanError unless the plan can be applied to the graph's model. */
export function checkPlan(graph: DependencyGraph, plan: Plan): void {
  if (plan.fingerprint !== graph.fingerprint) {
    throw new InvalidPlanError(
      `the plan is for another model: its fingerprint is ${plan.fingerprint}, that of model "${graph.model.name}" is ` +
        `${graph.fingerprint}. Create a plan for this model`,
    );
  }
  requireRules(graph, plan);
  const groups = new Map(graph.groups.map((group) => [group.id, group]));
  for (const [id, units] of Object.entries(plan.remove)) {
    const group = groups.get(id);
    if (group === undefined)
      throw new InvalidPlanError(
        `the plan names group "${id}", which the model does not have: expected ids from graph.groups, built with the rules that the plan was made with`,
      );
    const wrong = units.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= group.unitCount);
    if (wrong !== undefined) {
      throw new InvalidPlanError(
        `group "${id}" has units 0 to ${group.unitCount - 1}; the plan removes ${wrong}`,
      );
    }
    if (new Set(units).size < units.length)
      throw new InvalidPlanError(`the plan removes a unit of "${id}" twice: list each unit once`);
  }
}

/** A rule of the plan may now be one of `layerRules`; otherwise the graph needs it again. */
function requireRules(graph: DependencyGraph, { rules = [] }: Plan): void {
  const missing = rules.filter((name) => !Object.hasOwn(graph.rules, name));
  if (missing.length === 0) return;
  throw new InvalidPlanError(
    `the plan was made with rules for ${missing.join(", ")}, which the graph lacks: pass { rules: { ...layerRules, ` +
      `${missing.map((name) => `${name}: rule`).join(", ")} } }, or the graph itself`,
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InvalidPlanError(`expected a plan as JSON text: ${String(error)}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNameList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

const isUnitList = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((unit) => typeof unit === "number");
