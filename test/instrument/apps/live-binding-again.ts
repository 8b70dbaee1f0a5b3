/** Hands the same binding on. */
export * from "./live-binding.ts";
