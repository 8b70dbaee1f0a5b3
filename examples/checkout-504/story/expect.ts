/** Ends the demo with `otherwise` when the story did not come out as told. */
export function expect(isAsTold: boolean, otherwise: string): asserts isAsTold {
  if (!isAsTold) throw new Error(`the story came out differently: ${otherwise}`);
}
