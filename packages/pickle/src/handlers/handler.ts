/** The effect of one opcode on the machine. */
import type { Machine } from "../machine.ts";

export type Handler = (machine: Machine) => void;
