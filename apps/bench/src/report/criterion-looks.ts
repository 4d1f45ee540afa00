/**
 * The look of each criterion: its colour, the shape of its marks and the dashes of its lines. A look belongs to the name, so
 * it is the same in every plot of every report, whatever else is compared. No two built-in criteria look alike.
 */

import { hash32 } from "@secateur/base";
import type { CriterionName } from "@secateur/criteria";

const shapes = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
] as const;

export type MarkShape = (typeof shapes)[number];

export interface CriterionLook {
  /** A CSS colour: one of Okabe and Ito's, adapted to each theme in `style.ts`. */
  readonly colour: string;
  readonly shape: MarkShape;
  /** Lengths of strokes and gaps in pixels. */
  readonly dash: readonly number[];
}

const solid = [1, 0] as const;
const dashed = [6, 3] as const;
const dotted = [2, 2] as const;
/** Of criteria that are not built in. */
const dashDotted = [7, 2, 2, 2] as const;

const hues = { grey: 1, blue: 2, orange: 3, green: 4, pink: 5, olive: 6, sky: 7, brown: 8 } as const;

const look = (
  hue: (typeof hues)[keyof typeof hues],
  shape: MarkShape,
  dash: readonly number[],
): CriterionLook => ({ colour: `var(--series-${hue})`, shape, dash });

const builtIn: Readonly<Record<CriterionName, CriterionLook>> = {
  random: look(hues.grey, "circle", solid),
  l1: look(hues.olive, "square", solid),
  l2: look(hues.sky, "diamond", solid),
  lamp: look(hues.olive, "triangle-down", dashed),
  fpgm: look(hues.sky, "triangle-up", dashed),
  "bn-scale": look(hues.brown, "triangle-left", solid),
  "activation-mean": look(hues.olive, "cross", dotted),
  apoz: look(hues.sky, "circle", dotted),
  "bn-scale-taylor": look(hues.brown, "square", dashed),
  "taylor-weight": look(hues.green, "triangle-down", solid),
  "taylor-weight-group": look(hues.green, "circle", dashed),
  "taylor-gate": look(hues.blue, "triangle-up", solid),
  "taylor-skip-gate": look(hues.blue, "square", dashed),
  "taylor-fg": look(hues.pink, "diamond", dashed),
  "taylor-output": look(hues.green, "diamond", dotted),
  "taylor-so": look(hues.pink, "square", dotted),
  "taylor-so-gate": look(hues.blue, "cross", dotted),
  obd: look(hues.orange, "cross", solid),
  "obd-hutchinson": look(hues.orange, "triangle-up", dashed),
  "obd-fisher": look(hues.orange, "circle", dotted),
  "taylor-margin": look(hues.pink, "triangle-right", solid),
};

/** Built-in criteria have looks of their own; a hash of the name chooses that of another criterion. */
export function criterionLook(name: string): CriterionLook {
  if (isBuiltIn(name)) return builtIn[name];
  const colours = Object.values(hues).slice(1);
  const hash = hash32(name);
  const hue = colours[hash % colours.length] ?? hues.blue;
  const shape = shapes[Math.floor(hash / colours.length) % shapes.length] ?? "circle";
  return look(hue, shape, dashDotted);
}

const isBuiltIn = (name: string): name is CriterionName => Object.hasOwn(builtIn, name);
