/** Something that the user can mend: one sentence on what is wrong, and one on the next step. */
export class Problem extends Error {
  override readonly name: string = 'Problem';

  constructor(
    what: string,
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(what, options);
  }
}

/** A command that cannot be meant: it has an exit code of its own, as every Unix tool's usage errors. */
export class UsageProblem extends Problem {
  override readonly name = 'UsageProblem';
}

/** Exit codes of t8s. */
export const exitCodes = { failed: 1, usage: 2 } as const;
