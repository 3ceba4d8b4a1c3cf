/** Something that the user can mend: one sentence on what is wrong, and one on the next step. */
export class Problem extends Error {
  constructor(
    what: string,
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(what, options);
    this.name = 'Problem';
  }
}
