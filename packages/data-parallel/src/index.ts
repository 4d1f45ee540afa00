/** @packageDocumentation Train on several CPU threads: each computes its part of the minibatch, in Node. */
export { TeamError } from "./errors.ts";
export { startTeam, type Team, type TeamOptions } from "./team.ts";
export { type Statistics, statisticsKinds } from "./worker-data.ts";
