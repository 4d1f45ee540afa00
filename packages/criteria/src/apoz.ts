/**
 * Average percentage of zeros (APoZ, Hu et al., 2016, arXiv 1607.03250): a unit that is mostly 0 after its ReLU tells
 * its consumers little. The score is 1 - APoZ, so that larger is more important.
 */
import { type Criterion, defineCriterion } from "./criterion.ts";

/** The share of examples and positions where a consumer gets something else than 0, `[units]`. */
export const apoz = (): Criterion =>
  defineCriterion({ name: "apoz", observes: "activations", score: (group) => group.activity });
