/** What one pickle instruction does to the machine. */
import type { Machine } from "../machine.ts";

export type Handler = (machine: Machine) => void;
